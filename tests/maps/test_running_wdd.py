from datetime import date, timedelta

import numpy as np

from maps.assets import inlined
from maps.running_wdd import running_wdd_page
from models.dispersion import POISSON, Dispersion
from models.placebo import Placebo
from models.poisson_did import PoissonDid
from models.wdd import running_wdd


def page(after: list[float], *, dispersion: Dispersion = POISSON, confidence: float = 0.95, **extra: object) -> str:
    treated = np.array([10.0] * 8 + after)
    running = running_wdd(
        treated, np.full(len(treated), 8.0), periods_before=8, rng=np.random.default_rng(1), dispersion=dispersion
    )
    days = [date(2025, 12, 22) + timedelta(days=7 * k) for k in range(len(after))]
    shown: dict[str, object] = {"did": None, "placebo": None, "surroundings": False, **extra}
    return running_wdd_page(
        running,
        days,
        title="uger",
        periods_before=8,
        dispersion=dispersion,
        confidence=confidence,
        assets=inlined(),
        **shown,  # type: ignore[arg-type]
    )


def test_a_fall_beyond_its_band_is_said_and_marked() -> None:
    text = page([0, 0, 0, 0])
    assert "Området har siden 22. december 2025 haft 40 færre hændelser" in text
    assert "det er mere, end tilfældet forklarer." in text
    assert '<td class="num">−40,0</td>' in text
    assert 'class="marked"' in text


def test_chance_is_called_chance() -> None:
    text = page([9, 12, 11], surroundings=True)
    assert "Området og dets omgivelser har siden" in text
    assert "haft 2,0 flere hændelser" in text
    assert "så stor en forskel kan være tilfældig." in text
    assert 'class="marked"' not in text


def test_says_how_much_periods_vary_or_that_it_is_not_known() -> None:
    assert "Perioderne før start svinger 1,25 gange" in page([9, 9], dispersion=Dispersion(1.25, 14))
    assert "Historien er for kort" in page([9, 9])


def test_ratio_and_placebo_stand_beside_it() -> None:
    did = PoissonDid(0.51, 0.39, 0.67, 0.13, -5.0, 0.0004, POISSON)
    text = page([9, 9], did=did, placebo=Placebo(-3.4, np.zeros(24), 0.04), confidence=0.975)
    assert "[0,39;\u00a00,67]" in text
    assert "Placebo: 24 tidligere datoer" in text
    assert "Interval, 97,5 %" in text


def test_too_few_incidents_have_no_interval() -> None:
    quiet = running_wdd(np.array([1.0, 0, 1, 2]), np.ones(4), periods_before=2, rng=np.random.default_rng(1))
    days = [date(2026, 1, 5), date(2026, 1, 12)]
    shown = {"did": None, "placebo": None, "surroundings": False, "dispersion": POISSON, "confidence": 0.95}
    text = running_wdd_page(quiet, days, title="uger", periods_before=2, assets=inlined(), **shown)  # type: ignore[arg-type]
    assert "hændelserne er for få til at sige, om det er tilfældigt." in text
    assert text.count('<td class="num">–</td>') == 4
    assert "tilfældet forklarer" not in text
