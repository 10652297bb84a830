import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from models.parameter_limits import ParameterError
from models.scan_permutation import TooFewCasesError
from models.scan_poisson import scan_expectation, scan_own_level, scan_population
from models.scan_statistic import BLOCK, ScanParameters
from models.scan_zones import Zones, listed_zones, nested_zones
from tests.models.brute_scan import no_overlap, ratios

MEXICO = Path(__file__).parents[3] / "shared/data/reference/new-mexico-scan"
LINE = nested_zones(np.arange(5) * 100.0, np.zeros(5), max_places=3)
LISTS = [LINE.members(zone).tolist() for zone in range(len(LINE.place))]
FEW = ScanParameters(max_duration=3, replicates=70, minimum_cases=1, max_clusters=5)

tables = arrays.arrays(np.int64, (5, 6), elements=st.integers(0, 6))
positive = arrays.arrays(np.float64, (5, 6), elements=st.floats(0.1, 5))


def mexico() -> tuple[np.ndarray, np.ndarray, Zones, list[str]]:
    """Counts and baselines (counties, years), zones, names of the counties."""
    tables = []
    for name in ("counts", "baselines"):
        with (MEXICO / f"NM_{name}_1986_1989.csv").open(newline="", encoding="utf-8") as file:
            header, *rows = list(csv.reader(file))
        tables.append(np.array([row[1:] for row in rows], dtype=np.float64).T)
    lines = (MEXICO / "NM_zones_k15.txt").read_text(encoding="utf-8").splitlines()
    zones = listed_zones([[int(place) - 1 for place in line.split()] for line in lines], 32)
    return tables[0].astype(np.int64), tables[1], zones, header[1:]


@pytest.mark.skipif(not MEXICO.exists(), reason="the New Mexico reference data lie beside the repository")
def test_brain_cancer_in_new_mexico_as_published_with_scanstatistics():
    """README of the R package scanstatistics 0.1 (Allévius): `scan_poisson` and `top_clusters(k = 5)` on these counts,
    baselines from a Poisson regression on 1973-1985 and 15 nearest seats. That version held populations with decimals;
    the later data, and ours, are rounded to whole people, hence 1e-4. With version 1.0: p 0.005, Gumbel p 0.004 at 999
    replicates, here within Monte Carlo error.
    """
    counts, baselines, zones, names = mexico()
    parameters = ScanParameters(max_duration=4, replicates=999, minimum_cases=1, max_clusters=5)
    rng = np.random.default_rng(1)
    found = scan_expectation(counts, baselines, zones, parameters=parameters, rng=rng)
    published = [9.1806711, 6.8196550, 3.5377879, 3.4072029, 0.8372729]
    assert [cluster.statistic for cluster in found.clusters] == pytest.approx(published, abs=1e-4)
    assert [cluster.duration for cluster in found.clusters] == [4, 2, 4, 4, 2]
    assert [{names[place] for place in cluster.places} for cluster in found.clusters] == [
        {"losalamos", "santafe"},
        {"chaves"},
        {"bernalillo", "lincoln", "sierra", "socorro", "torrance", "valencia"},
        {"guadalupe"},
        {"grant"},
    ]
    most_likely = found.clusters[0]
    assert most_likely.p == pytest.approx(0.005, abs=3 * np.sqrt(0.005 * 2 / 999))
    assert most_likely.gumbel_p == pytest.approx(0.004, abs=0.003)
    assert found.clusters[2].p == pytest.approx(0.48, abs=3 * np.sqrt(0.25 / 99))


