/* The operator's own base map, from this service: pale and grey above the sketch, which shows where a tile is missing. */
'use strict';

/** Puts the tiles under a map and a choice on it; gives what draws them once the page's choices are known. */
Trygkort.tiles = (map, names) => {
  const { byId, make } = Trygkort;
  const told = JSON.parse(byId('tiles-data')?.textContent ?? 'null');
  if (!told) return () => {};
  map.createPane('tiles').style.zIndex = 220;
  map.getPane('tiles').style.pointerEvents = 'none';
  const tiles = L.tileLayer(told.url, {
    pane: 'tiles', bounds: told.bounds, minZoom: told.minZoom - 2, maxZoom: 19,
    minNativeZoom: told.minZoom, maxNativeZoom: told.maxZoom, updateWhenIdle: true, keepBuffer: 1,
  });
  const sketch = make('input', { type: 'checkbox', name: 'baggrund', value: 'skitse' });
  const choice = make('label', { class: 'check' }, sketch, told.choice);
  const credit = make('span', {}, told.credit);
  const word = make('p', { class: 'credit', role: 'status' });
  word.hidden = true;
  map.getContainer().closest('figure').append(word, make('div', { class: 'credit backdrop' }, credit, choice));

  function say(text) {
    word.textContent = text;
    word.hidden = !text;
  }
  function draw() {
    const shown = !sketch.checked;
    if (shown) tiles.addTo(map); else tiles.remove();
    map.getContainer().classList.toggle('tiled', shown);
    map.getContainer().classList.toggle('named', shown && told.haveNames);
    credit.hidden = !shown;
    if (!shown) say('');
    names()?.layout();
  }
  tiles.on('loading', () => say(''));
  tiles.on('tileerror', () => say(told.missing));
  sketch.addEventListener('change', draw);
  addEventListener('hashchange', draw);
  return draw;
};
