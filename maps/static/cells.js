/* Cells: the daily map and the map of file mode. */
'use strict';

/** The cells of a page: outlines in lat/lon and figures per shift and category (see maps/cells.py). */
Trygkort.readCells = (data) => {
  const { origin, ring, id } = data.cells;
  const shifts = Math.max(data.shifts.length, 1);
  const categories = Math.max(data.categories.length, 1);

  function spread(pairs, unit) {
    const row = new Float64Array(shifts * categories);
    for (let i = 0; i < pairs.length; i += 2) row[pairs[i]] = pairs[i + 1] * unit;
    return row;
  }
  function spreadHours(pairs) {
    const row = new Float64Array(24);
    for (let i = 0; i < pairs.length; i += 2) row[pairs[i]] = pairs[i + 1] * 0.1;
    return row;
  }
  function corners(steps) {
    let [lon, lat] = [0, 0];
    const found = [];
    for (let i = 0; i < steps.length; i += 2) {
      lon += steps[i];
      lat += steps[i + 1];
      found.push([origin[1] + lat * 1e-5, origin[0] + lon * 1e-5]);
    }
    return found;
  }
  /** The sum over shift s and category k, -1 for all of them. */
  function sum(row, s, k) {
    let total = 0;
    for (let a = s < 0 ? 0 : s; a < (s < 0 ? shifts : s + 1); a += 1)
      for (let b = k < 0 ? 0 : k; b < (k < 0 ? categories : k + 1); b += 1) total += row[a * categories + b];
    return total;
  }
  return id.map((name, i) => {
    const outline = corners(ring[i]);
    return {
      i,
      id: name,
      outline,
      centre: Trygkort.middleOf(outline),
      area: data.cells.area[i],
      place: data.cells.places[data.cells.place[i]],
      expected: spread(data.cells.expected[i], 1e-5),
      recent: spread(data.cells.recent[i], 0.01),
      observed: spread(data.cells.observed[i], 0.01),
      q: (k) => data.cells.q[i][k < 0 ? categories : k] * 1e-4,
      hours: spreadHours(data.cells.hours?.[i] ?? []),
      hot: (k) => ((data.cells.hot[i] >> (k < 0 ? categories : k)) & 1) === 1,
      sum,
    };
  });
};

