"""The base map from the settings: what is taken, what is refused in one sentence, and what streets become."""

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from api.basemap import opened_basemap, streets_of
from api.basemap_settings import with_basemap
from api.settings import SettingsError, read_settings
from api.sketches import sketch_of
from data.partnerships import PACKAGED, PartnershipFileError, load_partnership, load_sketch
from data.tile_source import TileSourceError
from geo.tiles import tile_at
from maps.assets import inlined
from maps.basemap import basemap
from models.basemap_parameters import BasemapParameters
from models.parameter_limits import ParameterError
from models.partnership import Partnership, PartnershipError
from tests.api.conftest import Command
from tests.basemaps import LocalTiles, local_tiles, png, send, tiles_over, write_mbtiles, write_pmtiles, write_streets

XYZ = "https://kort.example.dk/{z}/{x}/{y}.png"
STREET = [("Nygade", "lokalvej", [(12.552, 55.688), (12.556, 55.690)])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged partnership as one's own, without its sketch."""
    own = tmp_path / "eget"
    own.mkdir()
    for name in ("partnership.toml", "areas.geojson"):
        text = files("data").joinpath("partnerships", PACKAGED, name).read_text(encoding="utf-8")
        (own / name).write_text(text, encoding="utf-8")
    return own


@pytest.fixture
def kort() -> Iterator[LocalTiles]:
    with local_tiles() as found:
        yield found


def say(folder: Path, *lines: str) -> None:
    settings = folder / "partnership.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "\n".join(["", "[basemap]", *lines, ""]), encoding="utf-8"
    )


def mbtiles(path: Path, partnership: Partnership) -> Path:
    return write_mbtiles(path, dict.fromkeys(tiles_over(partnership.areas.bounds, [14, 15]), png(size=2)))


def test_without_a_setting_it_is_the_sketch(partnership: Partnership) -> None:
    assert partnership.basemap == BasemapParameters()
    assert opened_basemap(partnership) is None
    assert streets_of(partnership) is None
    assert sketch_of(partnership) == load_sketch(None)
    assert with_basemap(partnership, read_settings({})) == partnership


def test_a_file_is_named_as_seen_from_its_folder(folder: Path, partnership: Partnership) -> None:
    mbtiles(folder / "kort.mbtiles", partnership)
    say(folder, 'source = "kort.mbtiles"', 'attribution = "© Kommunen"')
    own = load_partnership(folder)
    assert own.basemap.source == str(folder / "kort.mbtiles")
    assert opened_basemap(own) is not None


