/* Names of areas: thinned by the zoom, and out of the way of what is urgent. */
"use strict";

const operatorNames = (() => {
  const DESA_FROM_ZOOM = 9.5, KECAMATAN_UNTIL_ZOOM = 11.5;
  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map();

  const box = (x, y, width, height) => ({x, y, right: x + width, bottom: y + height});
  const overlap = (one, other) =>
    one.x < other.right && other.x < one.right && one.y < other.bottom && other.y < one.bottom;

  function textWidth(text, font) {
    const key = font + text;
    if (!widths.has(key)) {
      pen.font = `${font} Inter, "DejaVu Sans", sans-serif`;
      widths.set(key, pen.measureText(text).width);
    }
    return widths.get(key);
  }

  class Names {
    constructor(map, state) {
      Object.assign(this, {map, scale: state.scale, hasDesa: state.interactive, names: []});
    }

    add(areas, kind) {
      for (const area of areas) {
        const text = document.createElement("span");
        text.textContent = area.name;
        const marker = L.marker(area.label, {
          pane: "names", interactive: false, keyboard: false,
          icon: L.divIcon({html: text, className: `name ${kind}`, iconSize: null}),
        });
        const big = kind === "kecamatan";
        this.names.push({
          kind, marker, at: area.label, span: area.width, isUnder: false,
          width: textWidth(area.name, big ? "600 11px" : "400 11px") * (big ? 1.12 : 1) * this.scale,
          rank: (big ? 1 : 0) + area.width * area.height,
        });
      }
      /* Big areas first: where two names would overlap, the bigger area keeps its own. */
      this.names.sort((one, other) => other.rank - one.rank);
    }

    /* Names depend on the zoom only, never on the pan: nothing appears or goes while the map is dragged. */
    thin() {
      const zoom = this.map.getZoom(), height = 15 * this.scale, taken = [];
      for (const name of this.names) {
        const wanted = name.kind === "desa" ? zoom >= DESA_FROM_ZOOM : zoom <= KECAMATAN_UNTIL_ZOOM || !this.hasDesa;
        const own = name.span * 256 * 2 ** zoom;
        const at = this.map.project(name.at);
        const spot = box(at.x - name.width / 2 - 4, at.y - height / 2 - 2, name.width + 8, height + 4);
        const shown = wanted && (own > name.width * 0.8 || zoom >= 13) && !taken.some(other => overlap(spot, other));
        if (shown) taken.push(spot);
        if (shown !== this.map.hasLayer(name.marker)) shown ? name.marker.addTo(this.map) : name.marker.remove();
      }
    }

    /* A name under a shape or its label would only make both hard to read. */
    dim(taken) {
      const size = this.map.getSize();
      for (const name of this.names) {
        const element = name.marker.getElement();
        if (!element) continue;
        const at = this.map.latLngToContainerPoint(name.at);
        if (at.x < -200 || at.y < -50 || at.x > size.x + 200 || at.y > size.y + 50) continue;
        const spot = box(at.x - name.width / 2, at.y - 7 * this.scale, name.width, 14 * this.scale);
        const isUnder = taken.some(other => overlap(spot, other));
        if (isUnder !== name.isUnder || isUnder !== element.classList.contains("under"))
          element.classList.toggle("under", name.isUnder = isUnder);
      }
    }
  }

  return {Names, box, overlap, textWidth};
})();
