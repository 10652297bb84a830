/* The days of the daily map: a slider, buttons and the choice of dates show another date's run in place of the page's.
   Figures of a date are asked for one date at a time, as each is a consultation that is logged. */
'use strict';

Trygkort.days = (() => {
  const { _, byId, locale } = Trygkort;
  const DAY_MS = 86_400_000;
  const SLIDER_DAYS = 91;
  const AHEAD = 3; // runs on each side that are fetched once somebody has moved the slider
  const REST_MS = 150; // a finger that rests this long wants to see the day
  const number = (iso) => Math.round(Date.parse(iso) / DAY_MS);
  const iso = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);
  const short = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
  const whole = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });
  const inWords = (day) => whole.format(new Date(day * DAY_MS)).replace(' den ', ' ');

  /** `data` is what the page shows; `show` draws another day's in its place. */
  return (data, show) => {
    const [select, slider, note] = ['run', 'day', 'day-note'].map(byId);
    if (!select?.dataset.cells) return;
    const language = document.documentElement.lang;
    const [name, ...rest] = document.title.split(' · ');
    const kept = new Map([[data.date, { ...data, texts: { [language]: data.texts[language] } }]]);
    const asked = new Map();
    const runs = new Set([...select.options].map((option) => option.dataset.day));
    let wanted = data.date;
    let moved = false;
    let [frame, timer] = [0, 0];

    const address = (day) => select.dataset.href.replace('{date}', day);
    const sameKind = (a, b) => JSON.stringify(a.settings) === JSON.stringify(b.settings);

    /* The page around the map. */

    function head(texts) {
      document.title = [texts.title, ...rest].join(' · ');
      document.querySelector('h1 .sub').textContent = texts.day;
      const age = document.querySelector('.head .age');
      age.classList.toggle('stale', texts.stale);
      age.querySelector('strong').textContent = texts.until;
      age.querySelector('.known').textContent = texts.known;
      age.querySelector('.incomplete').textContent = texts.incomplete;
      byId('about').replaceChildren(...texts.about.map((text) => Trygkort.make('li', {}, text)));
    }
    /** The view can be sent, and is what the other language and the figures as data show. */
    function links(day) {
      history.replaceState(null, '', address(day) + location.hash);
      const other = document.querySelector('a.language');
      if (other) {
        const way = new URL(other.href);
        way.searchParams.set('next', location.pathname + location.search);
        other.href = way.pathname + way.search;
      }
      const cells = byId('cells-link');
      if (cells) cells.href = cells.dataset.href.replace('{date}', day);
    }

    function empty(day) {
      const none = { origin: data.cells.origin, places: [] };
      for (const key of ['id', 'area', 'place', 'ring', 'expected', 'recent', 'observed', 'q', 'hot', 'hours']) none[key] = [];
      none.instead = {};
      const text = _('Der er intet kort for {day}.', { day: inWords(number(day)) });
      const texts = { title: name, day: inWords(number(day)), until: text, known: '', incomplete: '', stale: true, about: [] };
      return { date: day, cells: none, clusters: [], ranked: [], texts: { [language]: texts } };
    }

    function draw(day) {
      const before = performance.now();
      const found = runs.has(day) ? kept.get(day) : empty(day);
      show(found);
      head(found.texts[language]);
      if (runs.has(day)) links(day);
      select.value = runs.has(day) ? address(day) : '';
      say(runs.has(day) ? '' : found.texts[language].until);
      performance.measure('trygkort-day', { start: before, detail: day });
    }
    function say(text) {
      if (note.textContent !== text) note.textContent = text;
      note.classList.toggle('missing', Boolean(text));
    }

    /* What a date shows. */

    /** Ask for a date once; whoever waits for it gets what came: a payload, or null where the page itself must tell. */
    function ask(day) {
      if (!asked.has(day))
        asked.set(day, fetch(select.dataset.cells.replace('{date}', day))
          .then((answer) => (answer.ok ? answer.json() : null))
          .then((found) => {
            if (found && !sameKind(found, data)) return null;
            if (found) kept.set(day, found);
            return found;
          })
          .catch(() => { asked.delete(day); return undefined; }));
      return asked.get(day);
    }
    async function fetchWanted() {
      const day = wanted;
      const found = await ask(day);
      if (day !== wanted) return;
      if (found) want(day);
      else if (found === null) location.assign(address(day) + location.hash);
      else say(_('Tallene for {day} kunne ikke hentes. Prøv igen.', { day: inWords(number(day)) }));
    }
    async function ahead() {
      const days = [...runs].sort();
      const near = days.filter((day) => day >= wanted).slice(1, AHEAD + 1);
      const past = days.filter((day) => day < wanted).reverse().slice(0, AHEAD);
      const from = wanted;
      for (let i = 0; i < AHEAD; i += 1)
        for (const day of [past[i], near[i]])
          if (day && !kept.has(day) && from === wanted) await ask(day);
    }

    /** Show `day`: at once where its figures are here, else when they have come. */
    function want(day) {
      wanted = day;
      slider.value = number(day);
      slider.setAttribute('aria-valuetext', runs.has(day) ? inWords(number(day))
        : _('{day}: intet kort', { day: inWords(number(day)) }));
      byId('day-name').textContent = inWords(number(day));
      byId('day-back').disabled = number(day) <= Number(slider.min);
      byId('day-on').disabled = number(day) >= Number(slider.max);
      clearTimeout(timer);
      if (!runs.has(day) || kept.has(day)) {
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => draw(day));
        if (moved) timer = setTimeout(ahead, REST_MS);
      } else {
        say(_('Henter {day} …', { day: inWords(number(day)) }));
        timer = setTimeout(fetchWanted, asked.size ? REST_MS : 0);
      }
    }
    const move = (day) => {
      moved = true;
      want(iso(Math.min(Math.max(day, Number(slider.min)), Number(slider.max))));
    };

    /* The controls. A page knows only the runs there were when it was made; the list of runs completes them. */

    function complete() {
      const days = [...runs].sort();
      const last = number(days[days.length - 1]);
      slider.max = last;
      slider.min = Math.min(Math.max(number(days[0]), last - SLIDER_DAYS + 1), number(data.date));
      const known = new Set([...select.options].map((option) => option.dataset.day));
      for (const day of days.filter((one) => !known.has(one))) {
        const option = new Option(short.format(new Date(day)), address(day));
        option.dataset.day = day;
        select.add(option, [...select.options].find((other) => other.dataset.day < day) ?? null);
      }
      byId('days').hidden = slider.min === slider.max;
      byId('day-marks').replaceChildren(...days.map((day) => new Option('', number(day))));
      want(wanted);
    }
    slider.addEventListener('input', () => move(Number(slider.value)));
    slider.addEventListener('pointerdown', () => { moved = true; ahead(); });
    byId('day-back').addEventListener('click', () => move(number(wanted) - 1));
    byId('day-on').addEventListener('click', () => move(number(wanted) + 1));
    select.addEventListener('change', () => {
      const { day } = select.selectedOptions[0].dataset;
      if (number(day) < Number(slider.min)) location.assign(select.value + location.hash);
      else move(number(day));
    });
    fetch(select.dataset.runs)
      .then((answer) => (answer.ok ? answer.json() : []))
      .catch(() => []) // without the list the dates the page was made with remain
      .then((found) => { for (const run of found) runs.add(run.run_date); complete(); });
  };
})();