@pytest.mark.skipif(not MEXICO.exists(), reason="the New Mexico reference data lie beside the repository")
def test_new_mexico_by_brute_force():
    counts, baselines, zones, _ = mexico()
    parameters = ScanParameters(max_duration=4, replicates=1, minimum_cases=2, max_clusters=40)
    lists = [zones.members(zone) for zone in np.flatnonzero(zones.complete)]
    for scan, given_cases in ((scan_expectation, 0), (scan_population, int(counts.sum()))):
        expected = baselines * (counts.sum() / baselines.sum() if given_cases else 1)
        brute = ratios(counts, expected, lists, longest=4, given=given_cases, least=2)
        found = scan(counts, baselines, zones, parameters=parameters, rng=np.random.default_rng(2))
        np.testing.assert_allclose([c.statistic for c in found.clusters], no_overlap(brute), atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(counts=tables, baselines=positive)
def test_clusters_equal_brute_force(counts, baselines):
    rng = np.random.default_rng(3)
    brute = ratios(counts, baselines, LISTS, longest=3, given=0, least=1)
    found = scan_expectation(counts, baselines, LINE, parameters=FEW, rng=rng)
    np.testing.assert_allclose([c.statistic for c in found.clusters], no_overlap(brute), atol=1e-8)
    cases = int(counts.sum())
    if cases < 10:
        return
    expected = baselines * cases / baselines.sum()
    brute = ratios(counts, expected, LISTS, longest=3, given=cases, least=1)
    found = scan_population(counts, baselines, LINE, parameters=FEW, rng=rng)
    np.testing.assert_allclose([c.statistic for c in found.clusters], no_overlap(brute), atol=1e-8)


def test_replicate_maxima_equal_brute_force():
    """The counts of the replicates drawn again from the same streams, and scanned the long way round."""
    baselines = np.random.default_rng(4).uniform(0.05, 0.8, (5, 6))
    found = scan_expectation(
        np.zeros((5, 6), dtype=np.int64), baselines, LINE, parameters=FEW, rng=np.random.default_rng(5)
    )
    expected = []
    for stream in np.random.default_rng(5).spawn(2):
        drawn = stream.poisson(baselines[:, ::-1][:, :3, np.newaxis], (5, 3, BLOCK))[:, ::-1]
        for b in range(BLOCK):
            brute = ratios(drawn[:, :, b], baselines[:, 3:], LISTS, longest=3, given=0, least=1)
            expected.append(max(brute.values()))
    np.testing.assert_allclose(found.replicate_maxima, expected[:70], atol=1e-9)


def test_the_spread_under_the_null_is_the_one_stated():
    """One zone of one place and one window: the maximum is then a plain Poisson, binomial or multinomial tail."""
    counts = np.full((2, 5), 4, dtype=np.int64)
    counts[0, -1] = 9
    one = listed_zones([[0]], 2)
    parameters = ScanParameters(max_duration=1, replicates=4999, minimum_cases=1)
    baselines = np.full((2, 5), 4.5)
    cases, own = int(counts.sum()), int(counts[0].sum())
    exact = {
        "expectation": stats.poisson.sf(8, 4.5),
        "population": stats.binom.sf(8, cases, 0.1),
        "own level": stats.binom.sf(8, own, 0.2),
    }
    rng = np.random.default_rng(6)
    found = {
        "expectation": scan_expectation(counts, baselines, one, parameters=parameters, rng=rng),
        "population": scan_population(counts, baselines, one, parameters=parameters, rng=rng),
        "own level": scan_own_level(counts, one, parameters=parameters, rng=rng),
    }
    for name, p in exact.items():
        assert found[name].clusters[0].p == pytest.approx(p, abs=3.5 * np.sqrt(p / 4999)), name


@settings(max_examples=20, deadline=None)
@given(counts=tables)
def test_own_level_equals_brute_force(counts):
    if counts.sum() < 10:
        with pytest.raises(TooFewCasesError, match="at least 10 incidents"):
            scan_own_level(counts, LINE, parameters=FEW, rng=np.random.default_rng(7))
        return
    weight = np.array([1.0, 1, 1, 1, 2, 2])
    expected = np.outer(counts.sum(axis=1), weight / weight.sum())
    brute = ratios(counts, expected, LISTS, longest=3, given=0, least=1)
    found = scan_own_level(counts, LINE, parameters=FEW, rng=np.random.default_rng(7), period_weight=weight)
    np.testing.assert_allclose([c.statistic for c in found.clusters], no_overlap(brute), atol=1e-8)


@settings(max_examples=30, deadline=None)
@given(counts=tables, baselines=positive, data=st.data())
def test_names_of_places_do_not_matter(counts, baselines, data):
    order = np.array(data.draw(st.permutations(range(5))))
    renamed = listed_zones([[int(np.flatnonzero(order == i)[0]) for i in zone] for zone in LISTS], 5)
    rng = np.random.default_rng(8)
    before = scan_expectation(counts, baselines, LINE, parameters=FEW, rng=rng).clusters
    after = scan_expectation(counts[order], baselines[order], renamed, parameters=FEW, rng=rng).clusters
    assert [c.statistic for c in after][:1] == pytest.approx([c.statistic for c in before][:1])


@settings(max_examples=30, deadline=None)
@given(counts=tables, baselines=positive)
def test_one_more_case_in_the_cluster_makes_it_stronger(counts, baselines):
    rng = np.random.default_rng(9)
    before = scan_expectation(counts, baselines, LINE, parameters=FEW, rng=rng).clusters
    if not before:
        return
    more = counts.copy()
    more[before[0].places[0], -1] += 1
    assert scan_expectation(more, baselines, LINE, parameters=FEW, rng=rng).clusters[0].statistic > before[0].statistic


@settings(max_examples=30, deadline=None)
@given(counts=tables, baselines=positive)
def test_halving_the_periods_loses_no_window(counts, baselines):
    halves = np.stack([counts // 2, counts - counts // 2], axis=2).reshape(5, 12)
    twice = ScanParameters(max_duration=6, replicates=1, minimum_cases=1)
    rng = np.random.default_rng(10)
    whole = scan_expectation(counts, baselines, LINE, parameters=FEW, rng=rng).clusters
    split = scan_expectation(halves, np.repeat(baselines / 2, 2, axis=1), LINE, parameters=twice, rng=rng).clusters
    assert not whole or split[0].statistic >= whole[0].statistic - 1e-9


def test_no_case_is_no_cluster():
    found = scan_expectation(
        np.zeros((5, 6), dtype=np.int64), np.ones((5, 6)), LINE, parameters=FEW, rng=np.random.default_rng(11)
    )
    assert found.clusters == ()
    assert found.recent_cases == 0


def test_counts_beyond_16_bits():
    counts = np.full((5, 6), 20_000, dtype=np.int64)
    counts[2, -1] += 900
    found = scan_expectation(counts, np.full((5, 6), 20_000.0), LINE, parameters=FEW, rng=np.random.default_rng(12))
    assert found.clusters[0].places.tolist() == [2]
    assert found.clusters[0].p == pytest.approx(1 / 71)
    assert found.replicate_maxima.max() < 12


def test_refusals():
    rng = np.random.default_rng(13)
    counts, baselines = np.ones((5, 6), dtype=np.int64), np.ones((5, 6))

    def refused(sentence: str, counts: np.ndarray, baselines: np.ndarray, duration: int = 3) -> None:
        with pytest.raises(ParameterError, match=sentence):
            scan_expectation(
                counts, baselines, LINE, parameters=ScanParameters(max_duration=duration, replicates=9), rng=rng
            )

    refused("row for each of 5 places", counts[:4], baselines[:4])
    refused("whole cases", counts + 0.5, baselines)
    refused("whole cases", counts - 2, baselines)
    refused("finite", counts, baselines - 2)
    refused("30 counts are above 0 where the baseline is 0|not all 0", counts, baselines * 0)
    refused("1 counts are above 0", counts, np.where(np.arange(30).reshape(5, 6) == 7, 0, baselines))
    refused("at most the 6 periods", counts, baselines, duration=7)
    with pytest.raises(ParameterError, match="period_weight"):
        scan_own_level(counts, LINE, parameters=FEW, rng=rng, period_weight=np.ones(5))
    with pytest.raises(TooFewCasesError, match="found 5"):
        scan_population(np.eye(5, 6, dtype=np.int64), baselines, LINE, parameters=FEW, rng=rng)
