import re
from collections.abc import Mapping

from maps.assets import linked
from maps.claims import NO_CLAIM
from maps.displacement import displacement_page, views
from models.daily import DailyResult
from models.partnership import Partnership
from tests.maps.conftest import LINKS
from tests.maps.test_daily import embedded


def test_the_page_opens_at_its_claim(pages: Mapping[str, str], partnership: Partnership) -> None:
    page = pages["displacement.html"]
    claim = re.search(r'<section class="claim yes".*?<strong>(.*?)</strong>', page, re.DOTALL)
    assert claim
    assert re.fullmatch(r"Indre Nørrebro −\d+, Skt. Hans Torv \+\d+, hash og narkotika, 28 dage", claim[1])
    hash_at = partnership.category_index["hash"]
    assert f'<option value="{hash_at}" selected>' in page
    shown = re.findall(r'<tbody data-view="([^"]+)">', page)
    assert len(shown) == 1
    assert shown[0].startswith(f"{hash_at}:")


def test_without_a_claim_the_page_says_so(quiet_result: DailyResult, partnership: Partnership) -> None:
    page = displacement_page(quiet_result, partnership, None, assets=linked(), synthetic=True, links=LINKS)
    assert f"<strong>{NO_CLAIM}</strong>" in page
    assert 'class="claim yes"' not in page
    assert all(not view["arrows"] for view in embedded(page)["views"].values())


def test_every_comparison_stands_in_a_table(pages: Mapping[str, str], result: DailyResult) -> None:
    rows = re.findall(r'<tr data-area="\d+"', pages["displacement.html"])
    assert len(rows) == len(result.displacement.estimates)


def test_views_cut_the_table_without_loss(result: DailyResult, partnership: Partnership) -> None:
    cut = views(result, partnership)
    assert len(cut) == 2 * (len(partnership.categories) + 1)
    assert {len(view.estimates) for view in cut} == {len(partnership.areas.neighbours)}
    assert len({view.key for view in cut}) == len(cut)


def test_an_area_is_painted_by_its_verdict(pages: Mapping[str, str], partnership: Partnership) -> None:
    shown = embedded(pages["displacement.html"])["views"]
    view = shown[f"{partnership.category_index['hash']}:earlier-years"]
    by_id = dict(zip(partnership.areas.index, view["areas"], strict=True))
    assert by_id["indre-noerrebro"] == "treated"
    assert by_id["sankt-hans-torv"] == "displacement"
    assert by_id["haraldsgade"] is None
    assert len(view["arrows"]) == 1
