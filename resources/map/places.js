/* What stands still on the map beside incidents: posts of agencies, and the area that the call at hand came from. */
"use strict";

const operatorPlaces = (() => {
  const NAMES_FROM_ZOOM = 12;
  const HOUSE = "M0,-7.5L7,-1V6.5H-7V-1z", CROSS = "M-1.2,-2.6H1.2V-0.2H3.6V2.2H1.2V4.6H-1.2V2.2H-3.6V-0.2H-1.2z";

  function svg(paths, className, half) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    made.setAttribute("viewBox", `${-half} ${-half} ${2 * half} ${2 * half}`);
    made.setAttribute("aria-hidden", "true");
    made.setAttribute("class", className);
    for (const [d, name] of paths) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", d);
      path.setAttribute("class", name);
      made.append(path);
    }
    return made;
  }

  const houseSign = () => svg([[HOUSE, "post-house"], [CROSS, "post-cross"]], "post-sign", 9);

  /* Posts: a house, never one of the shapes of incidents. Their names only from near. */
  function posts(map, rows, texts) {
    const made = rows.map(row => {
      const box = document.createElement("div"), name = document.createElement("span");
      box.className = "post-box";
      name.className = "post-name";
      name.textContent = row.label;
      box.append(houseSign(), name);
      const marker = L.marker([row.lat, row.lon], {
        pane: "posts", interactive: false, keyboard: false,
        icon: L.divIcon({html: box, className: "post", iconSize: null}),
      }).addTo(map);
      marker.getElement().setAttribute("role", "img");
      marker.getElement().setAttribute("aria-label", `${texts.post}: ${row.label}`);
      return marker;
    });
    const near = () => map.getPane("posts").classList.toggle("far", map.getZoom() < NAMES_FROM_ZOOM);
    map.on("zoomend", near);
    near();
    return made;
  }

  /* The area of the call: a dashed line around it and a small cross in the middle, with how wide it is in words. */
  function callArea(map, area, texts) {
    const colour = operatorShapes.colour("call"), shown = L.layerGroup();
    if (area.outline.length) L.polygon(area.outline, {
      pane: "area", renderer: L.svg({pane: "area"}), interactive: false,
      color: colour, weight: 2, dashArray: "6 5", fillColor: colour, fillOpacity: 0.1,
    }).addTo(shown);
    const box = document.createElement("div"), words = document.createElement("span");
    box.className = "call-box";
    words.className = "call-words";
    words.textContent = area.label;
    box.append(svg([["M-7,0H7M0,-7V7", "call-cross"]], "call-sign", 9), words);
    L.marker(area.at, {
      pane: "area", interactive: false, keyboard: false,
      icon: L.divIcon({html: box, className: "call-at", iconSize: null}),
    }).addTo(shown);
    shown.addTo(map);
    const element = map.getPane("area").querySelector(".call-at");
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", `${texts.from_call}: ${area.label}`);
    return shown;
  }

  return {posts, callArea, houseSign};
})();
