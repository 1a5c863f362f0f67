/* The map page: draws what the program sends and tells it what the hand does. It keeps nothing that the program lacks,
   so that after a crash one message brings everything back. */
"use strict";

const operatorMap = (() => {
  const NAMED_MOST = 150;           /* incidents as DOM elements; the rest goes onto the canvas */
  const COAST_BELOW_ZOOM = 9;       /* with neighbours in the site pack the coarse coast only serves far views */
  const DESA_FROM_ZOOM = 9.5;
  const KECAMATAN_UNTIL_ZOOM = 11.5;
  const COVERS_PX = 9;              /* shapes nearer than this count as lying on each other */
  let map, bridge, state, crowd, pin;
  let held = false, moving = false;
  let names = [], glass = [];
  let chain = Promise.resolve();
  const incidents = new Map();      /* id -> {incident, marker}; the marker is null in the crowd */
  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map();

  function start(folium) {
    map = folium;
    new QWebChannel(qt.webChannelTransport, channel => {
      bridge = channel.objects.bridge;
      bridge.message.connect(text => {
        chain = chain.then(() => receive(JSON.parse(text))).catch(error => bridge.failed(String(error)));
      });
      bridge.hello();
    });
  }

  async function receive(message) {
    if (message.whole) await setUp(message);
    change(message);
    painted(() => bridge.drawn(message.seq));
  }

  /* Call back when the frame that shows the present state has been handed over; a hidden page draws no frames. */
  function painted(tell) {
    if (document.hidden) tell();
    else requestAnimationFrame(() => setTimeout(tell, 0));
  }

  /* ---- the whole state, once per page ------------------------------------------------------------------------- */

  async function setUp(message) {
    state = message;
    document.documentElement.style.setProperty("--scale", state.scale);
    document.documentElement.lang = state.texts.language;
    map.getContainer().setAttribute("aria-label", state.texts.title);
    map.getContainer().setAttribute("role", "application");
    await Promise.all(state.fonts.map(loadFont));
    pane("base", 200);
    pane("crowd", 550);
    crowd = operatorShapes.crowd("crowd", state.interactive ? 0.15 : 0, state.scale).addTo(map);
    pane("names", 450).classList.add("names-pane");
    const layers = await Promise.all(["coast", ...state.site.layers].map(async name =>
      [name, await read(name === "coast" ? "coast.json" : `site/${name}.json`)]));
    drawBase(Object.fromEntries(layers));
    drawControls();
    if (!state.interactive) freeze();
    if (state.view) look(state.view[0], state.view[1], state.view[2]);
    else fit();
    held = state.held;
    watch();
  }

  async function read(path) {
    const answer = await fetch(`app://map/${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  async function loadFont(font) {
    const face = new FontFace(font.family, `url(app://map${font.path})`, {weight: font.weight});
    document.fonts.add(await face.load());
  }

  function pane(name, depth) {
    const made = map.getPane(name) || map.createPane(name);
    made.style.zIndex = depth;
    return made;
  }

  function drawBase(layers) {
    const colour = operatorShapes.colour;
    const thick = Math.sqrt(state.scale);
    const areas = {};
    for (const name of Object.keys(layers)) areas[name] = operatorLand.read(layers[name]);
    const far = colour("far-land"), near = colour("land");
    const order = [
      ["coast", areas.sekitar ? far : near, "coast-line", 1, areas.sekitar ? COAST_BELOW_ZOOM : Infinity],
      ["sekitar", far, "far-line", 1],
      ["kabupaten", near, null, 0],
      ["desa", null, "desa-line", 1],
      ["kecamatan", null, "kecamatan-line", 1.4],
      ["kabupaten", null, "coast-line", 1.8],
    ].filter(([name]) => areas[name]).map(([name, fill, line, weight, below]) =>
      ({areas: areas[name], fill, line: line && colour(line), weight: weight * thick, below}));
    operatorLand.layer(order, "base", state.interactive ? 0.15 : 0).addTo(map);
    for (const area of areas.kecamatan || []) addName(area, "kecamatan");
    if (state.interactive) for (const area of areas.desa || []) addName(area, "desa");
    /* Big areas first: where two names would overlap, the bigger area keeps its own. */
    names.sort((one, other) => other.rank - one.rank);
  }

  /* ---- names of areas ----------------------------------------------------------------------------------------- */

  function addName(area, kind) {
    const text = document.createElement("span");
    text.textContent = area.name;
    const marker = L.marker(area.label, {
      pane: "names", interactive: false, keyboard: false,
      icon: L.divIcon({html: text, className: `name ${kind}`, iconSize: null}),
    });
    names.push({
      kind, marker, at: area.label, span: area.width,
      width: textWidth(area.name, kind === "kecamatan" ? "600 11px" : "400 11px")
        * (kind === "kecamatan" ? 1.12 : 1) * state.scale,
      rank: (kind === "kecamatan" ? 1 : 0) + area.width * area.height,
    });
  }

  function textWidth(text, font) {
    const key = font + text;
    if (!widths.has(key)) {
      pen.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
      widths.set(key, pen.measureText(text).width);
    }
    return widths.get(key);
  }

  /* Names depend on the zoom only, never on the pan: nothing appears or goes while the map is dragged. */
  function thinNames() {
    const zoom = map.getZoom(), height = 15 * state.scale, taken = [];
    for (const name of names) {
      const wanted = name.kind === "desa" ? zoom >= DESA_FROM_ZOOM : zoom <= KECAMATAN_UNTIL_ZOOM || !state.interactive;
      const own = name.span * 256 * 2 ** zoom;
      const at = map.project(name.at);
      const spot = box(at.x - name.width / 2 - 4, at.y - height / 2 - 2, name.width + 8, height + 4);
      const shown = wanted && (own > name.width * 0.8 || zoom >= 13) && !taken.some(other => overlap(spot, other));
      if (shown) taken.push(spot);
      if (shown !== map.hasLayer(name.marker)) shown ? name.marker.addTo(map) : name.marker.remove();
    }
  }

  const box = (x, y, width, height) => ({x, y, right: x + width, bottom: y + height});
  const overlap = (one, other) =>
    one.x < other.right && other.x < one.right && one.y < other.bottom && other.y < one.bottom;

  /* ---- what stands on the glass ------------------------------------------------------------------------------- */

  function corner(position, build) {
    const control = L.control({position});
    control.onAdd = () => {
      const element = document.createElement("div");
      build(element);
      L.DomEvent.disableClickPropagation(element);
      return element;
    };
    control.addTo(map);
  }

  function button(bar, sign, text, act) {
    const made = document.createElement("button");
    made.textContent = sign;
    made.title = text;
    made.setAttribute("aria-label", text);
    made.addEventListener("click", act);
    bar.append(made);
  }

  function drawControls() {
    const texts = state.texts;
    corner("topleft", chip => {
      chip.className = "chip";
      chip.classList.toggle("plain", state.site.layers.length === 0);
      for (const [className, text] of [["chip-title", texts.head], ["chip-line", texts.no_base]]) {
        const line = document.createElement("div");
        line.className = className;
        line.textContent = text;
        chip.append(line);
      }
      const status = document.createElement("div");
      status.className = "chip-line";
      status.id = "status";
      status.setAttribute("role", "status");
      chip.append(status);
    });
    if (state.interactive) corner("topright", bar => {
      bar.className = "zoom-bar";
      button(bar, "+", texts.zoom_in, () => { held = true; map.setZoom(map.getZoom() + 1); });
      button(bar, "\u2212", texts.zoom_out, () => { held = true; map.setZoom(map.getZoom() - 1); });
      button(bar, "\u25a1", texts.whole, () => { fit(); held = false; tellView(); });
    });
    corner("bottomright", note => {
      note.className = "source";
      note.textContent = state.site.attribution;
    });
    L.control.scale({position: "bottomleft", imperial: false, maxWidth: 100}).addTo(map);
  }

  /* ---- moving -------------------------------------------------------------------------------------------------- */

  function freeze() {
    for (const hand of ["dragging", "scrollWheelZoom", "doubleClickZoom", "touchZoom", "keyboard"]) map[hand].disable();
    map.options.zoomSnap = 0;
    document.body.classList.add("still");
  }

  function fit() {
    const [south, west, north, east] = state.site.bounds;
    moving = true;
    map.fitBounds([[south, west], [north, east]], {animate: false, padding: [14, 14]});
    moving = false;
  }

  function look(lat, lon, zoom) {
    moving = true;
    map.setView([lat, lon], zoom, {animate: false});
    moving = false;
  }

  function watch() {
    /* Whoever takes hold of the map keeps it: from then on only an explicit order moves it. */
    map.on("dragstart zoomstart", () => { if (!moving) held = true; });
    map.on("keydown", () => { held = true; });
    map.on("resize", () => { lookAtGlass(); if (!held) fit(); });
    map.on("zoomend", thinNames);
    map.on("moveend", () => { placeLabels(); tellView(); });
    if (state.interactive) map.on("click", event => {
      const at = event.latlng.wrap(), hit = crowd.under(at, map.getZoom());
      if (hit) bridge.incidentClicked(hit.id);
      else bridge.clicked(at.lat, at.lng);
    });
    lookAtGlass();
    thinNames();
    tellView();
  }

  function tellView() {
    const at = map.getCenter();
    bridge.viewed(at.lat, at.lng, map.getZoom(), held);
  }

  /* ---- differences --------------------------------------------------------------------------------------------- */

  function change(message) {
    for (const id of message.gone || []) remove(id);
    for (const incident of message.put || []) {
      const old = incidents.get(incident.id);
      if (old && old.marker) old.marker.remove();
      incidents.set(incident.id, {incident, marker: null});
    }
    if (message.put || message.gone) rank();
    if ("pin" in message) setPin(message.pin);
    if (message.fly) { held = true; look(message.fly[0], message.fly[1], message.fly[2]); tellView(); }
    if (message.put || message.gone || "pin" in message) placeLabels();
    const words = state.texts.count.replace("{n}", incidents.size);
    const status = document.getElementById("status");
    if (status.textContent === words) return;
    const first = !status.textContent;
    status.textContent = words;
    if (first) lookAtGlass();
  }

  function remove(id) {
    const old = incidents.get(id);
    if (old && old.marker) old.marker.remove();
    incidents.delete(id);
  }

  const urgency = incident => incident.sel ? 0 : [4, 1, 2, 3, 5, 6][incident.p || 0];

  /* The most urgent first, within the same urgency those known for longest; no sorting, for a crowd is large. */
  function ranked() {
    const rows = [[], [], [], [], [], [], []];
    for (const entry of incidents.values()) rows[urgency(entry.incident)].push(entry);
    return rows.flat();
  }

  /* The most urgent become elements, the rest goes into the crowd; only what is new or changed sides is made. */
  function rank() {
    const all = ranked();
    for (const entry of all.slice(0, NAMED_MOST)) {
      if (entry.marker) continue;
      entry.marker = operatorShapes.domMarker(entry.incident);
      if (state.interactive) entry.marker.on("click", () => bridge.incidentClicked(entry.incident.id));
      entry.marker.addTo(map);
    }
    const rest = all.slice(NAMED_MOST);
    for (const entry of rest) {
      if (entry.marker) entry.marker.remove();
      entry.marker = null;
    }
    crowd.show(rest);
  }

  /* Each label stands right of its shape, else left, above or below, else it is left out; the urgent choose first.
     A shape that lies on others says how many: nothing disappears without a word. */
  function placeLabels() {
    const scale = state.scale, height = 17 * scale, size = map.getSize();
    const shown = [];
    for (const {incident, marker} of ranked().slice(0, NAMED_MOST)) {
      const at = map.latLngToContainerPoint([incident.lat, incident.lon]);
      if (at.x < -20 || at.y < -20 || at.x > size.x + 20 || at.y > size.y + 20) continue;
      const above = shown.find(other => !other.above && other.at.distanceTo(at) < COVERS_PX * scale);
      if (above) above.covers += 1;
      const reach = operatorShapes.reach(incident, scale);
      shown.push({incident, at, reach, above, covers: 0, element: marker.getElement()});
    }
    const taken = shown.map(({incident, at, reach}) =>
      ({id: incident.id, ...box(at.x - reach, at.y - reach, 2 * reach, 2 * reach)}));
    taken.push(...glass, ...pinSpot());
    for (const entry of shown) {
      const {incident, at, element, reach, above} = entry;
      const words = incident.label + (entry.covers ? ` +${entry.covers}` : "");
      const width = textWidth(words, "600 12px") * scale + 10 * scale;
      const gap = (incident.sel ? 16 : 0) * scale || reach;
      const spots = {
        right: box(at.x + gap, at.y - height / 2, width, height),
        left: box(at.x - gap - width, at.y - height / 2, width, height),
        up: box(at.x - width / 2, at.y - gap - height, width, height),
        down: box(at.x - width / 2, at.y + gap, width, height),
      };
      const free = spot => spot.x > 0 && spot.y > 0 && spot.right < size.x && spot.bottom < size.y
        && !taken.some(other => other.id !== incident.id && overlap(spot, other));
      const side = above ? "" : Object.keys(spots).find(name => free(spots[name])) || "";
      operatorShapes.relabel(element, words, side || (incident.sel || entry.covers ? "right" : ""));
      if (side) taken.push({id: "", ...spots[side]});
    }
    dimNames(taken);
  }

  /* Where no label may stand: under what lies on the glass. Asked for when that changes, not with every batch: each
     question makes the browser lay the page out at once. */
  function lookAtGlass() {
    const frame = map.getContainer().getBoundingClientRect();
    glass = [...map.getContainer().querySelectorAll(".chip, .zoom-bar")].map(element => {
      const spot = element.getBoundingClientRect();
      return {id: "", ...box(spot.x - frame.x, spot.y - frame.y, spot.width, spot.height)};
    });
  }

  function pinSpot() {
    if (!pin) return [];
    const at = map.latLngToContainerPoint(pin.getLatLng()), reach = 18 * state.scale;
    return [{id: "", ...box(at.x - reach, at.y - reach, 2 * reach, 2 * reach)}];
  }

  /* A name of an area under a shape or its label would only make both hard to read. */
  function dimNames(taken) {
    for (const name of names) {
      const element = name.marker.getElement();
      if (!element) continue;
      const at = map.latLngToContainerPoint(name.at);
      const spot = box(at.x - name.width / 2, at.y - 7 * state.scale, name.width, 14 * state.scale);
      element.classList.toggle("under", taken.some(other => overlap(spot, other)));
    }
  }

  function setPin(at) {
    if (pin) pin.remove();
    pin = null;
    if (!at) return;
    const cross = document.createElement("div");
    cross.className = "pin-cross";
    pin = L.marker(at, {
      icon: L.divIcon({html: cross, className: "pin", iconSize: null}),
      interactive: false, keyboard: false, zIndexOffset: 200000,
    }).addTo(map);
    pin.getElement().setAttribute("role", "img");
    pin.getElement().setAttribute("aria-label", state.texts.pin);
  }

  return {start};
})();
