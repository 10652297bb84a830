/* "Hvorfor her?": what stands behind the colour of one cell, in words and figures. */
'use strict';

Trygkort.why = (() => {
  const { asCount, asEquation, asExpected, asRound, danish, make } = Trygkort;
  const events = (n, before = ['', '']) => (Math.round(n) === 1 ? `${before[0]}hændelse` : `${before[1]}hændelser`);

  function rate(expected, now) {
    if (expected < 0.005 || expected > 0.67) return '';
    return ` · ca. 1 pr. ${danish(Math.round(1 / expected))} ${now.s < 0 ? 'døgn' : 'vagter'}`;
  }

  function facts(data, now, value) {
    const found = [];
    if (data.hasExpected)
      found.push(['Forventet', `${asExpected(value.expected)} pr. ${now.per}${rate(value.expected, now)}`]);
    if (data.windowDays) found.push([`Seneste ${danish(data.windowDays)} dage`, `${asCount(value.recent)} anmeldte`]);
    else found.push(['Hændelser', asCount(value.recent)]);
    found.push(['Hotspot', `${value.hot ? 'Ja, flere end tilfældigt' : 'Ikke påvist'} (${asEquation(value.q)})`]);
    if (value.observed >= 0.5) {
      const kind = Math.round(value.observed) === 1 ? 'observation' : 'observationer';
      found.push(['Politiets egne', `${asRound(value.observed)} ${kind} (tæller ikke med)`]);
    }
    return make('dl', {}, ...found.flatMap(([term, text]) => [make('dt', {}, term), make('dd', {}, text)]));
  }

  /** The label with the largest value. */
  function most(labels, value) {
    const ordered = labels.map((label, i) => [value(i), label]).sort((a, b) => b[0] - a[0]);
    return ordered[0][1].toLowerCase();
  }

  function reason(data, now, { cell, recent, hot }) {
    if (recent < 0.5) return 'Næsten ingen hændelser her. Farven kommer af nabocellerne og af ældre historik.';
    const said = [data.windowDays
      ? `${asRound(recent)} ${events(recent, ['anmeldt ', 'anmeldte '])} på ${danish(data.windowDays)} dage`
      : `${asRound(recent)} ${events(recent)}`];
    if (now.k < 0 && data.categories.length > 1)
      said.push(`mest ${most(data.categories, (k) => cell.sum(cell.recent, now.s, k))}`);
    if (now.s < 0 && data.shifts.length > 1 && recent >= data.uncertainBelow)
      said.push(`flest i vagten ${most(data.shifts, (s) => cell.sum(cell.recent, s, now.k))}`);
    const when = now.s < 0 ? '' : 'Over hele døgnet: ';
    const sure = hot ? 'sammen med nabocellerne flere, end tilfældigheder forklarer.'
      : 'ikke påvist flere, end tilfældigheder kan forklare.';
    const small = recent < data.uncertainBelow ? ' Tallet er lille og derfor usikkert.' : '';
    return [`${said.join(', ')}.`, `${when}${sure}`].map((text) => text[0].toUpperCase() + text.slice(1)).join(' ') + small;
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

  /** The content of the panel for one cell's `value` under the choices `now`. */
  return (data, now, value, areaName, close) => {
    const { cell } = value;
    const where = make('p', { class: 'where' }, make('strong', {}, cell.place), areaName && ` · ${areaName}`);
    const parts = [
      make('div', { class: 'whyhead' }, make('div', {}, make('h2', {}, 'Hvorfor her?'), where), close),
      make('p', { class: 'reason' }, reason(data, now, value)),
      facts(data, now, value),
    ];
    if (data.shifts.length)
      parts.push(make('div', { class: 'split' },
        bars('Kategorier', data.categories, (k) => cell.sum(cell.recent, now.s, k)),
        bars('Vagter', data.shifts, (s) => cell.sum(cell.recent, s, now.k))));
    return parts;
  };
})();
