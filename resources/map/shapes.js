/* Incidents on the map: one shape and one colour per priority, as DOM for the most urgent, on a canvas for the crowd. */
"use strict";

const operatorShapes = (() => {
  const disc = r => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`;
  /* Paths around 0,0 in CSS pixels at scale 1; `reach` is how far the shape goes, for labels and clicks. */
  const KINDS = {
    1: {name: "p1", path: disc(7.5), ring: disc(11.5), reach: 13},
    2: {name: "p2", path: "M0,-8.6L8.6,0L0,8.6L-8.6,0z", reach: 9},
    3: {name: "p3", path: "M-6,-6H6V6H-6z", reach: 7},
    4: {name: "p4", path: "M0,-7.4L7.4,5.4H-7.4z", reach: 8},
    5: {name: "p5", path: disc(4.4), reach: 5},
    0: {name: "p0", path: disc(5.6), hollow: true, reach: 7},
  };
  const CHOSEN = disc(16);
  const kindOf = incident => KINDS[incident.p] || KINDS[0];
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function svgPath(svg, d, className) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    path.setAttribute("class", className);
    svg.appendChild(path);
  }

  /* The element of one incident; all text by textContent, so that no label can become markup. */
  function element(incident) {
    const kind = kindOf(incident);
    const box = document.createElement("div");
    box.className = "mark-box";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "-18 -18 36 36");
    svg.setAttribute("aria-hidden", "true");
    if (incident.sel) svgPath(svg, CHOSEN, "chosen");
    if (kind.ring) svgPath(svg, kind.ring, "ring");
    svgPath(svg, kind.path, kind.hollow ? "hollow" : "body");
    const label = document.createElement("span");
    label.className = "mark-label";
    label.textContent = incident.label;
    label.setAttribute("aria-hidden", "true");
    box.append(svg, label);
    return box;
  }

  function spoken(incident) {
    return [incident.p ? `P${incident.p}` : "", incident.label, incident.state].filter(Boolean).join(", ");
  }

  /* A marker of the DOM: seen by screen readers as one image with its words. */
  function domMarker(incident) {
    const kind = kindOf(incident);
    const marker = L.marker([incident.lat, incident.lon], {
      icon: L.divIcon({
        html: element(incident),
        className: `mark ${kind.name}${incident.sel ? " selected" : ""}`,
        iconSize: null,
      }),
      keyboard: false,
      zIndexOffset: incident.sel ? 100000 : (incident.p ? 6 - incident.p : 0) * 10000,
    });
    marker.on("add", () => {
      marker.getElement().setAttribute("role", "img");
      marker.getElement().setAttribute("aria-label", spoken(incident));
    });
    return marker;
  }

  /* Let a marker stand for the incident as it is now; false when its shape is another and it has to be made anew. */
  function renew(marker, before, incident) {
    if (before.p !== incident.p || before.sel !== incident.sel) return false;
    if (before.lat !== incident.lat || before.lon !== incident.lon) marker.setLatLng([incident.lat, incident.lon]);
    marker.getElement().setAttribute("aria-label", spoken(incident));
    return true;
  }

  /* Text and side (right, left, up, down) of a marker's label; side "" hides it. */
  function relabel(marker, words, side) {
    for (const name of ["left", "up", "down"]) marker.classList.toggle(`to-${name}`, side === name);
    marker.classList.toggle("no-label", !side);
    const label = marker.querySelector(".mark-label");
    if (label.textContent !== words) label.textContent = words;
  }

  /* The crowd: shapes and their words on one canvas, each kind drawn once and then copied. */
  const Crowd = operatorSheet.Sheet.extend({
    initialize(pane, padding, scale, textWidth) {
      this._scale = scale;
      this._textWidth = textWidth;
      this._words = [];
      this._shown = [];
      this._marks = [];
      this._stamps = new Map();
      operatorSheet.Sheet.prototype.initialize.call(this, pane, padding);
    },

    _isEmpty() { return this._marks.length === 0; },

    /* Show exactly the incidents of these entries; the first lie on top. What did not change is not drawn again. */
    show(entries) {
      if (entries.length === this._shown.length && entries.every((entry, at) => entry === this._shown[at])) return;
      this._shown = entries;
      this._marks = entries.map(({incident}) => ({
        incident, x: operatorSheet.worldX(incident.lon), y: operatorSheet.worldY(incident.lat),
      })).reverse();
    },

    /* The words beside shapes: {words, side, incident, reach}; drawn by the next `draw`. */
    write(words) { this._words = words; },

    /* The incident under a place on the glass, or undefined. */
    under(latlng, zoom) {
      const world = 256 * 2 ** zoom;
      const x = operatorSheet.worldX(latlng.lng) * world, y = operatorSheet.worldY(latlng.lat) * world;
      const hit = this._marks.findLast(mark =>
        Math.hypot(mark.x * world - x, mark.y * world - y) <= (kindOf(mark.incident).reach + 2) * this._scale);
      return hit && hit.incident;
    },

    _paint(ctx, view) {
      ctx.imageSmoothingEnabled = false;
      for (const {incident, x, y} of this._marks) {
        if (x < view.west || x > view.east || y < view.north || y > view.south) continue;
        const stamp = this._stamp(kindOf(incident), view.sharp);
        /* On whole pixels a stamp is copied, not resampled. */
        const half = stamp.width / view.sharp / 2;
        const left = Math.round((x * view.scale - view.x - half) * view.sharp) / view.sharp;
        const top = Math.round((y * view.scale - view.y - half) * view.sharp) / view.sharp;
        ctx.drawImage(stamp, left, top, 2 * half, 2 * half);
      }
      ctx.imageSmoothingEnabled = true;
      this._paintWords(ctx, view);
    },

    _paintWords(ctx, view) {
      if (!this._words.length) return;
      ctx.font = `600 ${12 * this._scale}px Inter, "DejaVu Sans", sans-serif`;
      ctx.textBaseline = "middle";
      ctx.lineJoin = "round";
      ctx.lineWidth = 3.5 * this._scale;
      ctx.strokeStyle = colour("edge");
      ctx.fillStyle = colour("text");
      for (const {words, side, incident, reach} of this._words) {
        const gap = reach + 3 * this._scale, wide = this._textWidth(words, "600 12px") * this._scale;
        let x = operatorSheet.worldX(incident.lon) * view.scale - view.x;
        let y = operatorSheet.worldY(incident.lat) * view.scale - view.y;
        if (side === "right") x += gap;
        else if (side === "left") x -= gap + wide;
        else {
          x -= wide / 2;
          y += (side === "up" ? -1 : 1) * (reach + 8 * this._scale);
        }
        ctx.strokeText(words, x, y);
        ctx.fillText(words, x, y);
      }
    },

    _stamp(kind, sharp) {
      const key = `${kind.name} ${sharp}`;
      if (this._stamps.has(key)) return this._stamps.get(key);
      const side = Math.ceil(28 * this._scale * sharp);
      const stamp = new OffscreenCanvas(side, side);
      const ctx = stamp.getContext("2d");
      ctx.translate(side / 2, side / 2);
      ctx.scale(this._scale * sharp, this._scale * sharp);
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = colour(kind.hollow ? kind.name : "edge");
      ctx.fillStyle = colour(kind.hollow ? "edge" : kind.name);
      const body = new Path2D(kind.path);
      ctx.fill(body);
      ctx.stroke(body);
      if (kind.ring) {
        ctx.lineWidth = 2;
        ctx.strokeStyle = colour(kind.name);
        ctx.stroke(new Path2D(kind.ring));
      }
      const drawn = stamp.transferToImageBitmap();
      this._stamps.set(key, drawn);
      return drawn;
    },
  });

  /* The shape alone, small, for the legend. */
  function sign(priority) {
    const kind = kindOf({p: priority}), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "-14 -14 28 28");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", `sign ${kind.name}`);
    if (kind.ring) svgPath(svg, kind.ring, "ring");
    svgPath(svg, kind.path, kind.hollow ? "hollow" : "body");
    return svg;
  }

  return {
    domMarker, renew, relabel, colour, sign,
    crowd: (pane, padding, scale, textWidth) => new Crowd(pane, padding, scale, textWidth),
    reach: (incident, scale) => kindOf(incident).reach * scale,
  };
})();
