/* Measures a way by clicks, or by keys: arrows move the map under the cross, Enter sets a point, Backspace takes the
   last one back, Esc ends. Nothing of it is kept. */
"use strict";

const operatorMeasure = (() => {
  function words(metres, texts) {
    if (metres < 995) return `${Math.round(metres)} m`;
    if (metres < 9950) return `${(metres / 1000).toFixed(1).replace(".", texts.decimal)} km`;
    return `${Math.round(metres / 1000)} km`;
  }

  class Measure {
    constructor(map, texts, say) {
      Object.assign(this, {map, texts, say, points: [], on: false});
      this.line = L.polyline([], {
        pane: "measure", renderer: L.svg({pane: "measure"}), interactive: false,
        color: operatorShapes.colour("measure"), weight: 3, dashArray: "1 6", lineCap: "round",
      });
      this.dots = L.layerGroup();
    }

    get metres() {
      return this.points.slice(1).reduce((sum, point, at) => sum + this.map.distance(this.points[at], point), 0);
    }

    toggle(on) {
      this.on = on;
      this.points = [];
      for (const layer of [this.line, this.dots]) on ? layer.addTo(this.map) : layer.remove();
      document.body.classList.toggle("measuring", on);
      this._show();
    }

    add(latlng) {
      this.points.push(latlng);
      this._show();
    }

    /* Whether the key was one of its own. */
    key(name) {
      if (!this.on) return false;
      if (name === "Enter" || name === " ") this.add(this.map.getCenter());
      else if (name === "Backspace" || name === "Delete") {
        this.points.pop();
        this._show();
      } else return false;
      return true;
    }

    _show() {
      this.line.setLatLngs(this.points);
      this.dots.clearLayers();
      let so_far = 0;
      this.points.forEach((point, at) => {
        if (at) so_far += this.map.distance(this.points[at - 1], point);
        const text = document.createElement("span");
        text.textContent = at ? words(so_far, this.texts) : "";
        L.marker(point, {
          pane: "measure", interactive: false, keyboard: false,
          icon: L.divIcon({html: text, className: "measure-dot", iconSize: null}),
        }).addTo(this.dots);
      });
      const total = this.points.length > 1 ? this.texts.measure_total.replace("{n}", words(this.metres, this.texts))
        : this.texts.measure_none;
      this.say(this.on ? `${total} · ${this.texts.measure_hint}` : "");
    }
  }

  return {Measure, words};
})();
