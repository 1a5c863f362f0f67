/* A sheet of canvas that lies over the map and somewhat beyond its edges, moves with it and is redrawn when it rests. */
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
    getEvents() { return {moveend: this.draw, resize: this.draw, viewreset: this.draw}; },

    draw() {
      const size = this._map.getSize(), sharp = window.devicePixelRatio || 1;
      const pad = size.multiplyBy(this._padding).round();
      const width = size.x + 2 * pad.x, height = size.y + 2 * pad.y, canvas = this._canvas;
      L.DomUtil.setPosition(canvas, this._map.containerPointToLayerPoint(pad.multiplyBy(-1)));
      if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
        canvas.width = Math.round(width * sharp);
        canvas.height = Math.round(height * sharp);
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
      }
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
