/* What every page of Trygkort shares: words, choices, the map and the sketch under it. Data stand in the page
   as JSON. */
'use strict';

const Trygkort = (() => {
  const BASE = {
    water: { fillColor: '#d3e3ec', fillOpacity: 1, stroke: false },
    park: { fillColor: '#e2ead9', fillOpacity: 1, stroke: false },
    casing: { color: '#d9d5cb', weight: 5.5, opacity: 1 },
    street: { color: '#ffffff', weight: 3.5, opacity: 1 },
  };
  const OUTLINE = {
    treated: { color: '#12344d', weight: 3.5, opacity: 1 },
    neighbour: { color: '#4f6070', weight: 1.4, opacity: 1 },
    control: { color: '#4f6070', weight: 1.4, opacity: 1, dashArray: '2 5' },
  };

  const byId = (id) => document.getElementById(id);
  const read = (id) => {
    const element = byId(id);
    return element ? JSON.parse(element.textContent) : null;
  };
  const swap = (points) => points.map(([lon, lat]) => [lat, lon]);

  /** An element with attributes and children; text is never parsed as HTML. */
  function make(tag, attributes = {}, ...children) {
    const svg = ['svg', 'rect', 'circle', 'path'].includes(tag);
    const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  /* Danish stands in the scripts; a page in another language carries its words (maps/script_words.py). */
  const words = read('words') ?? {};
  const locale = document.documentElement.lang === 'en' ? 'en-GB' : 'da-DK';
  const filled = (text, fields) => text.replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);
  const _ = (text, fields = {}) => filled(words[text] ?? text, fields);
  const n_ = (one, many, count, fields = {}) => _(count === 1 ? one : many, fields);

  function danish(value, decimals = 0) {
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return value.toLocaleString(locale, options).replace('-', '−');
  }
  const asCount = (value) => danish(value, Math.abs(value - Math.round(value)) < 0.05 ? 0 : 1);
  const asExpected = (value) => (value > 0 && value < 0.01 ? `<${danish(0.01, 2)}` : danish(value, 2));
  const asQ = (q) => (q < 0.001 ? `<${danish(0.001, 3)}` : danish(q, q < 0.1 ? 3 : 2));
  const asEquation = (q) => (q < 0.001 ? `q < ${danish(0.001, 3)}` : `q = ${asQ(q)}`);
  const asRound = (value) => (Math.abs(value - Math.round(value)) < 0.05 ? danish(Math.round(value))
    : _('ca. {count}', { count: danish(Math.round(value)) }));
  const asLimit = (value) => danish(value, value >= 10 ? 0 : value >= 1 ? 1 : value >= 0.1 ? 2 : 3);

  /* ---- choices, kept in the address bar -------------------------------------------------------- */

  function choices(onChange) {
    const controls = [...document.querySelectorAll('[name]')].filter((c) => c.matches('select, input'));
    const initial = new Map(controls.map((c) => [c, c.type === 'select-one' ? c.value : c.checked]));

    function state() {
      const found = {};
      for (const c of controls) {
        if (c.type === 'checkbox') found[c.name] = c.checked ? c.value : '';
        else if (c.type !== 'radio' || c.checked) found[c.name] = c.value;
      }
      return found;
    }
    function restore() {
      const wanted = new URLSearchParams(location.hash.slice(1));
      for (const [c, value] of initial) {
        const want = wanted.get(c.name);
        if (c.type === 'select-one') {
          c.value = want ?? value;
          if (c.selectedIndex < 0) c.value = value;
        } else if (want === null) c.checked = value;
        else if (c.type === 'checkbox') c.checked = want === c.value;
        else if (controls.some((other) => other.name === c.name && other.value === want)) c.checked = c.value === want;
      }
    }
    function remember(extra) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...state(), ...extra })) if (value) query.set(name, value);
      const text = query.toString();
      history.replaceState(null, '', text ? `#${text}` : location.pathname + location.search);
    }
    restore();
    for (const c of controls) c.addEventListener('change', () => onChange(state()));
    addEventListener('hashchange', () => { restore(); onChange(state()); });
    for (const select of document.querySelectorAll('select[data-go]'))
      select.addEventListener('change', () => location.assign(select.value + location.hash));
    const given = (name) => new URLSearchParams(location.hash.slice(1)).get(name);
    return { state, remember, given };
  }

  /* ---- the map under everything ---------------------------------------------------------------- */

  function startMap() {
    const element = byId('map_trygkort');
    const { fit, all, ...options } = JSON.parse(element.dataset.leaflet);
    const map = L.map(element, { ...options, maxZoom: 19, attributionControl: false });
    for (const [name, z] of [['base', 210], ['cells', 300], ['outlines', 340], ['marks', 360], ['names', 380], ['badges', 390]]) {
      map.createPane(name).style.zIndex = z;
      map.getPane(name).style.pointerEvents = 'none';
    }
    L.control.zoom({ position: 'topright', zoomInTitle: _('Zoom ind'), zoomOutTitle: _('Zoom ud') }).addTo(map);
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
    const show = (bounds = fit) => {
      map.invalidateSize({ animate: false });
      map.fitBounds(bounds, { animate: false, padding: [14, 14] });
    };
    show();
    if (String(fit) !== String(all)) wholeButton(map, () => show(), () => show(all));
    const printing = (is) => () => { document.body.classList.toggle('printing', is); show(); };
    addEventListener('beforeprint', printing(true));
    addEventListener('afterprint', printing(false));
    return { map, pane: (name) => ({ pane: name, renderer: L.svg({ pane: name, padding: 0.6 }) }) };
  }

  /** A button that goes back and forth between the area the map opens at and all areas. */
  function wholeButton(map, near, far) {
    const button = make('button', { type: 'button', class: 'whole' }, _('Vis alle områder'));
    let whole = false;
    button.addEventListener('click', () => {
      whole = !whole;
      button.textContent = whole ? _('Tilbage') : _('Vis alle områder');
      if (whole) far(); else near();
    });
    L.DomEvent.disableClickPropagation(button);
    const control = L.control({ position: 'topleft' });
    control.onAdd = () => button;
    control.addTo(map);
  }

  function drawBase(view, base) {
    const under = { ...view.pane('base'), interactive: false };
    const over = { ...view.pane('outlines'), interactive: false, fill: false };
    const names = placeNames(view.map);
    const streets = base.features.filter((f) => f.kind === 'street');
    for (const f of base.features)
      if (f.kind in BASE && f.kind !== 'street')
        L.polygon(f.parts.map(swap), { ...under, ...BASE[f.kind] }).addTo(view.map);
    for (const style of [BASE.casing, BASE.street])
      for (const f of streets) L.polyline(f.parts.map(swap), { ...under, ...style }).addTo(view.map);
    for (const role of ['control', 'neighbour', 'treated'])
      for (const area of base.areas.filter((a) => a.role === role)) {
        if (role === 'treated')
          L.polygon(area.rings.map(swap), { ...over, color: '#ffffff', weight: 7, opacity: 0.8 }).addTo(view.map);
        L.polygon(area.rings.map(swap), { ...over, ...OUTLINE[role] }).addTo(view.map);
      }
    for (const area of base.areas.filter((a) => a.name)) names.add([area.label[1], area.label[0]], area.name, `area ${area.role}`);
    for (const kind of ['place', 'water', 'park', 'street'])
      for (const f of base.features)
        if (f.kind === kind && f.name && !base.areas.some((area) => area.name === f.name)) names.along(f);
    names.layout();
    return names;
  }

  /** Names that give way to each other: added in order of importance, hidden where they would touch. */
  function placeNames(map) {
    const all = [];
    const box = [{ x: 0, y: 0 }, { x: 1, y: 0 }];

    function add([lat, lon], text, kind, ends = box, room = Infinity) {
      const word = make('span', { class: `name ${kind}` }, text);
      const icon = L.divIcon({ html: word, className: 'name-at', iconSize: [0, 0] });
      L.marker([lat, lon], { icon, pane: 'names', interactive: false, keyboard: false }).addTo(map);
      let angle = Math.atan2(ends[1].y - ends[0].y, ends[1].x - ends[0].x);
      if (Math.abs(angle) > Math.PI / 2) angle -= Math.sign(angle) * Math.PI;
      word.style.transform = `translate(-50%, -50%) rotate(${angle.toFixed(3)}rad)`;
      all.push({ word, text, at: L.latLng(lat, lon), angle, room });
    }
    /** A street's name runs along its longest piece; any other stands in the middle. */
    function along(feature) {
      const points = feature.parts.flatMap((part) => swap(part));
      if (feature.kind !== 'street') {
        add(points.length > 1 ? middleOf(points) : points[0], feature.name, feature.kind);
        return;
      }
      const flat = points.map((p) => map.project(p, 16));
      let best = 1;
      for (let i = 2; i < flat.length; i += 1)
        if (flat[i].distanceTo(flat[i - 1]) > flat[best].distanceTo(flat[best - 1])) best = i;
      const [a, b] = [flat[best - 1], flat[best]];
      add(Object.values(map.unproject(a.add(b).divideBy(2), 16)), feature.name, 'street', [a, b], a.distanceTo(b));
    }
    /** Shows a name where it touches none of ``taken``; circles along it stand for its shape. */
    function fits(name, text, growth, taken) {
      name.word.hidden = false;
      name.word.textContent = text;
      const [width, height] = [name.word.offsetWidth, name.word.offsetHeight];
      if (!height) return false; // the tiles have their own
      const centre = map.latLngToLayerPoint(name.at);
      const spots = [];
      for (let step = -width / 2; step <= width / 2; step += height / 4)
        spots.push([centre.x + step * Math.cos(name.angle), centre.y + step * Math.sin(name.angle), height]);
      const near = ([x, y, h]) => taken.some(([p, q, g]) => Math.hypot(x - p, y - q) < (h + g) / 2 + 1);
      name.word.hidden = width > name.room * growth * 1.1 || spots.some(near);
      if (!name.word.hidden) taken.push(...spots);
      return !name.word.hidden;
    }
    function layout() {
      const taken = [];
      const growth = map.getZoomScale(map.getZoom(), 16);
      const order = [...all].sort((a, b) => Boolean(b.first) - Boolean(a.first));
      // A sign says more than a name: where the name has no room, the sign stands alone.
      for (const name of order)
        if (!fits(name, name.sign ? `${name.sign}\u00a0${name.text}` : name.text, growth, taken) && name.sign)
          fits(name, name.sign, growth, taken);
    }
    map.on('zoomend resize', layout);
    return { add, along, layout, all };
  }

  function middleOf(points) {
    const sum = points.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    return sum.map((value) => value / points.length);
  }

  /** Draws the map of a page of this kind; `fill` puts in what the page is about. */
  function page(kind, fill) {
    const data = read('page-data');
    if (!data || data.kind !== kind) return;
    const base = read('basemap-data');
    const view = startMap();
    let names = null;
    const drawTiles = Trygkort.tiles(view.map, () => names);
    names = drawBase(view, base);
    fill({ data, base, view, names });
    drawTiles();
    document.body.dataset.ready = 'true';
    performance.mark('trygkort-drawn');
  }

  return {
    HIGHLIGHT: '#101820', _, n_, locale, asCount, asEquation, asExpected, asLimit, asQ, asRound, byId, choices, danish, make, middleOf, page, swap,
  };
})();
