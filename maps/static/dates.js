// A page knows only the runs there were when it was made. Where a service answers, its list of runs completes
// the choice of dates.
(function () {
  "use strict";
  const select = document.querySelector("select[data-runs]");
  if (!select) {
    return;
  }
  const shown = new Intl.DateTimeFormat("da-DK", {
    weekday: "short", day: "numeric", month: "short", timeZone: "UTC",
  });

  function complete(runs) {
    const known = new Set([...select.options].map((option) => option.dataset.day));
    for (const day of runs.map((run) => run.run_date).sort()) {
      if (!known.has(day)) {
        const option = new Option(shown.format(new Date(day)), select.dataset.href.replace("{date}", day));
        option.dataset.day = day;
        const older = [...select.options].find((other) => other.dataset.day < day);
        select.add(option, older || null);
      }
    }
  }

  fetch(select.dataset.runs)
    .then((answer) => (answer.ok ? answer.json() : []))
    .then(complete)
    .catch(() => {}); // without the list the dates the page was made with remain
})();