Trygkort.page('cells', ({ data, base, view }) => {
  const { HIGHLIGHT, _, n_, asCount, asExpected, asQ, byId, choices, danish, make, swap } = Trygkort;
  const FEW = 10;
  const MANY = 50;
  const fills = view.pane('cells');
  const marks = { ...view.pane('marks'), interactive: false, fill: false };
  const halo = L.polygon([], { ...marks, color: '#ffffff', weight: 7, opacity: 1 }).addTo(view.map);
  const ring = L.polygon([], { ...marks, color: HIGHLIGHT, weight: 3.5, opacity: 1 }).addTo(view.map);
  const extras = { klynger: L.layerGroup(), observeret: L.layerGroup() };
  // Where there is no base map, cells without a class show where there is anything at all.
  const unmarked = base.features.length ? 0 : 0.12;
  const shapes = new Map(); // by the cell's id, kept from day to day
  let cells = [];
  let ranked = new Set();
  let now = null;
  let selected = null;
  let rows = FEW;

  /** What the choices mean: positions of shift and category (-1 all), the layer, each cell's values and class. */
  function reading(state) {
    const s = data.shiftIds.indexOf(state.vagt ?? '');
    const k = data.categoryIds.indexOf(state.kategori ?? '');
    const layer = state.lag;
    const limits = data.limits[layer === 'forventet' ? 'expected' : 'recent'][`${s}:${k}`];
    // Fewer classes take the darker end.
    const palette = layer === 'hotspots' ? data.significance.map(([, colour]) => colour)
      : data.colours.slice(data.colours.length - limits.length);
    const counted = data.cells.instead?.[`${s}:${k}`];
    const values = cells.map((cell) => {
      const value = {
        cell,
        expected: counted ? counted[cell.i] * 1e-5 : cell.sum(cell.expected, s, k),
        recent: cell.sum(cell.recent, s, k),
        observed: cell.sum(cell.observed, s, k),
        q: cell.q(k),
        hot: cell.hot(k),
        certain: cell.sum(cell.recent, layer === 'hotspots' ? -1 : s, k) >= data.uncertainBelow - 0.05,
      };
      if (layer === 'hotspots') value.class = value.hot ? data.significance.filter(([q]) => value.q <= q).length - 1 : -1;
      else value.class = classOf(layer === 'forventet' ? value.expected : Math.round(value.recent), limits);
      return value;
    });
    return { state, s, k, layer, limits, palette, values, counted, per: s < 0 ? _('døgn') : _('vagt') };
  }

  function classOf(value, limits) {
    let found = -1;
    while (found + 1 < limits.length && value >= limits[found + 1]) found += 1;
    return found;
  }

  function redraw(state) {
    now = reading(state);
    now.values.forEach(paint);
    drawObserved();
    for (const [name, group] of Object.entries(extras))
      if (state[name]) group.addTo(view.map); else group.remove();
    caption();
    if (byId('counted')) byId('counted').hidden = now.layer !== 'forventet' || !now.counted;
    Trygkort.legend(data, now);
    table();
    if (selected) explain();
    remember();
  }

  function paint(value) {
    const colour = now.palette[value.class];
    const solid = value.certain || now.layer === 'seneste';
    const shown = value.class >= 0;
    value.cell.shape.setStyle({
      fillColor: !shown ? '#7b8794' : solid ? colour : `url(#hatch-${colour.slice(1)})`,
      fillOpacity: shown ? 0.76 : unmarked,
      color: '#5c5347',
      opacity: shown ? 0.55 : 2 * unmarked,
    });
    const path = value.cell.shape.getElement();
    path.dataset.class = value.class;
    path.style.pointerEvents = 'auto';
  }

  function drawObserved() {
    extras.observeret.clearLayers();
    for (const { cell, observed } of now.values)
      if (observed >= 0.5)
        extras.observeret.addLayer(L.circleMarker(cell.centre, {
          ...marks, className: 'observed', fill: true, fillColor: '#ffffff', fillOpacity: 0.55,
          radius: 2.5 + 1.6 * Math.sqrt(observed), color: data.observedColour, weight: 2,
        }));
  }

  function clusterShape(cluster) {
    const style = { ...marks, className: 'cluster', color: HIGHLIGHT, weight: 2, dashArray: '5 4', opacity: 0.95 };
    const hull = swap(cluster.hull);
    const shape = L.polygon(hull, style);
    const word = make('span', { class: 'badge' }, danish(cluster.incidents));
    const icon = L.divIcon({ html: word, className: 'name-at', iconSize: [0, 0] });
    const top = hull.sort((a, b) => b[0] - a[0])[0];
    return L.layerGroup([shape, L.marker(top, { icon, pane: 'badges', interactive: false, keyboard: false })]);
  }

  function caption() {
    const shown = now.values.filter((value) => value.class >= 0).length;
    const shift = now.s < 0 ? _('hele døgnet') : data.shifts[now.s];
    const category = now.k < 0 ? _('alle kategorier') : data.categories[now.k];
    const [first, ...rest] = {
      forventet: [_('Forventede hændelser'), shift, category],
      seneste: [data.windowDays ? _('Anmeldte, seneste {days} dage', { days: danish(data.windowDays) }) : _('Antal hændelser'),
        shift, category],
      hotspots: [n_('Påviste hotspots: {count} celle', 'Påviste hotspots: {count} celler', shown, { count: danish(shown) }),
        _('hele døgnet'), category],
    }[now.layer];
    byId('caption').replaceChildren(make('strong', {}, first), data.shifts.length ? ` · ${rest.join(' · ')}` : '');
  }

  /* The table beside the map. */

  function ranking() {
    const { layer } = now;
    const { omraade } = now.state;
    const key = { forventet: (v) => v.expected, seneste: (v) => v.recent, hotspots: (v) => 1 - v.q }[layer];
    return now.values
      .filter(({ cell }) => (omraade ? String(cell.area) === omraade : ranked.has(cell.i)))
      .filter((value) => (layer === 'hotspots' ? value.hot : key(value) >= 0.0005))
      .sort((a, b) => key(b) - key(a) || b.recent - a.recent || b.expected - a.expected || a.cell.i - b.cell.i);
  }

  function table() {
    const order = ranking();
    const top = order.slice(0, rows);
    const count = { count: danish(top.length) };
    const title = {
      forventet: () => n_('Stedet med størst forventning', 'De {count} steder med størst forventning', top.length, count),
      seneste: () => n_('Stedet med flest hændelser', 'De {count} steder med flest hændelser', top.length, count),
      hotspots: () => n_('Stedet med stærkest hotspot', 'De {count} steder med stærkest hotspot', top.length, count),
    }[now.layer];
    byId('table-title').textContent = top.length ? title() : _('Ingen steder at vise');
    const nothing = now.layer === 'hotspots'
      ? _('Ingen celler har flere hændelser, end tilfældigheder kan forklare, for dette valg.')
      : _('Ingen hændelser for dette valg.');
    byId('places').tBodies[0].replaceChildren(
      ...top.map(tableRow),
      ...(top.length ? [] : [make('tr', {}, make('td', { colspan: 5, class: 'empty' }, nothing))]));
    byId('more').hidden = order.length <= FEW;
    byId('more').textContent = rows === FEW
      ? _('Vis flere steder ({count})', { count: danish(Math.min(order.length, MANY)) })
      : _('Vis kun {count} steder', { count: danish(FEW) });
    mark();
  }

  const areaName = (cell) => (cell.area < 0 ? '' : base.areas[cell.area].name);

  function tableRow(value, rank) {
    const { cell } = value;
    const area = areaName(cell);
    const button = make('button', { type: 'button', class: 'spot', 'aria-expanded': 'false' },
      make('span', {}, cell.place), area && !cell.place.startsWith(area) ? make('small', {}, area) : null);
    button.addEventListener('focus', () => outline(cell));
    button.addEventListener('blur', () => outline(selected));
    const row = make('tr', { 'data-cell': cell.id },
      make('td', { class: 'num rank' }, danish(rank + 1)),
      make('th', { scope: 'row' }, button),
      data.hasExpected ? make('td', { class: 'num' }, asExpected(value.expected)) : null,
      make('td', { class: 'num' }, asCount(value.recent)),
      make('td', { class: value.hot ? 'num hot' : 'num' }, asQ(value.q)));
    row.addEventListener('mouseenter', () => outline(cell));
    row.addEventListener('mouseleave', () => outline(selected));
    row.addEventListener('click', () => {
      select(cell);
      if (!view.map.getBounds().contains(cell.centre)) view.map.panTo(cell.centre);
    });
    return row;
  }

  /* One cell at a time is selected: outlined, marked in the table, explained in the panel. */

  function outline(cell) {
    for (const shape of [halo, ring]) shape.setLatLngs(cell ? cell.outline : []);
  }
  function mark() {
    outline(selected);
    for (const row of byId('places').tBodies[0].rows) {
      const is = row.dataset.cell === selected?.id;
      row.classList.toggle('chosen', is);
      row.querySelector('button')?.setAttribute('aria-expanded', String(is));
    }
  }
  function select(cell) {
    selected = cell;
    byId('why').hidden = !cell;
    if (cell) explain();
    mark();
    remember();
  }
  function explain() {
    const close = make('button', { type: 'button', class: 'close', 'aria-label': _('Luk') }, '×');
    close.addEventListener('click', () => select(null));
    byId('why').hidden = false;
    byId('why').replaceChildren(...Trygkort.why(data, now, now.values[selected.i], around(selected), areaName(selected), close));
  }
  const remember = () => chosen.remember({ celle: selected?.id });

  /** The values of the cells that the test of a hotspot takes together with `cell`, which are near by their centres. */
  function around(cell) {
    const [lat, lon] = cell.centre;
    const flat = Math.cos((lat * Math.PI) / 180);
    const apart = ([y, x]) => Math.hypot(y - lat, (x - lon) * flat);
    const side = cell.outline.reduce((sum, corner) => sum + apart(corner), 0) / cell.outline.length;
    const reach = (data.neighbourSteps + 0.2) * Math.sqrt(3) * side;
    return now.values.filter((value) => value.cell !== cell && apart(value.cell.centre) < reach);
  }

  function shapeOf(cell) {
    if (!shapes.has(cell.id)) {
      const shape = L.polygon(cell.outline, { ...fills, className: 'cell', weight: 0.6, fill: true });
      shape.on('click', () => select(cell.id === selected?.id ? null : cells.find(({ id }) => id === cell.id)));
      shapes.set(cell.id, shape);
    }
    return shapes.get(cell.id).addTo(view.map);
  }
  /** Puts the cells and clusters of a day in place of those that are there. */
  function put(day) {
    Object.assign(data, day);
    cells = Trygkort.readCells(data);
    ranked = new Set(data.ranked);
    for (const cell of cells) cell.shape = shapeOf(cell);
    const here = new Set(cells.map(({ id }) => id));
    for (const [id, shape] of shapes) if (!here.has(id)) shape.remove();
    extras.klynger.clearLayers();
    for (const cluster of data.clusters) extras.klynger.addLayer(clusterShape(cluster));
  }
  function show(day) {
    const wanted = selected?.id;
    put(day);
    selected = cells.find(({ id }) => id === wanted) ?? null;
    byId('why').hidden = !selected;
    redraw(chosen.state());
  }

  put({});
  byId('more').addEventListener('click', () => { rows = rows === FEW ? MANY : FEW; table(); });
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && selected) select(null); });
  const chosen = choices(redraw);
  selected = cells.find((cell) => cell.id === chosen.given('celle')) ?? null;
  if (selected && !view.map.getBounds().contains(selected.centre)) view.map.panTo(selected.centre, { animate: false });
  redraw(chosen.state());
  Trygkort.days(data, show);
});
