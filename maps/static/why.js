/* "Hvorfor her?": what stands behind the colour of one cell, in words and figures. */
'use strict';

Trygkort.why = (() => {
  const { _, n_, asCount, asEquation, asExpected, asRound, danish, make } = Trygkort;

  function rate(expected, now) {
    if (expected < 0.005 || expected > 0.67) return '';
    const count = { count: danish(Math.round(1 / expected)) };
    return ` · ${now.s < 0 ? _('ca. 1 pr. {count} døgn', count) : _('ca. 1 pr. {count} vagter', count)}`;
  }

  /** Between which means a count may well have come: the 95 % interval of Poisson, by Byar's approximation. */
  function interval(count) {
    const limit = (n, sign) => (n > 0 ? n * (1 - 1 / (9 * n) + (sign * 1.96) / (3 * Math.sqrt(n))) ** 3 : 0);
    const [low, high] = [Math.max(0, limit(count, -1)), limit(count + 1, 1)];
    return _('95 %: {low}–{high}', { low: danish(low, low < 3 ? 1 : 0), high: danish(high) });
  }

  function facts(data, now, value, near) {
    const found = [];
    if (data.hasExpected)
      found.push([_('Forventet'), _('{count} pr. {per}', { count: asExpected(value.expected), per: now.per })
        + rate(value.expected, now)]);
    if (data.windowDays)
      found.push([_('Seneste {days} dage', { days: danish(data.windowDays) }),
        `${_('{count} anmeldte', { count: asCount(value.recent) })} (${interval(value.recent)})`]);
    else found.push([_('Hændelser'), `${asCount(value.recent)} (${interval(value.recent)})`]);
    found.push([_('Naboceller'), neighbours(data, near)]);
    found.push([_('Hotspot'), `${value.hot ? _('Ja, flere end tilfældigt') : _('Ikke påvist')} (${asEquation(value.q)})`]);
    if (value.observed >= 0.5)
      found.push([_('Politiets egne'), n_('{count} observation (tæller ikke med)', '{count} observationer (tæller ikke med)',
        Math.round(value.observed), { count: asRound(value.observed) })]);
    return make('dl', {}, ...found.flatMap(([term, text]) => [make('dt', {}, term), make('dd', {}, text)]));
  }

  function neighbours(data, near) {
    const total = (key) => near.reduce((sum, value) => sum + value[key], 0);
    const [recent, expected] = [asCount(total('recent')), asExpected(total('expected'))];
    return data.hasExpected ? _('{recent} anmeldte, {expected} forventet, i alt', { recent, expected })
      : _('{recent} i alt', { recent });
  }

  /** The label with the largest value. */
  function most(labels, value) {
    const ordered = labels.map((label, i) => [value(i), label]).sort((a, b) => b[0] - a[0]);
    return ordered[0][1].toLowerCase();
  }

  function reason(data, now, { cell, recent, hot }) {
    if (recent < 0.5) return _('Næsten ingen hændelser her. Farven kommer af nabocellerne og af ældre historik.');
    const count = { count: asRound(recent), days: danish(data.windowDays ?? 0) };
    const said = [data.windowDays
      ? n_('{count} anmeldt hændelse på {days} dage', '{count} anmeldte hændelser på {days} dage', Math.round(recent), count)
      : n_('{count} hændelse', '{count} hændelser', Math.round(recent), count)];
    if (now.k < 0 && data.categories.length > 1)
      said.push(_('mest {category}', { category: most(data.categories, (k) => cell.sum(cell.recent, now.s, k)) }));
    if (now.s < 0 && data.shifts.length > 1 && recent >= data.uncertainBelow)
      said.push(_('flest i vagten {shift}', { shift: most(data.shifts, (s) => cell.sum(cell.recent, s, now.k)) }));
    const sure = hot ? _('sammen med nabocellerne flere, end tilfældigheder forklarer.')
      : _('ikke påvist flere, end tilfældigheder kan forklare.');
    const small = recent < data.uncertainBelow ? ` ${_('Tallet er lille og derfor usikkert.')}` : '';
    return [`${said.join(', ')}.`, now.s < 0 ? sure : _('Over hele døgnet: {sure}', { sure })]
      .map((text) => text[0].toUpperCase() + text.slice(1)).join(' ') + small;
  }

  /** Incidents by the hour of the clock, as a row of columns; in words for who hears it. */
  function hours(data, { cell }) {
    const total = cell.hours.reduce((sum, count) => sum + count, 0);
    if (!data.hoursDays || total < 0.5) return null;
    const top = Math.max(...cell.hours);
    const columns = [...cell.hours].map((count, hour) =>
      make('rect', { x: hour * 10 + 1, width: 8, y: 40 - (38 * count) / top, height: (38 * count) / top + 1 }));
    let busiest = 0;
    const sum = (from) => [0, 1, 2, 3].reduce((all, hour) => all + cell.hours[(from + hour) % 24], 0);
    for (let hour = 1; hour < 24; hour += 1) if (sum(hour) > sum(busiest)) busiest = hour;
    const two = (hour) => String(hour % 24).padStart(2, '0');
    const words = _('{share} % kl. {from}–{to}', {
      share: danish(Math.round((100 * sum(busiest)) / total)), from: two(busiest), to: two(busiest + 4),
    });
    const few = total < data.uncertainBelow ? ` · ${_('få hændelser, usikkert')}` : '';
    const axis = ['00', '06', '12', '18', '24'].map((hour) => make('span', {}, hour));
    return make('div', { class: 'hours' },
      make('h3', {}, _('Timer, alle kategorier, seneste {days} dage', { days: danish(data.hoursDays) })),
      make('svg', { viewBox: '0 0 240 42', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...columns),
      make('div', { class: 'axis', 'aria-hidden': 'true' }, ...axis),
      make('p', {}, _('Flest: {words}', { words }) + few));
  }

  function bars(title, labels, value) {
    const found = labels.map((label, i) => [label, value(i)]).filter(([, n]) => n >= 0.05).sort((a, b) => b[1] - a[1]);
    if (!found.length) return null;
    const rows = found.map(([label, n]) => {
      const bar = make('span', { class: 'bar' });
      bar.style.width = `${Math.max(2, (100 * n) / found[0][1])}%`;
      return make('li', {}, make('span', { class: 'label' }, label), make('span', { class: 'track' }, bar),
        make('span', { class: 'num' }, asCount(n)));
    });
    return make('div', {}, make('h3', {}, title), make('ul', { class: 'bars' }, ...rows));
  }

  /** The content of the panel for one cell's `value` under the choices `now`, with the values of the cells `near` it. */
  return (data, now, value, near, areaName, close) => {
    const { cell } = value;
    const where = make('p', { class: 'where' }, make('strong', {}, cell.place), areaName && ` · ${areaName}`);
    const parts = [
      make('div', { class: 'whyhead' }, make('div', {}, make('h2', {}, _('Hvorfor her?')), where), close),
      make('p', { class: 'reason' }, reason(data, now, value)),
      facts(data, now, value, near),
    ];
    if (data.shifts.length)
      parts.push(make('div', { class: 'split' },
        bars(_('Kategorier'), data.categories, (k) => cell.sum(cell.recent, now.s, k)),
        bars(_('Vagter'), data.shifts, (s) => cell.sum(cell.recent, s, now.k))));
    return [...parts, hours(data, value)].filter((part) => part !== null);
  };
})();
