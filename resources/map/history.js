/* Where incidents of the past were: as warmth, from near as single rings; or as discs with their number. Warmth is drawn at a quarter of the
   resolution and stretched: warmth has no edges. */
"use strict";

const operatorHistory = (() => {
  const CELL_PX = 72, COARSE = 4, RINGS_FROM_ZOOM = 14, REACH_PX = 22;
  const WEIGHTS = [0.5, 1, 0.8, 0.6, 0.45, 0.35];   /* by priority, 0 is unknown */

  function blob(reach) {
    const side = 2 * reach, made = new OffscreenCanvas(side, side), ctx = made.getContext("2d");
    const fade = ctx.createRadialGradient(reach, reach, 0, reach, reach, reach);
    fade.addColorStop(0, "rgba(0,0,0,1)");
    fade.addColorStop(0.5, "rgba(0,0,0,0.35)");
    fade.addColorStop(1, "rgba(0,0,0,0)");
    ctx.fillStyle = fade;
    ctx.fillRect(0, 0, side, side);
    return made;
  }

  /* 256 colours from nothing to the hottest, as red, green, blue, opacity. */
  function palette() {
    const strip = new OffscreenCanvas(256, 1), ctx = strip.getContext("2d");
    const run = ctx.createLinearGradient(0, 0, 256, 0);
    ["heat-0", "heat-1", "heat-2", "heat-3"].forEach((name, at) => run.addColorStop(at / 3, operatorShapes.colour(name)));
    ctx.fillStyle = run;
    ctx.fillRect(0, 0, 256, 1);
    return ctx.getImageData(0, 0, 256, 1).data;
  }

  const History = operatorSheet.Sheet.extend({
    initialize({points, look}, pane, padding, scale) {
      this._look = look;
      this._points = points.map(([lat, lon, p]) =>
        ({x: operatorSheet.worldX(lon), y: operatorSheet.worldY(lat), weight: WEIGHTS[p] || WEIGHTS[0]}));
      this._scale = scale;
      operatorSheet.Sheet.prototype.initialize.call(this, pane, padding);
    },

    _isEmpty() { return this._points.length === 0; },

    _paint(ctx, view) {
      if (this._look === "clusters") this._discs(ctx, view);
      else if (view.zoom >= RINGS_FROM_ZOOM) this._rings(ctx, view);
      else this._warmth(ctx, view);
    },

    _rings(ctx, view) {
      ctx.strokeStyle = operatorShapes.colour("heat-3");
      ctx.lineWidth = 1.5;
      for (const {x, y} of this._points) {
        if (x < view.west || x > view.east || y < view.north || y > view.south) continue;
        ctx.beginPath();
        ctx.arc(x * view.scale - view.x, y * view.scale - view.y, 4 * this._scale, 0, 2 * Math.PI);
        ctx.stroke();
      }
    },

    /* One disc for all that lie in one field of a grid that is fixed to the ground: it keeps still while the map moves.
       It stands where they lie on the average; its size and the number in it say how many they are. */
    _discs(ctx, view) {
      const field = CELL_PX * this._scale / view.scale, heaps = new Map();
      for (const {x, y} of this._points) {
        if (x < view.west - field || x > view.east + field || y < view.north - field || y > view.south + field) continue;
        const key = `${Math.floor(x / field)}:${Math.floor(y / field)}`;
        const heap = heaps.get(key) || {n: 0, x: 0, y: 0};
        heap.n += 1;
        heap.x += x;
        heap.y += y;
        heaps.set(key, heap);
      }
      const [letters, ground, edge] = ["heap-text", "heap", "heap-edge"].map(operatorShapes.colour);
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.font = `600 ${12 * this._scale}px Inter, "DejaVu Sans", sans-serif`;
      for (const {n, x, y} of [...heaps.values()].sort((one, other) => one.n - other.n)) {
        const at = [x / n * view.scale - view.x, y / n * view.scale - view.y];
        ctx.beginPath();
        ctx.arc(...at, (n === 1 ? 5 : 9 + 3 * Math.log2(n)) * this._scale, 0, 2 * Math.PI);
        ctx.fillStyle = ground;
        ctx.fill();
        ctx.strokeStyle = edge;
        ctx.lineWidth = 2 * this._scale;
        ctx.stroke();
        ctx.fillStyle = letters;
        if (n > 1) ctx.fillText(n, at[0], at[1] + 0.5);
      }
    },

    _warmth(ctx, view) {
      const width = Math.ceil(this._canvas.width / view.sharp / COARSE);
      const height = Math.ceil(this._canvas.height / view.sharp / COARSE);
      const reach = Math.max(3, Math.round(REACH_PX * this._scale / COARSE));
      const coarse = new OffscreenCanvas(width, height), pen = coarse.getContext("2d", {willReadFrequently: true});
      const stamp = this._stamp = this._stamp || blob(reach);
      const spread = reach * COARSE / view.scale;
      for (const {x, y, weight} of this._points) {
        if (x < view.west - spread || x > view.east + spread || y < view.north - spread || y > view.south + spread) continue;
        pen.globalAlpha = 0.35 * weight;
        pen.drawImage(stamp, (x * view.scale - view.x) / COARSE - reach, (y * view.scale - view.y) / COARSE - reach);
      }
      const picture = pen.getImageData(0, 0, width, height), data = picture.data;
      const colours = this._colours = this._colours || palette();
      for (let at = 3; at < data.length; at += 4) {
        const heat = data[at];
        if (!heat) continue;
        data[at - 3] = colours[4 * heat];
        data[at - 2] = colours[4 * heat + 1];
        data[at - 1] = colours[4 * heat + 2];
        data[at] = Math.min(190, heat * 1.1);
      }
      pen.putImageData(picture, 0, 0);
      ctx.imageSmoothingEnabled = true;
      ctx.drawImage(coarse, 0, 0, width * COARSE, height * COARSE);
    },
  });

  return {layer: (told, pane, padding, scale) => new History(told, pane, padding, scale)};
})();
