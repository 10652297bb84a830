/* The map of the explore page: cells in their classes; a click asks the same question of that cell. */
'use strict';

Trygkort.page('explore', ({ data, view }) => {
  const fills = view.pane('cells');
  const marks = { ...view.pane('marks'), interactive: false, fill: false };
  for (const cell of data.cells) {
    const shape = L.polygon(cell.ring, {
      ...fills,
      className: 'cell',
      weight: 0.6,
      color: '#5c5347',
      opacity: 0.5,
      fillColor: cell.colour ?? '#7b8794',
      fillOpacity: cell.colour ? 0.76 : 0.1,
    }).addTo(view.map);
    shape.getElement().style.pointerEvents = 'auto';
    shape.bindTooltip(cell.title, { sticky: true });
    shape.on('click', () => location.assign(cell.href));
    if (cell.chosen) {
      L.polygon(cell.ring, { ...marks, color: '#ffffff', weight: 7, opacity: 1 }).addTo(view.map);
      L.polygon(cell.ring, { ...marks, color: Trygkort.HIGHLIGHT, weight: 3.5, opacity: 1 }).addTo(view.map);
    }
  }
});
