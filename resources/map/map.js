/* The map page: draws what the program sends and tells it what the hand does. It keeps nothing that the program lacks,
   so that after a crash one message brings everything back. */
"use strict";

const operatorMap = (() => {
  const NAMED_MOST = 150;           /* incidents as DOM elements; the rest goes onto the canvas */
  const COAST_BELOW_ZOOM = 9;       /* with neighbours in the site pack the coarse coast only serves far views */
  const DESA_FROM_ZOOM = 9.5;
  const KECAMATAN_UNTIL_ZOOM = 11.5;
  let map, bridge, state, base, crowd, coast, pin;
  let neighbours = false, held = false, moving = false;
  let names = [];
  let chain = Promise.resolve();
  const incidents = new Map();      /* id -> {incident, marker, dom} */
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
    base = L.canvas({pane: pane("base", 200), padding: state.interactive ? 0.5 : 0.05});
    crowd = L.canvas({pane: pane("crowd", 550), padding: 0.2});
    pane("names", 450).classList.add("names-pane");
    const layers = await Promise.all(["coast", ...state.site.layers].map(async name =>
      [name, await read(name === "coast" ? "coast.json" : `site/${name}.json`)]));
    drawBase(Object.fromEntries(layers));
    drawControls();
    const [south, west, north, east] = state.site.bounds;
    map.setMaxBounds(L.latLngBounds([south, west], [north, east]).pad(1.5));
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

  function area(data, style) {
    return L.geoJSON(data, {renderer: base, interactive: false, style: () => style}).addTo(map);
  }

  function drawBase(layers) {
    const colour = operatorShapes.colour;
    const thick = Math.sqrt(state.scale);
    const fill = name => ({stroke: false, fill: true, fillOpacity: 1, fillColor: colour(name)});
    const line = (name, weight) => ({fill: false, color: colour(name), weight: weight * thick, opacity: 1});
    neighbours = Boolean(layers.sekitar);
    coast = area(layers.coast, {...fill(neighbours ? "far-land" : "land"), ...outline("coast-line", thick)});
    if (layers.sekitar) area(layers.sekitar, {...fill("far-land"), ...outline("far-line", thick)});
    if (layers.kabupaten) area(layers.kabupaten, fill("land"));
    if (layers.desa) area(layers.desa, line("desa-line", 1));
    if (layers.kecamatan) area(layers.kecamatan, line("kecamatan-line", 1.4));
    if (layers.kabupaten) area(layers.kabupaten, line("coast-line", 1.8));
    if (layers.kecamatan) layers.kecamatan.features.forEach(feature => addName(feature, "kecamatan"));
    if (layers.desa && state.interactive) layers.desa.features.forEach(feature => addName(feature, "desa"));
    /* Big areas first: where two names would overlap, the bigger area keeps its own. */
    names.sort((one, other) => other.rank - one.rank);
  }

  function outline(name, weight) {
    return {stroke: true, color: operatorShapes.colour(name), weight, opacity: 1};
  }

  /* ---- names of areas ----------------------------------------------------------------------------------------- */

  function addName(feature, kind) {
    const at = L.latLng(feature.properties.lp[1], feature.properties.lp[0]);
    const box = L.geoJSON(feature).getBounds();
    const text = document.createElement("span");
    text.textContent = feature.properties.nama;
    const marker = L.marker(at, {
      pane: "names", interactive: false, keyboard: false,
      icon: L.divIcon({html: text, className: `name ${kind}`, iconSize: null}),
    });
    names.push({
      kind, at, box, marker,
      width: textWidth(feature.properties.nama, kind === "kecamatan" ? "600 11px" : "400 11px")
        * (kind === "kecamatan" ? 1.12 : 1) * state.scale,
      rank: (kind === "kecamatan" ? 1e6 : 0) + (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth()),
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
      const own = map.project(name.box.getNorthEast()).x - map.project(name.box.getSouthWest()).x;
      const at = map.project(name.at);
      const spot = box(at.x - name.width / 2 - 4, at.y - height / 2 - 2, name.width + 8, height + 4);
      const shown = wanted && (own > name.width * 0.8 || zoom >= 13) && !taken.some(other => overlap(spot, other));
      if (shown) taken.push(spot);
      if (shown !== map.hasLayer(name.marker)) shown ? name.marker.addTo(map) : name.marker.remove();
    }
    const far = !neighbours || zoom < COAST_BELOW_ZOOM;
    if (far !== map.hasLayer(coast)) {
      if (far) { coast.addTo(map); coast.bringToBack(); } else coast.remove();
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

  function drawControls() {
    const texts = state.texts;
    corner("topleft", chip => {
      chip.className = "chip";
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
      for (const [sign, text, step] of [["+", texts.zoom_in, 1], ["\u2212", texts.zoom_out, -1]]) {
        const button = document.createElement("button");
        button.textContent = sign;
        button.title = text;
        button.setAttribute("aria-label", text);
        button.addEventListener("click", () => { held = true; map.setZoom(map.getZoom() + step); });
        bar.append(button);
      }
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
    map.on("resize", () => { if (!held) fit(); });
    map.on("zoomend", thinNames);
    map.on("moveend", () => { placeLabels(); tellView(); });
    if (state.interactive) map.on("click", event => {
      const at = event.latlng.wrap();
      bridge.clicked(at.lat, at.lng);
    });
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
      remove(incident.id);
      incidents.set(incident.id, {incident, marker: null, dom: false});
    }
    if (message.put || message.gone) rank();
    if ("pin" in message) setPin(message.pin);
    if (message.fly) { held = true; look(message.fly[0], message.fly[1], message.fly[2]); tellView(); }
    if (message.put || message.gone) placeLabels();
    const words = state.texts.count.replace("{n}", incidents.size);
    const status = document.getElementById("status");
    if (status.textContent !== words) status.textContent = words;
  }

  function remove(id) {
    const old = incidents.get(id);
    if (old && old.marker) old.marker.remove();
    incidents.delete(id);
  }

  const urgency = incident => (incident.sel ? -10 : 0) + (incident.p || 3.5);

  function ranked() {
    return [...incidents.values()].sort((one, other) =>
      urgency(one.incident) - urgency(other.incident) || (one.incident.id < other.incident.id ? -1 : 1));
  }

  /* The most urgent become elements, the rest drops on the canvas; only what changed sides is made anew. */
  function rank() {
    const all = incidents.size > NAMED_MOST ? ranked() : incidents.values();
    let number = 0;
    for (const entry of all) {
      const dom = number++ < NAMED_MOST;
      if (entry.marker && entry.dom === dom) continue;
      if (entry.marker) entry.marker.remove();
      entry.dom = dom;
      entry.marker = dom ? operatorShapes.domMarker(entry.incident)
        : operatorShapes.canvasMarker(entry.incident, crowd, state.scale);
      if (state.interactive) entry.marker.on("click", () => bridge.incidentClicked(entry.incident.id));
      entry.marker.addTo(map);
    }
  }

  /* Each label stands right of its shape, else left, else it is left out; the urgent choose first. */
  function placeLabels() {
    const scale = state.scale, height = 17 * scale, size = map.getSize();
    const shown = ranked().filter(entry => entry.dom).map(entry => ({
      ...entry, at: map.latLngToContainerPoint(entry.marker.getLatLng()), reach: operatorShapes.reach(entry.incident, scale),
    })).filter(entry => entry.at.x > -20 && entry.at.y > -20 && entry.at.x < size.x + 20 && entry.at.y < size.y + 20);
    const taken = shown.map(entry =>
      ({id: entry.incident.id, ...box(entry.at.x - entry.reach, entry.at.y - entry.reach, 2 * entry.reach, 2 * entry.reach)}));
    for (const entry of shown) {
      const width = textWidth(entry.incident.label, "600 12px") * scale + 10 * scale;
      const gap = entry.incident.sel ? 16 * scale : entry.reach;
      const right = box(entry.at.x + gap, entry.at.y - height / 2, width, height);
      const left = box(entry.at.x - gap - width, entry.at.y - height / 2, width, height);
      const free = spot => !taken.some(other => other.id !== entry.incident.id && overlap(spot, other));
      const side = right.right < size.x && free(right) ? "right" : left.x > 0 && free(left) ? "left" : "";
      const element = entry.marker.getElement();
      element.classList.toggle("to-left", side === "left");
      element.classList.toggle("no-label", !side && !entry.incident.sel);
      if (side) taken.push(side === "left" ? left : right);
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
