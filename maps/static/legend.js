/* What the colours of the cells mean. */
'use strict';

Trygkort.legend = (() => {
  const { HIGHLIGHT, _, asLimit, byId, danish, make } = Trygkort;

  function swatch(shape) {
    return make('svg', { class: 'swatch', viewBox: '0 0 26 16', 'aria-hidden': 'true' }, shape);
  }
  const box = (fill, more = {}) => swatch(make('rect', { x: 1, y: 1, width: 24, height: 14, rx: 2, fill, stroke: '#7b8794', ...more }));

  function range(layer, limits, i) {
    const [from, to] = [limits[i], limits[i + 1]];
    if (layer === 'forventet') return to ? `${asLimit(from)}–${asLimit(to)}` : _('{from} eller mere', { from: asLimit(from) });
    if (!to) return _('{from} eller flere', { from: danish(from) });
    return to - from === 1 ? danish(from) : `${danish(from)}–${danish(to - 1)}`;
  }

  function entries(data, now) {
    const { layer, limits, palette } = now;
    const found = layer === 'hotspots'
      ? data.significance.map(([q], i) => [box(palette[i]), `q ≤ ${danish(q, q < 0.01 ? 3 : 2)}`])
      : limits.map((_, i) => [box(palette[i]), range(layer, limits, i)]);
    found.reverse();
    if (!found.length) found.push(['', _('Ingen hændelser for dette valg.')]);
    if (layer !== 'seneste' && now.values.some((value) => value.class >= 0 && !value.certain)) {
      const colour = palette[Math.min(1, palette.length - 1)];
      found.push([box(`url(#hatch-${colour.slice(1)})`), _('skraveret: usikkert (få hændelser)')]);
    }
    if (now.state.klynger)
      found.push([box('none', { stroke: HIGHLIGHT, 'stroke-width': 2, 'stroke-dasharray': '4 3' }), _('klynge med antal')]);
    if (now.state.observeret) {
      const ring = { cx: 13, cy: 8, r: 6, fill: '#ffffff', stroke: data.observedColour, 'stroke-width': 2 };
      found.push([swatch(make('circle', ring)), _('politiets egne observationer')]);
    }
    return found;
  }

  return (data, now) => {
    const title = {
      forventet: _('Hændelser pr. celle pr. {per}', { per: now.per }),
      seneste: data.windowDays ? _('Hændelser pr. celle, seneste {days} dage', { days: danish(data.windowDays) })
        : _('Hændelser pr. celle'),
      hotspots: _('Flere end tilfældigt'),
    }[now.layer];
    const items = entries(data, now).map(([mark, text]) => make('li', {}, mark, text));
    byId('legend').replaceChildren(make('p', {}, title), make('ul', {}, ...items));
  };
})();
