/* What stands on the glass over the map: the chip with the state of the map, the buttons, the legend, the sources. */
"use strict";

const operatorGlass = (() => {
  function corner(map, position, build) {
    const control = L.control({position});
    control.onAdd = () => {
      const element = document.createElement("div");
      build(element);
      L.DomEvent.disableClickPropagation(element);
      return element;
    };
    control.addTo(map);
    return control.getContainer();
  }

  function button(bar, sign, text, act, className) {
    const made = document.createElement("button");
    made.textContent = sign;
    made.title = text;
    made.setAttribute("aria-label", text);
    if (className) made.className = className;
    made.addEventListener("click", act);
    bar.append(made);
    return made;
  }

  function line(chip, className, text, role) {
    const made = document.createElement("div");
    made.className = className;
    made.textContent = text;
    if (role) made.setAttribute("role", role);
    chip.append(made);
    return made;
  }

  /* `acts` has what the buttons do: zoomIn, zoomOut, whole, follow, measure, history. */
  class Glass {
    constructor(map, state, acts) {
      const {texts, site} = state;
      Object.assign(this, {map, texts});
      corner(map, "topleft", chip => {
        chip.className = "chip";
        chip.classList.toggle("plain", site.layers.length === 0);
        const base = site.base && site.layers.length ? texts.head_base.replace("{name}", site.base.name) : texts.head;
        line(chip, "chip-title", base);
        line(chip, "chip-line", site.base ? "" : texts.no_base);
        this.status = line(chip, "chip-line", "", "status");
        this.status.id = "status";
        this.counts = line(chip, "only-spoken", "", "status");
        this.notes = line(chip, "chip-line notes", "");
        this.measured = line(chip, "chip-line measured", "", "status");
      });
      if (state.interactive) {
        corner(map, "topright", bar => {
          bar.className = "zoom-bar";
          button(bar, "+", texts.zoom_in, acts.zoomIn);
          button(bar, "\u2212", texts.zoom_out, acts.zoomOut);
          this.measure = button(bar, "\u2194", texts.measure, acts.measure);
          this.history = button(bar, "\u25cc", texts.history, acts.history);
          button(bar, "\u25a1", texts.whole, acts.whole);
        });
        corner(map, "topright", bar => {
          bar.className = "follow-bar";
          this.follow = button(bar, texts.follow, texts.follow, acts.follow, "follow");
        });
      }
      corner(map, "bottomright", note => {
        note.className = "source";
        note.textContent = [site.attribution, site.base && site.base.attribution].filter(Boolean).join(" · ");
        note.title = note.textContent;
      });
      L.control.scale({position: "bottomleft", imperial: false, maxWidth: 100 * state.scale}).addTo(map);
      if (state.interactive) corner(map, "bottomleft", bar => this._legend(bar, site.posts));
    }

    /* Shapes with what they mean: colour is never the only sign. */
    _legend(bar, hasPosts) {
      bar.className = "legend";
      bar.setAttribute("role", "list");
      bar.setAttribute("aria-label", this.texts.legend);
      const entry = (sign, short, words) => {
        const item = document.createElement("span"), text = document.createElement("span");
        item.className = "legend-entry";
        item.title = words;
        item.setAttribute("role", "listitem");
        item.setAttribute("aria-label", words);
        text.textContent = short;
        item.append(sign, text);
        bar.append(item);
      };
      for (const p of [1, 2, 3, 4, 5, 0]) entry(operatorShapes.sign(p), p ? `P${p}` : "?", this.texts[`p${p}`]);
      entry(document.createTextNode(""), "\u2248", this.texts.village_only);
      if (hasPosts) entry(operatorPlaces.houseSign(), this.texts.post, this.texts.post);
    }

    tell(incidents, {unplaced, blocked, base_broken}, pastCount) {
      const texts = this.texts, byPriority = [0, 0, 0, 0, 0, 0];
      for (const {incident} of incidents.values()) byPriority[incident.p || 0] += 1;
      const put = (element, words) => {
        if (element.textContent === words) return false;
        element.textContent = words;
        return true;
      };
      const words = [texts.count.replace("{n}", incidents.size)];
      if (unplaced) words.push(texts.unplaced.replace("{n}", unplaced));
      const first = !this.status.textContent;
      let moved = put(this.status, words.join(" · ")) && first;
      put(this.counts, byPriority.map((n, p) => n ? `${texts[`p${p}`]}: ${n}` : "").filter(Boolean).join(", "));
      const notes = [];
      if (pastCount !== null) notes.push(texts.history_count.replace("{n}", pastCount));
      if (base_broken) notes.push(texts.base_broken);
      if (blocked) notes.push(texts.blocked.replace("{n}", blocked));
      moved = put(this.notes, notes.join(" · ")) || moved;
      return moved;
    }

    tellMeasured(words) { this.measured.textContent = words; }

    press(name, on) {
      if (!this[name]) return;
      this[name].classList.toggle("on", on);
      this[name].setAttribute("aria-pressed", String(on));
    }

    tellHeld(held) { if (this.follow) this.follow.parentElement.classList.toggle("shown", held); }
  }

  return {Glass};
})();
