/* Whole areas: the displacement, the trend and the release map, which can show parts of areas too. Tables stand ready in the page; choices show one of them. */
'use strict';

Trygkort.page('areas', ({ data, base, view, names }) => {
  const { HIGHLIGHT, choices, swap } = Trygkort;
  const fills = { ...view.pane('cells'), stroke: false };
  const marks = { ...view.pane('marks'), interactive: false };
  const shapes = base.areas.map((area, i) => {
    const rings = area.rings.map(swap);
    const fill = L.polygon(rings, { ...fills, className: 'area' }).addTo(view.map).on('click', () => choose(i));
    const pattern = L.polygon(rings, { ...fills, interactive: false }).addTo(view.map);
    return { fill, pattern, rings };
  });
  const arrows = L.layerGroup().addTo(view.map);
  const ring = L.polygon([], { ...marks, fill: false, color: HIGHLIGHT, weight: 4 }).addTo(view.map);
  let chosenArea = null;

  const outline = (i) => ring.setLatLngs(i === null ? [] : shapes[i].rings);

  function choose(i) {
    chosenArea = i === chosenArea ? null : i;
    outline(chosenArea);
    for (const row of document.querySelectorAll('tr[data-area]'))
      row.classList.toggle('chosen', Number(row.dataset.area) === chosenArea);
    document.querySelector('tbody:not([hidden]) tr.chosen')?.scrollIntoView({ block: 'nearest' });
  }

  function paint({ fill, pattern }, i, kind) {
    const style = data.styles[kind];
    fill.setStyle({ fillColor: style?.fill ?? '#ffffff', fillOpacity: style?.opacity ?? 0 });
    pattern.setStyle({ fillColor: style?.pattern ? `url(#${style.pattern})` : '#ffffff', fillOpacity: style?.pattern ? 1 : 0 });
    fill.getElement().dataset.class = kind ?? '';
    fill.getElement().style.pointerEvents = 'auto';
    names.all[i].sign = style?.sign;
    names.all[i].first = style?.first;
  }

  function redraw(state) {
    const key = data.names.map((name) => state[name]).join(':');
    const now = data.views[key];
    shapes.forEach((shape, i) => paint(shape, i, now.areas[i]));
    arrows.clearLayers();
    for (const arrow of now.arrows)
      arrows.addLayer(L.polygon(swap(arrow), {
        ...marks, className: 'arrow', fillColor: HIGHLIGHT, fillOpacity: 1, color: '#ffffff', weight: 2.5, opacity: 1,
      }));
    for (const arrow of now.crossings ?? [])
      arrows.addLayer(L.polygon(swap(arrow), {
        ...marks, className: 'arrow crossing', fillColor: data.crossed, fillOpacity: 1, color: HIGHLIGHT, weight: 1.5, opacity: 1,
      }));
    (now.cells ?? []).forEach((kind, i) => {
      const style = data.styles[kind];
      const under = { ...fills, interactive: false, stroke: true, color: '#ffffff', weight: 1 };
      for (const rings of data.outlines[i].map((polygon) => polygon.map(swap))) {
        arrows.addLayer(L.polygon(rings, { ...under, className: 'part', fillColor: style.fill, fillOpacity: style.opacity }));
        if (style.pattern)
          arrows.addLayer(L.polygon(rings, { ...under, fillColor: `url(#${style.pattern})`, fillOpacity: 1 }));
      }
    });
    for (const part of document.querySelectorAll('[data-view]'))
      part.hidden = !part.dataset.view.split(' ').includes(key);
    names.layout();
    chosen.remember({});
  }

  for (const row of document.querySelectorAll('tr[data-area]')) {
    const i = Number(row.dataset.area);
    row.addEventListener('mouseenter', () => outline(i));
    row.addEventListener('mouseleave', () => outline(chosenArea));
    row.addEventListener('click', () => choose(i));
    row.querySelector('button')?.addEventListener('focus', () => outline(i));
    row.querySelector('button')?.addEventListener('blur', () => outline(chosenArea));
  }
  const chosen = choices(redraw);
  redraw(chosen.state());
});
