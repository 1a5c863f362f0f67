/* A sheet of canvas that lies over the map and a little beyond its edges, moves along with it and is redrawn when the
   map rests or the hand has come to the sheet's end. Every tenth beyond the edges costs some 5 MB. */
"use strict";

const operatorSheet = (() => {
  /* Mercator in 0..1, the square of the world at zoom -8; x from the west, y from the north. */
  const worldX = lon => lon / 360 + 0.5;
  const worldY = lat => {
    const sin = Math.sin(lat * Math.PI / 180);
    return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
  };

  /* Whoever extends it has `_paint(ctx, view)`: a point's pixel on the canvas is world * view.scale - view.x (or y). */
  const Sheet = L.Layer.extend({
    initialize(pane, padding) {
      this._padding = padding;
      L.setOptions(this, {pane});
    },
    onAdd() {
      this._canvas = L.DomUtil.create("canvas", "sheet", this.getPane());
      this._canvas.setAttribute("aria-hidden", "true");
      this.draw();
    },
    onRemove() { this._canvas.remove(); },
    getEvents() { return {move: this._follow, moveend: this.draw, resize: this.draw, viewreset: this.draw}; },

    /* What never had anything to show needs no memory; making it anew costs more than keeping it. */
    _isEmpty() { return false; },

    _follow() {
      const shift = this._map.containerPointToLayerPoint([0, 0]).subtract(this._at);
      if (Math.abs(shift.x) > this._pad.x || Math.abs(shift.y) > this._pad.y) this.draw();
    },

    draw() {
      const size = this._map.getSize(), sharp = window.devicePixelRatio || 1;
      const pad = size.multiplyBy(this._padding).round();
      const canvas = this._canvas, isBare = (this._isEmpty() && !canvas.width) || !size.x || !size.y;
      const [width, height] = isBare ? [0, 0] : [size.x + 2 * pad.x, size.y + 2 * pad.y];
      this._pad = pad;
      this._at = this._map.containerPointToLayerPoint([0, 0]);
      L.DomUtil.setPosition(canvas, this._map.containerPointToLayerPoint(pad.multiplyBy(-1)));
      if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
        canvas.width = Math.round(width * sharp);
        canvas.height = Math.round(height * sharp);
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
      }
      if (isBare) return;
      const corner = this._map.getPixelBounds().min.subtract(pad);
      const scale = 256 * 2 ** this._map.getZoom();
      const ctx = canvas.getContext("2d");
      ctx.setTransform(sharp, 0, 0, sharp, 0, 0);
      ctx.clearRect(0, 0, width, height);
      this._paint(ctx, {
        scale, sharp, zoom: this._map.getZoom(), x: corner.x, y: corner.y, west: corner.x / scale,
        east: (corner.x + width) / scale, north: corner.y / scale, south: (corner.y + height) / scale,
      });
    },
  });

  return {Sheet, worldX, worldY};
})();
