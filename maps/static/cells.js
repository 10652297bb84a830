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
      hot: (k) => ((data.cells.hot[i] >> (k < 0 ? categories : k)) & 1) === 1,
      sum,
    };
  });
};

Trygkort.page('cells', ({ data, base, view }) => {
  const { HIGHLIGHT, asCount, asExpected, asQ, byId, choices, danish, make, swap } = Trygkort;
  const FEW = 10;
  const MANY = 50;
  const cells = Trygkort.readCells(data);
  const ranked = new Set(data.ranked);
  const fills = view.pane('cells');
  const marks = { ...view.pane('marks'), interactive: false, fill: false };
  const halo = L.polygon([], { ...marks, color: '#ffffff', weight: 7, opacity: 1 }).addTo(view.map);
  const ring = L.polygon([], { ...marks, color: HIGHLIGHT, weight: 3.5, opacity: 1 }).addTo(view.map);
  const extras = { klynger: L.layerGroup(), observeret: L.layerGroup() };
  // Where there is no base map, cells without a class show where there is anything at all.
  const unmarked = base.features.length ? 0 : 0.12;
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
    const values = cells.map((cell) => {
      const value = {
        cell,
        expected: cell.sum(cell.expected, s, k),
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
    return { state, s, k, layer, limits, palette, values, per: s < 0 ? 'døgn' : 'vagt' };
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
    const shift = now.s < 0 ? 'hele døgnet' : data.shifts[now.s];
    const category = now.k < 0 ? 'alle kategorier' : data.categories[now.k];
    const [first, ...rest] = {
      forventet: ['Forventede hændelser', shift, category],
      seneste: [data.windowDays ? `Anmeldte, seneste ${danish(data.windowDays)} dage` : 'Antal hændelser', shift, category],
      hotspots: [`Påviste hotspots: ${danish(shown)} ${shown === 1 ? 'celle' : 'celler'}`, 'hele døgnet', category],
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
    const which = {
      forventet: 'med størst forventning',
      seneste: 'med flest hændelser',
      hotspots: 'med stærkest hotspot',
    }[now.layer];
    byId('table-title').textContent = top.length === 0 ? 'Ingen steder at vise'
      : top.length === 1 ? `Stedet ${which}` : `De ${danish(top.length)} steder ${which}`;
    const nothing = now.layer === 'hotspots'
      ? 'Ingen celler har flere hændelser, end tilfældigheder kan forklare, for dette valg.'
      : 'Ingen hændelser for dette valg.';
    byId('places').tBodies[0].replaceChildren(
      ...top.map(tableRow),
      ...(top.length ? [] : [make('tr', {}, make('td', { colspan: 5, class: 'empty' }, nothing))]));
    byId('more').hidden = order.length <= FEW;
    byId('more').textContent = rows === FEW ? `Vis flere steder (${danish(Math.min(order.length, MANY))})`
      : `Vis kun ${danish(FEW)} steder`;
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
    const close = make('button', { type: 'button', class: 'close', 'aria-label': 'Luk' }, '×');
    close.addEventListener('click', () => select(null));
    byId('why').hidden = false;
    byId('why').replaceChildren(...Trygkort.why(data, now, now.values[selected.i], areaName(selected), close));
  }
  const remember = () => chosen.remember({ celle: selected?.id });

  for (const cell of cells) {
    cell.shape = L.polygon(cell.outline, { ...fills, className: 'cell', weight: 0.6, fill: true }).addTo(view.map);
    cell.shape.on('click', () => select(cell === selected ? null : cell));
  }
  for (const cluster of data.clusters) extras.klynger.addLayer(clusterShape(cluster));
  byId('more').addEventListener('click', () => { rows = rows === FEW ? MANY : FEW; table(); });
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && selected) select(null); });
  const chosen = choices(redraw);
  selected = cells.find((cell) => cell.id === chosen.given('celle')) ?? null;
  if (selected && !view.map.getBounds().contains(selected.centre)) view.map.panTo(selected.centre, { animate: false });
  redraw(chosen.state());
});
