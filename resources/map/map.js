/* The map page: draws what the program sends and tells it what the hand does. It keeps nothing that the program lacks,
   so that after a crash one message brings everything back. */
"use strict";

const operatorMap = (() => {
  const NAMED_MOST = 40;            /* incidents as DOM elements, for screen readers; the rest goes onto the canvas */
  const LABELLED_MOST = 150;
  const COAST_BELOW_ZOOM = 9;       /* with neighbours in the site pack the coarse coast only serves far views */
  const COVERS_PX = 9;              /* shapes nearer than this count as lying on each other */
  const KEPT_INSIDE = 0.12;         /* a followed pin this share of the map away from the edge is left where it is */
  const {box, overlap, textWidth} = operatorNames;
  let map, bridge, state, crowd, pin, names, glass, measure, history, callArea;
  let held = false, aim = null, wide = false, moving = false, spots = [];
  let chain = Promise.resolve();
  const after = new MessageChannel();   /* its turn comes at once after a frame's; a timer may be a while later */
  const handed = [];
  after.port1.onmessage = () => handed.shift()();
  const incidents = new Map();      /* id -> {incident, marker}; the marker is null in the crowd */

  function start(folium) {
    map = folium;
    new QWebChannel(qt.webChannelTransport, channel => {
      bridge = channel.objects.bridge;
      bridge.message.connect(text => {
        chain = chain.then(() => receive(JSON.parse(text))).catch(error => bridge.failed(String(error)));
      });
      /* What the page's policy stops never reaches the program's guard: it is told, to be counted. */
      document.addEventListener("securitypolicyviolation", event => bridge.refused(event.blockedURI));
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
    else requestAnimationFrame(() => { handed.push(tell); after.port2.postMessage(0); });
  }

  /* ---- the whole state, once per page ------------------------------------------------------------------------- */

  async function setUp(message) {
    state = message;
    const root = document.documentElement, frame = map.getContainer();
    root.style.setProperty("--scale", state.scale);
    root.dataset.theme = state.theme;
    root.lang = state.texts.language;
    frame.setAttribute("aria-label", `${state.texts.title}. ${state.interactive ? state.texts.pick_hint : ""}`.trim());
    frame.setAttribute("role", "application");
    await Promise.all(state.fonts.map(loadFont));
    for (const [name, depth] of [["ground", 150], ["tiles", 180], ["base", 200], ["history", 300], ["area", 350],
      ["posts", 420], ["crowd", 550], ["measure", 620]]) pane(name, depth);
    pane("names", 450).classList.add("names-pane");
    names = new operatorNames.Names(map, state);
    if (state.view || state.aim) look(...(state.view || state.aim));
    else fit();
    aim = state.aim;
    held = state.held;
    watch();
    const padding = state.interactive ? 0.15 : 0;
    crowd = operatorShapes.crowd("crowd", padding, state.scale, textWidth).addTo(map);
    const layers = await Promise.all(["coast", ...state.site.layers].map(async name =>
      [name, await read(name === "coast" ? "coast.json" : `site/${name}.json`)]));
    drawLand(Object.fromEntries(layers), padding);
    if (state.site.base) operatorBase.layer(state.site.base, state).addTo(map);
    if (state.site.posts) operatorPlaces.posts(map, await read("site/pos.json"), state.texts);
    glass = new operatorGlass.Glass(map, state, ACTS);
    measure = new operatorMeasure.Measure(map, state.texts, words => glass.tellMeasured(words));
    if (!state.interactive) freeze();
    names.thin();
    lookAtGlass();
    tellView();
  }

  const ACTS = {
    zoomIn: () => { hold(); map.setZoom(map.getZoom() + 1); },
    zoomOut: () => { hold(); map.setZoom(map.getZoom() - 1); },
    whole: () => { wide = true; aim = null; bridge.letGo(); follow(); },
    follow: () => { wide = false; follow(); },
    measure: () => setMeasure(!measure.on),
    history: () => bridge.historyWished(),
  };

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

  /* Land lies below the tiles of a base map, borders above them. */
  function drawLand(layers, padding) {
    const colour = operatorShapes.colour, thick = Math.sqrt(state.scale), hasBase = Boolean(state.site.base);
    const areas = {};
    for (const name of Object.keys(layers)) areas[name] = operatorLand.read(layers[name]);
    const far = colour("far-land"), near = colour("land");
    const rows = (order, only) => order.filter(([name]) => areas[name]).map(([name, fill, line, weight, below]) => ({
      areas: areas[name], below,
      fill: only === "lines" ? null : fill,
      line: only === "fills" ? null : line && colour(line), weight: weight * thick,
    }));
    const land = [
      ["coast", areas.sekitar ? far : near, "coast-line", 1, areas.sekitar ? COAST_BELOW_ZOOM : Infinity],
      ["sekitar", far, "far-line", 1],
      ["kabupaten", near, null, 0],
    ];
    const borders = [
      ["desa", null, "desa-line", 1],
      ["kecamatan", null, "kecamatan-line", 1.4],
      ["kabupaten", null, "coast-line", 1.8],
    ];
    if (hasBase) {
      operatorLand.layer(rows(land, "fills"), "ground", padding).addTo(map);
      operatorLand.layer(rows(borders, "lines"), "base", padding).addTo(map);
    } else operatorLand.layer(rows([...land, ...borders]), "base", padding).addTo(map);
    names.add(areas.kecamatan || [], "kecamatan");
    if (state.interactive) names.add(areas.desa || [], "desa");
  }

  /* ---- moving -------------------------------------------------------------------------------------------------- */

  function freeze() {
    for (const hand of ["dragging", "scrollWheelZoom", "doubleClickZoom", "touchZoom", "keyboard"]) map[hand].disable();
    map.options.zoomSnap = 0;
    document.body.classList.add("still");
  }

  /* Whoever takes hold of the map keeps it: from then on only an explicit order or "follow again" moves it. */
  function hold() {
    held = true;
    if (glass) glass.tellHeld(true);
  }

  function follow() {
    held = false;
    glass.tellHeld(false);
    settle();
    tellView();
  }

  /* Where an untouched map looks: at what it was last ordered to, else at the pin, else at the whole region. */
  function settle() {
    if (aim) look(...aim);
    else if (pin && !wide) look(pin.getLatLng().lat, pin.getLatLng().lng, Math.max(map.getZoom(), 14));
    else fit();
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

  /* A followed map keeps the pin in sight. */
  function keepInSight(latlng) {
    const size = map.getSize();
    if (held || !size.x || !size.y) return;       /* behind another page the map has no size */
    const at = map.latLngToContainerPoint(latlng);
    const edge = [size.x * KEPT_INSIDE, size.y * KEPT_INSIDE];
    if (at.x > edge[0] && at.y > edge[1] && at.x < size.x - edge[0] && at.y < size.y - edge[1]) return;
    aim = null;
    wide = false;
    look(latlng.lat, latlng.lng, map.getZoom());
    tellView();
  }

  function watch() {
    map.on("dragstart zoomstart", () => { if (!moving) hold(); });
    map.on("resize", () => { lookAtGlass(); if (!held && map.getSize().x) settle(); });
    map.on("zoomend", () => names.thin());
    map.on("moveend", () => { if (crowd) placeLabels(); tellView(); });
    if (!state.interactive) return;
    map.on("click", event => {
      const at = event.latlng.wrap();
      if (measure.on) return measure.add(event.latlng);
      const hit = crowd.under(at, map.getZoom());
      if (hit) bridge.incidentClicked(hit.id);
      else bridge.clicked(at.lat, at.lng);
    });
    const frame = map.getContainer();
    frame.addEventListener("keydown", event => { if (event.target === frame) key(event); }, true);
    window.addEventListener("focus", () => {
      if (document.activeElement === document.body) frame.focus({preventScroll: true});
    });
  }

  function key(event) {
    document.body.classList.add("by-key");
    if (measure.key(event.key)) event.preventDefault();
    else if (event.key === "Escape") measure.on ? setMeasure(false) : bridge.left();
    else if (event.key === "Enter") {
      const at = map.getCenter();
      bridge.clicked(at.lat, at.lng);
    } else if (event.key === "f" || event.key === "F") ACTS.follow();
    else if (event.key.startsWith("Arrow") || "+-=".includes(event.key)) hold();
    else return;
  }

  function setMeasure(on) {
    measure.toggle(on);
    glass.press("measure", on);
    bridge.measuring(on);
    lookAtGlass();
    if (on) map.getContainer().focus({preventScroll: true});
  }

  function tellView() {
    const at = map.getCenter();
    bridge.viewed(at.lat, at.lng, map.getZoom(), held);
  }

  /* ---- differences --------------------------------------------------------------------------------------------- */

  function change(message) {
    for (const id of message.gone || []) remove(id);
    for (const [id, lat, lon, p, label, state, sel] of message.put || []) {
      const incident = {id, lat, lon, p, label, state, sel};
      const old = incidents.get(incident.id);
      const kept = old && old.marker && operatorShapes.renew(old.marker, old.incident, incident);
      if (old && old.marker && !kept) old.marker.remove();
      incidents.set(incident.id, {incident, marker: kept ? old.marker : null});
    }
    if (message.put || message.gone) rank();
    if (message.fly) { aim = message.fly; held = wide = false; look(...aim); tellView(); }
    if ("pin" in message) setPin(message.pin, !message.fly && !message.whole);
    if ("area" in message) setArea(message.area);
    if ("history" in message) setHistory(message.history);
    for (const name of ["unplaced", "blocked", "base_broken"]) if (name in message) state[name] = message[name];
    if ("measure" in message) setMeasure(message.measure);
    if (glass.tell(incidents, state, history ? history.count : null)) lookAtGlass();
    glass.tellHeld(held);
    if (message.whole || message.put || message.gone || "pin" in message) {
      placeLabels();
      crowd.draw();
    }
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
    const shown = [], written = [];
    for (const {incident, marker} of ranked().slice(0, LABELLED_MOST)) {
      const at = map.latLngToContainerPoint([incident.lat, incident.lon]);
      if (at.x < -20 || at.y < -20 || at.x > size.x + 20 || at.y > size.y + 20) continue;
      const above = shown.find(other => !other.above && other.at.distanceTo(at) < COVERS_PX * scale);
      if (above) above.covers += 1;
      const reach = operatorShapes.reach(incident, scale);
      shown.push({incident, at, reach, above, covers: 0, element: marker && marker.getElement()});
    }
    const taken = shown.map(({incident, at, reach}) =>
      ({id: incident.id, ...box(at.x - reach, at.y - reach, 2 * reach, 2 * reach)}));
    taken.push(...spots, ...pinSpot());
    for (const entry of shown) {
      const {incident, at, element, reach, above} = entry;
      const words = incident.label + (entry.covers ? ` +${entry.covers}` : "");
      const width = textWidth(words, "600 12px") * scale + 10 * scale;
      const gap = (incident.sel ? 16 : 0) * scale || reach;
      const sides = {
        right: box(at.x + gap, at.y - height / 2, width, height),
        left: box(at.x - gap - width, at.y - height / 2, width, height),
        up: box(at.x - width / 2, at.y - gap - height, width, height),
        down: box(at.x - width / 2, at.y + gap, width, height),
      };
      const free = spot => spot.x > 0 && spot.y > 0 && spot.right < size.x && spot.bottom < size.y
        && !taken.some(other => other.id !== incident.id && overlap(spot, other));
      const side = above ? "" : Object.keys(sides).find(name => free(sides[name])) || "";
      const chosen = side || (incident.sel || entry.covers ? "right" : "");
      if (element) operatorShapes.relabel(element, words, chosen);
      else if (chosen) written.push({words, x: sides[chosen].x + 5 * scale, y: at.y, side: chosen, incident, reach});
      if (side) taken.push({id: "", ...sides[side]});
    }
    crowd.write(written);
    names.dim(taken);
  }

  /* Where no label may stand: under what lies on the glass. Asked for when that changes, not with every batch: each
     question makes the browser lay the page out at once. */
  function lookAtGlass() {
    const frame = map.getContainer().getBoundingClientRect();
    spots = [...map.getContainer().querySelectorAll(".chip, .zoom-bar, .legend, .follow-bar.shown")].map(element => {
      const spot = element.getBoundingClientRect();
      return {id: "", ...box(spot.x - frame.x, spot.y - frame.y, spot.width, spot.height)};
    });
  }

  function pinSpot() {
    if (!pin) return [];
    const at = map.latLngToContainerPoint(pin.getLatLng()), reach = 18 * state.scale;
    return [{id: "", ...box(at.x - reach, at.y - reach, 2 * reach, 2 * reach)}];
  }

  function setPin(at, isAlone) {
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
    if (isAlone) keepInSight(pin.getLatLng());
  }

  function setArea(area) {
    if (callArea) callArea.remove();
    callArea = area && operatorPlaces.callArea(map, area, state.texts);
    if (!area || held || pin || aim || !map.getSize().x) return;
    moving = true;
    const around = L.latLngBounds([area.at, ...area.outline]);
    map.fitBounds(around.pad(0.4), {animate: false, maxZoom: 15});
    moving = false;
    tellView();
  }

  function setHistory(told) {
    if (history) history.remove();
    history = told && operatorHistory.layer(told, "history", state.interactive ? 0.15 : 0, state.scale).addTo(map);
    if (history) history.count = told.points.length;
    glass.press("history", Boolean(history));
  }

  return {start};
})();
