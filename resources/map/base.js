/* The base map that a site brought: pictures or vectors, out of MBTiles (tile by tile) or PMTiles (by ranges of one
   file). Vectors with the layers of OpenMapTiles are drawn in a style of our own; names of ours lie above. */
"use strict";

const operatorBase = (() => {
  const FONT = 'Inter, "DejaVu Sans", sans-serif';
  const MAJOR = ["motorway", "trunk", "primary"], MIDDLE = ["secondary", "tertiary"];
  const MINOR = ["minor", "service", "residential", "unclassified", "living_street", "busway"];
  const TRACKS = ["track", "path", "footway", "cycleway", "pedestrian", "steps"];

  /* A width that doubles its growth with every zoom: [[zoom, pixels], ...]. */
  function grow(stops) {
    return zoom => {
      if (zoom <= stops[0][0]) return stops[0][1];
      for (let at = 1; at < stops.length; at += 1) {
        const [from, thin] = stops[at - 1], [to, thick] = stops[at];
        if (zoom <= to) return thin + (thick - thin) * (2 ** (zoom - from) - 1) / (2 ** (to - from) - 1);
      }
      return stops[stops.length - 1][1];
    };
  }

  const is = (...classes) => (zoom, feature) => classes.includes(feature.props.class);
  const area = (layer, fill, filter, minzoom) =>
    ({dataLayer: layer, symbolizer: new protomapsL.PolygonSymbolizer({fill}), filter: both(filter, 3), minzoom});
  const both = (filter, type) => (zoom, feature) =>
    feature.geomType === type && (!filter || filter(zoom, feature));
  const line = (layer, color, width, filter, more = {}) => ({
    dataLayer: layer, filter: both(filter, 2), minzoom: more.minzoom,
    symbolizer: new protomapsL.LineSymbolizer({color, width, lineCap: "round", lineJoin: "round", ...more}),
  });

  function paint(colour) {
    const roads = (classes, wide, minzoom) => [
      line("transportation", colour("road-edge"), zoom => wide(zoom) + 1.6, is(...classes), {minzoom: Math.max(minzoom, 11)}),
      line("transportation", colour(classes === MAJOR ? "road-major" : "road"), wide, is(...classes), {minzoom}),
    ];
    return [
      area("landcover", colour("wood"), is("wood", "forest")),
      area("landcover", colour("wetland"), is("wetland")),
      area("landcover", colour("grass"), is("grass", "farmland")),
      area("landuse", colour("built"), is("residential", "suburb", "neighbourhood", "commercial", "retail")),
      area("landuse", colour("works"), is("industrial", "quarry", "railway")),
      area("landuse", colour("care"), is("hospital", "school", "university", "college", "kindergarten")),
      area("park", colour("wood"), null),
      area("water", colour("sea"), is("ocean")),  /* as the sea beyond the extract, so that it has no edge */
      area("water", colour("water"), (zoom, feature) => feature.props.class !== "ocean"),
      line("waterway", colour("water"), grow([[8, 0.6], [12, 1.6], [18, 10]]), null),
      area("aeroway", colour("built"), null),
      line("aeroway", colour("road-edge"), grow([[11, 1], [16, 14]]), null),
      area("building", colour("building"), null, 13),
      line("transportation", colour("track"), grow([[13, 0.6], [19, 3]]), is(...TRACKS), {dash: [3, 3], minzoom: 13}),
      ...roads(MINOR, grow([[11, 0.5], [14, 1.8], [19, 14]]), 11),
      ...roads(MIDDLE, grow([[8, 0.6], [13, 2.4], [19, 18]]), 8),
      ...roads(MAJOR, grow([[5, 0.7], [12, 2.6], [19, 22]]), 5),
      line("transportation", colour("track"), grow([[10, 0.8], [18, 3]]), is("rail", "transit"), {dash: [6, 4], minzoom: 10}),
      line("transportation", colour("ferry"), () => 1.2, is("ferry"), {dash: [4, 4]}),
      line("boundary", colour("far-line"), () => 1, (zoom, feature) => feature.props.admin_level <= 4),
    ];
  }

  function labels(colour, scale) {
    const font = (weight, size) => `${weight} ${Math.round(size * scale)}px ${FONT}`;
    const props = ["name:id", "name", "name:latin"];
    const halo = {stroke: colour("land"), width: 2.5, labelProps: props};
    const along = (layer, size, filter, minzoom, fill = colour("text-road")) => ({
      dataLayer: layer, minzoom, filter: both(filter, 2),
      symbolizer: new protomapsL.LineLabelSymbolizer({...halo, fill, font: font(500, size)}),
    });
    const at = (layer, weight, size, filter, minzoom, fill = colour("text-name")) => ({
      dataLayer: layer, minzoom, filter: both(filter, 1),
      symbolizer: new protomapsL.CenteredTextSymbolizer({...halo, fill, font: font(weight, size)}),
      sort: (one, other) => (one.rank || 99) - (other.rank || 99),
    });
    return [
      at("place", 600, 13, is("city", "town"), 6, colour("text-soft")),
      at("place", 500, 11.5, is("village", "suburb"), 11),
      at("place", 400, 11, is("hamlet", "neighbourhood", "quarter", "isolated_dwelling", "locality"), 13),
      along("transportation_name", 11.5, is(...MAJOR, ...MIDDLE), 12),
      along("transportation_name", 11, is(...MINOR, ...TRACKS), 14),
      along("waterway", 11, null, 12, colour("text-water")),
      along("water_name", 11, null, 9, colour("text-water")),
      at("water_name", 400, 11, null, 9, colour("text-water")),
      at("poi", 400, 11, is("hospital", "clinic", "fire_station", "police", "school", "place_of_worship", "fuel",
        "harbor", "town_hall", "bus", "college", "grocery", "shop", "lodging"), 15),
      at("aerodrome_label", 500, 11, null, 10),
    ];
  }

  function vectors(base, state) {
    const url = base.pmtiles ? `app://map/${base.file}` : `app://map/tiles/${base.version}/{z}/{x}/{y}`;
    const own = base.schema === "openmaptiles";
    return protomapsL.leafletLayer({
      url, pane: "tiles", attribution: "", maxDataZoom: base.maxZoom, maxNativeZoom: 19, maxZoom: 19, lang: "id",
      bounds: bounds(base), backgroundColor: undefined,
      ...(own ? {paintRules: paint(operatorShapes.colour), labelRules: labels(operatorShapes.colour, state.scale)}
        : {flavor: state.theme === "light" ? "light" : "dark"}),
    });
  }

  /* A picture out of the one file of PMTiles; what is not there stays empty. */
  const Ranges = L.GridLayer.extend({
    initialize(url, options) {
      this._source = new protomapsL.PmtilesSource(url, false).p;
      L.setOptions(this, options);
    },
    createTile(at, done) {
      const image = document.createElement("img");
      image.alt = "";
      this._source.getZxy(at.z, at.x, at.y).then(found => {
        if (!found) return done(null, image);
        const url = URL.createObjectURL(new Blob([found.data]));
        image.onload = image.onerror = () => {
          URL.revokeObjectURL(url);
          done(null, image);
        };
        image.src = url;
      }, error => done(error, image));
      return image;
    },
  });

  function pictures(base) {
    const options = {
      pane: "tiles", minNativeZoom: base.minZoom, maxNativeZoom: base.maxZoom, minZoom: 1, maxZoom: 19, bounds: bounds(base),
      className: "picture", updateWhenIdle: false, keepBuffer: 1,
    };
    return base.pmtiles ? new Ranges(`app://map/${base.file}`, options)
      : L.tileLayer(`app://map/tiles/${base.version}/{z}/{x}/{y}`, options);
  }

  const bounds = ({bounds: [south, west, north, east]}) => [[south, west], [north, east]];

  return {layer: (base, state) => base.vector ? vectors(base, state) : pictures(base)};
})();