def test_the_environment_goes_first(folder: Path, partnership: Partnership) -> None:
    say(folder, f'source = "{XYZ}"', 'attribution = "© Kommunen"', "max_zoom = 17")
    file = mbtiles(folder / "kort.mbtiles", partnership)
    chosen = with_basemap(load_partnership(folder), read_settings({"TRYGKORT_BASEMAP": str(file)})).basemap
    assert (chosen.source, chosen.attribution, chosen.max_zoom) == (str(file), "© Kommunen", 17)
    environment = {"TRYGKORT_BASEMAP": XYZ, "TRYGKORT_BASEMAP_ATTRIBUTION": "© Staten"}
    assert with_basemap(partnership, read_settings(environment)).basemap == BasemapParameters(XYZ, "© Staten")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (f'source = "{XYZ}"', "[basemap]: attribution must say whose the map tiles are"),
        ("source = 3", "[basemap]: source must be a text"),
        ('src = "a"', "[basemap] has an unknown setting 'src'"),
        ('crs = "EPSG:25832"', "[basemap]: crs must be EPSG:3857"),
        ("max_zoom = 23", "min_zoom and max_zoom must be 0-22 and in order, found 0 and 23"),
        ("min_zoom = -1", "min_zoom must be a whole number of at least 0"),
        ('tiles_have_names = "ja"', "tiles_have_names must be true or false"),
        ('attribution = "a\\nb"', "attribution must be one line"),
        (f'source = "{XYZ}?token=abc"\nattribution = "a"', "must hold no secret"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(folder: Path, line: str, sentence: str) -> None:
    say(folder, line)
    with pytest.raises((PartnershipError, PartnershipFileError), match=re.escape(sentence)) as refused:
        load_partnership(folder)
    assert "abc" not in str(refused.value)


def test_an_address_in_the_environment_needs_an_attribution(partnership: Partnership) -> None:
    with pytest.raises(SettingsError, match="TRYGKORT_BASEMAP: attribution must say"):
        with_basemap(partnership, read_settings({"TRYGKORT_BASEMAP": XYZ}))


def test_config_check_says_what_is_wrong_in_one_sentence(
    trygkort: Command, tmp_path: Path, partnership: Partnership
) -> None:
    picture = dict.fromkeys(tiles_over(partnership.areas.bounds, [12]), png(size=2))
    cut_off = write_pmtiles(tmp_path / "kort.pmtiles", picture)
    cut_off.write_bytes(cut_off.read_bytes()[:200])
    (tmp_path / "kort.png").write_bytes(png())
    far = write_streets(tmp_path / "fjern.gpkg", [("Vej", "", [(9.0, 55.0), (9.1, 55.1)])])
    wrong = {
        "ftp://kort.example.dk/{z}/{x}/{y}.png": "must begin with https://",
        "https://kort.example.dk/{z}/{x}/{y}.pbf": "vector tiles",
        str(tmp_path / "mangler.mbtiles"): "No such file",
        str(cut_off): "is cut off",
        str(tmp_path / "kort.png"): "is neither PMTiles, MBTiles nor a GeoPackage",
        str(write_mbtiles(tmp_path / "kort.mbtiles", picture, format="pbf")): "vector tiles",
        str(far): "has no street within the areas",
    }
    for source, sentence in wrong.items():
        outcome = trygkort("config", "check", TRYGKORT_BASEMAP=source, TRYGKORT_BASEMAP_ATTRIBUTION="© Kommunen")
        assert outcome.returncode == 2, source
        assert sentence in outcome.stderr
        assert outcome.stderr.count("\n") == 1, outcome.stderr


def test_config_check_says_what_was_found(
    trygkort: Command, tmp_path: Path, partnership: Partnership, kort: LocalTiles
) -> None:
    ours = {"TRYGKORT_BASEMAP_ATTRIBUTION": "© Kommunen"}
    streets = write_streets(tmp_path / "veje.gpkg", STREET)
    assert "base map: 1 streets of veje.gpkg\n" in trygkort("config", "check", TRYGKORT_BASEMAP=str(streets)).stdout
    file = mbtiles(tmp_path / "kort.mbtiles", partnership)
    assert (
        "base map: MBTiles of kort.mbtiles\n" in trygkort("config", "check", TRYGKORT_BASEMAP=str(file), **ours).stdout
    )
    address = {
        "TRYGKORT_BASEMAP": kort.address + "/{z}/{x}/{y}?key={token}",
        "TRYGKORT_BASEMAP_TOKEN": "hunter2",
        **ours,
    }
    found = trygkort("config", "check", **address)
    assert (found.returncode, found.stderr) == (0, "")
    assert "base map: tiles from a server\n" in found.stdout
    assert kort.asked[0].endswith("?key=hunter2")
    kort.answer = lambda handler: send(handler, 403)
    failing = trygkort("config", "check", **address)
    assert failing.returncode == 0
    assert failing.stderr == "warning: base map: the map server answered 403\n"


def test_neither_the_token_nor_the_address_is_shown(trygkort: Command, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("hunter2")
    secret.chmod(0o600)
    shown = trygkort(
        "config", "show", TRYGKORT_BASEMAP=f"{XYZ}?token=passw0rd", TRYGKORT_BASEMAP_TOKEN_FILE=str(secret)
    ).stdout
    assert "TRYGKORT_BASEMAP=(set, not shown)" in shown
    assert "TRYGKORT_BASEMAP_TOKEN=(set, not shown)" in shown
    assert "hunter2" not in shown
    assert "passw0rd" not in shown


def test_streets_take_the_place_of_the_sketchs_and_leave_its_water(tmp_path: Path, partnership: Partnership) -> None:
    path = write_streets(tmp_path / "veje.gpkg", STREET)
    own = replace(partnership, basemap=BasemapParameters(str(path), "© Kommunen"))
    drawn = basemap(own.areas, sketch_of(own))
    assert [f["name"] for f in drawn["features"] if f["kind"] == "street"] == ["Nygade"]
    assert {f["kind"] for f in drawn["features"]} == {"water", "park", "street", "place"}
    assert "© Kommunen" in drawn["attribution"]
    assert "OpenStreetMap" in drawn["attribution"]
    assert opened_basemap(own) is None


def test_streets_that_go_missing_later_leave_the_sketch(tmp_path: Path, partnership: Partnership) -> None:
    path = write_streets(tmp_path / "veje.gpkg", STREET)
    own = replace(partnership, basemap=BasemapParameters(str(path), "© Kommunen"))
    path.unlink()
    assert sketch_of(own) == load_sketch(None)
    with pytest.raises(TileSourceError, match="cannot be read"):
        opened_basemap(own)


def test_a_daily_run_warns_of_streets_that_cannot_be_read(trygkort: Command, tmp_path: Path) -> None:
    outcome = trygkort("daily", TRYGKORT_BASEMAP=str(tmp_path / "mangler.gpkg"))
    assert "warning: base map: the base map" in outcome.stderr
    # Without incidents there is no run; that is another sentence, and the first did not keep it from being reached.
    assert outcome.stderr.count("\n") == 2


def test_tiles_of_another_place_are_refused(tmp_path: Path, partnership: Partnership) -> None:
    elsewhere = write_mbtiles(tmp_path / "kort", {tile_at(9.5, 55.0, 14): png(size=2)}, bounds="9,54,10,56")
    own = replace(partnership, basemap=BasemapParameters(str(elsewhere), "© Kommunen"))
    with pytest.raises(TileSourceError, match="has no tile near the areas"):
        opened_basemap(own)


def test_tiles_without_an_attribution_are_refused(tmp_path: Path, partnership: Partnership) -> None:
    own = replace(partnership, basemap=BasemapParameters(str(mbtiles(tmp_path / "kort", partnership))))
    with pytest.raises(ParameterError, match="attribution must say"):
        opened_basemap(own)


def test_pages_as_files_know_no_tiles() -> None:
    assert "tiles-data" in inlined().scripts
    assert "img-src data:" in inlined().policy


def test_file_mode_draws_streets(trygkort: Command, tmp_path: Path) -> None:
    points = tmp_path / "punkter.csv"
    points.write_text("lon,lat\n" + "\n".join(f"12.55{i % 5},55.68{i % 7}" for i in range(60)))
    streets = write_streets(tmp_path / "veje.gpkg", STREET)
    assert trygkort("hotspots", points, "--resolution", 9, "--streets", streets).returncode == 0
    page = (tmp_path / "punkter.hotspots.html").read_text(encoding="utf-8")
    assert "Nygade" in page
    assert "Kort: veje.gpkg" in page
    missing = trygkort("hotspots", points, "--resolution", 9, "--streets", tmp_path / "mangler.gpkg")
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
