/* Land, borders and coast on one canvas. Leaflet's own polygons cost 50 MB and 230 ms for 45,000 points, most of it in
   an object for every point; here a ring is one array of numbers, culled and thinned while it is drawn. */
"use strict";

const operatorLand = (() => {
  const HAIR_PX = 0.7;              /* points nearer than this to the last one cannot be seen */

  function ringOf(positions) {
    const points = new Float64Array(positions.length * 2);
    const ring = {points, west: 1, east: 0, north: 1, south: 0};
    positions.forEach(([lon, lat], at) => {
      const x = points[2 * at] = operatorSheet.worldX(lon), y = points[2 * at + 1] = operatorSheet.worldY(lat);
      if (x < ring.west) ring.west = x;
      if (x > ring.east) ring.east = x;
      if (y < ring.north) ring.north = y;
      if (y > ring.south) ring.south = y;
    });
    return ring;
  }

  /* One area per feature: its rings, its box in world units, its name and label point. */
  function read(data) {
    return data.features.map(feature => {
      const shape = feature.geometry;
      const polygons = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
      const rings = polygons.flat().map(ringOf);
      const edge = (side, pick) => pick(...rings.map(ring => ring[side]));
      return {
        rings,
        name: feature.properties.nama,
        label: feature.properties.lp && L.latLng(feature.properties.lp[1], feature.properties.lp[0]),
        width: edge("east", Math.max) - edge("west", Math.min),
        height: edge("south", Math.max) - edge("north", Math.min),
      };
    });
  }

  /* Layers in drawing order: {areas, fill, line, weight, below}; `below` is the zoom from which it is left out. */
  const Land = operatorSheet.Sheet.extend({
    initialize(layers, pane, padding) {
      this._layers = layers;
      operatorSheet.Sheet.prototype.initialize.call(this, pane, padding);
    },

    _paint(ctx, view) {
      ctx.lineJoin = "round";
      for (const layer of this._layers) {
        if (!(view.zoom >= layer.below)) this._drawLayer(ctx, layer, view);
      }
    },

    _drawLayer(ctx, layer, view) {
      ctx.beginPath();
      for (const area of layer.areas) for (const ring of area.rings) {
        if (ring.east < view.west || ring.west > view.east || ring.south < view.north || ring.north > view.south) continue;
        trace(ctx, ring.points, view);
      }
      if (layer.fill) {
        ctx.fillStyle = layer.fill;
        ctx.fill("evenodd");
      }
      if (layer.line) {
        ctx.strokeStyle = layer.line;
        ctx.lineWidth = layer.weight;
        ctx.stroke();
      }
    },
  });

  function trace(ctx, points, view) {
    let lastX = points[0] * view.scale - view.x, lastY = points[1] * view.scale - view.y;
    ctx.moveTo(lastX, lastY);
    for (let at = 2; at < points.length; at += 2) {
      const x = points[at] * view.scale - view.x, y = points[at + 1] * view.scale - view.y;
      if (Math.abs(x - lastX) < HAIR_PX && Math.abs(y - lastY) < HAIR_PX) continue;
      ctx.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
    ctx.closePath();
  }

  return {read, layer: (layers, pane, padding) => new Land(layers, pane, padding)};
})();
