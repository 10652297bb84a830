"""Every kind of file gives the same incidents, packed or not."""

import bz2
import gzip
import io
import lzma
import tomllib
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from openpyxl import Workbook
from pyarrow import parquet

from data.intake.profile import parse_profile
from data.intake.reading import open_incidents, read_incidents
from data.intake.suggestion import suggest_profile
from data.intake.table import TableOptions
from data.intake.table_file import open_table
from tests.data.intake.packed_files import workbook_of, zip_of

at = datetime.fromisoformat
FROM = [at("2024-06-01 10:00"), at("2024-06-02 00:30"), at("2024-06-03 23:59:59")]
FRAME = pd.DataFrame(
    {
        "sagsnr": ["0100-1", "0100-2", "0100-3"],
        "fra": FROM,
        "til": [FROM[0].replace(hour=12), None, FROM[2]],
        "anmeldt": [at("2024-06-04 09:00"), None, at("2024-06-05 08:00")],
        "kategori": ["Vold", "Euforiserende stoffer", "Vold"],
        "laengde": [12.55787, 12.5579, 12.558],
        "bredde": [55.6865, 55.6866, 55.6867],
        "noter": ["læses ikke", None, "x"],
    }
)
POINTS = {"columns": {"lon": "geometry:lon", "lat": "geometry:lat"}}


def text_of(frame: pd.DataFrame) -> str:
    return frame.to_csv(sep=";", index=False, date_format="%d-%m-%Y %H:%M:%S")


def layer() -> gpd.GeoDataFrame:
    places = gpd.points_from_xy(FRAME["laengde"], FRAME["bredde"])
    return gpd.GeoDataFrame(FRAME.drop(columns=["laengde", "bredde"]), geometry=places, crs=4326)


def multipoints() -> gpd.GeoSeries:
    return layer().geometry.map(lambda point: shapely.MultiPoint([point]))


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def file_of(folder: Path, suffix: str, write: Callable[[Path], object]) -> bytes:
    path = folder / f"made.{suffix}"
    write(path)
    return path.read_bytes()


def workbook(folder: Path) -> bytes:
    title = [["Udtræk af sager"], ["Dannet", at("2024-07-01")], []]
    rows = FRAME.astype(object).where(FRAME.notna(), None).to_numpy().tolist()
    return workbook_of({"Forside": [["Vejledning"]], "Sager": [*title, list(FRAME.columns), *rows]})


KINDS: dict[str, tuple[Callable[[Path], bytes], dict[str, Any]]] = {
    "CSV with quotes": (lambda _: text_of(FRAME.assign(noter='a "b"; c')).encode(), {}),
    "Excel": (workbook, {}),
    "Parquet": (lambda _: parquet_bytes(FRAME), {}),
    "Parquet with times in a zone": (
        lambda _: parquet_bytes(
            FRAME.assign(fra=FRAME["fra"].dt.tz_localize("Europe/Copenhagen").dt.tz_convert("UTC"))
        ),
        {},
    ),
    "Parquet of categories": (lambda _: parquet_bytes(FRAME.astype({"kategori": "category"})), {}),
    "GeoParquet": (lambda folder: file_of(folder, "parquet", layer().to_parquet), POINTS),
    "GeoParquet in metres": (lambda folder: file_of(folder, "parquet", layer().to_crs(25832).to_parquet), POINTS),
    "GeoPackage": (lambda folder: file_of(folder, "gpkg", layer().to_file), POINTS),
    "GeoPackage in metres": (lambda folder: file_of(folder, "gpkg", layer().to_crs(25832).to_file), POINTS),
    "GeoPackage of lone multipoints": (
        lambda folder: file_of(
            folder, "gpkg", layer().assign(geometry=[shapely.MultiPoint([p]) for p in layer().geometry]).to_file
        ),
        POINTS,
    ),
    "GeoJSON": (lambda folder: file_of(folder, "geojson", layer().to_file), POINTS),
}
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "as it is": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstandard": lambda content: bytes(pa.compress(content, "zstd")),
    "zip": lambda content: zip_of(**{"sager": content, "__MACOSX/._sager": b"x"}),
}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED.keys())
@pytest.mark.parametrize(("make", "changes"), KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_file_gives_the_same_incidents(
    intake: Any, tmp_path: Path, make: Callable[[Path], bytes], changes: dict[str, Any], pack: Callable[[bytes], bytes]
) -> None:
    plain = {"values": {"time_format": ["%d-%m-%Y %H:%M:%S"]}}
    expected = intake.read(text_of(FRAME), **plain)
    assert expected.read == 3
    assert not expected.rejects
    path = tmp_path / "sager"
    path.write_bytes(pack(make(tmp_path)))
    found = intake.read(path=path, block_rows=2, **plain, **changes)
    assert not found.rejects
    assert found.keys == expected.keys
    for name in ("from_s", "to_s", "known_s", "category", "cell", "area"):
        assert np.array_equal(getattr(found.incidents, name), getattr(expected.incidents, name)), name
    for name in ("lon", "lat"):
        assert np.allclose(getattr(found.incidents, name), getattr(expected.incidents, name), atol=1e-8)


@pytest.mark.parametrize("make", [make for make, _ in KINDS.values()], ids=KINDS.keys())
def test_a_suggested_profile_reads_its_file(intake: Any, tmp_path: Path, make: Callable[[Path], bytes]) -> None:
    path = tmp_path / "sager"
    path.write_bytes(make(tmp_path))
    profile = parse_profile(tomllib.loads(suggest_profile(path, intake.partnership).toml))
    blocks = read_incidents(
        open_incidents(path, profile),
        profile,
        intake.partnership,
        secret=bytes(32),
        now_s=2**40,
        gazetteer=intake.gazetteer,
        block_rows=2,
    )
    assert [(block.read, len(block.incidents)) for block in blocks] == [(2, 2), (1, 1)]


def test_a_workbook_tells_dates_from_midnight_and_numbers_from_texts(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["sag", "dag", "tid", "tal", "sand", "klokken"])
    sheet.append([20240001, date(2024, 6, 1), at("2024-06-01"), 12.5, True, time(10, 30)])
    sheet.append([])
    sheet.append(["  0100-2 ", "01-06-2024", at("2024-06-01 09:59:59.999700"), "12,5", None, None])
    book.save(tmp_path / "ark.xlsx")
    table = open_table(tmp_path / "ark.xlsx", TableOptions(decimal=","))
    (block,) = table.blocks(table.header, 10)
    assert block.line.tolist() == [2, 4]
    assert {name: column.to_pylist() for name, column in block.values.items()} == {
        "sag": ["20240001", "0100-2"],
        "dag": ["2024-06-01", "01-06-2024"],
        "tid": ["2024-06-01T00:00:00", "2024-06-01T10:00:00"],
        "tal": ["12,5", "12,5"],
        "sand": ["True", ""],
        "klokken": ["10:30:00", ""],
    }


def test_rows_beyond_the_size_that_a_sheet_states_are_read(tmp_path: Path) -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1"/><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
        b'<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row></sheetData></worksheet>'
    )
    path = tmp_path / "ark.xlsx"
    path.write_bytes(workbook_of({"Ark": [["x"]]}, sheet))
    table = open_table(path, TableOptions())
    (block,) = table.blocks(("a", "b"), 10)
    assert [column.to_pylist() for column in block.values.values()] == [["1"], ["2"]]


def test_what_is_no_point_is_a_reject_and_what_has_none_too(intake: Any, tmp_path: Path) -> None:
    shapes = [shapely.box(12.5, 55.6, 12.6, 55.7), None, shapely.Point(12.558, 55.6867)]
    layer().assign(geometry=shapes).to_file(tmp_path / "sager.geojson")
    found = intake.read(path=tmp_path / "sager.geojson", **POINTS)
    assert found.reasons == [(1, "geometry-not-a-point"), (2, "coordinates-missing")]
    assert len(found.incidents) == 1


def test_points_the_wrong_way_round_are_a_refusal(intake: Any, tmp_path: Path) -> None:
    turned = gpd.points_from_xy(FRAME["bredde"], FRAME["laengde"])
    layer().set_geometry(turned).set_crs(4326).to_file(tmp_path / "sager.geojson")
    with pytest.raises(ValueError, match=r"^lon and lat are swapped: exchange 'geometry:lon' and 'geometry:lat'"):
        intake.read(path=tmp_path / "sager.geojson", **POINTS)


def test_typed_values_as_text(tmp_path: Path) -> None:
    instant = datetime(2024, 6, 1, 10, tzinfo=ZoneInfo("America/New_York"))
    columns = {
        "t": pa.array([instant, None], pa.timestamp("us", "America/New_York")),
        "d": pa.array([date(2024, 6, 1), None]),
        "f": pa.array([1.5, float("nan")]),
        "i": pa.array([20240001.0, None]),
        "n": pa.nulls(2),
    }
    parquet.write_table(pa.table(columns), tmp_path / "f.parquet")
    (block,) = open_table(tmp_path / "f.parquet", TableOptions(decimal=",")).blocks(tuple(columns), 10)
    assert {name: column.to_pylist() for name, column in block.values.items()} == {
        "t": ["2024-06-01T14:00:00Z", ""],
        "d": ["2024-06-01", ""],
        "f": ["1,5", ""],
        "i": ["20240001", ""],
        "n": ["", ""],
    }


def test_blocks_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "sager.parquet"
    parquet.write_table(
        pa.table({"a": pa.array(range(300_000)), "b": pa.array(["x" * 50] * 300_000)}), path, row_group_size=10_000
    )
    table = open_table(path, TableOptions())
    sizes = [block.read for block in table.blocks(("a", "b"), 5_000)]
    assert sum(sizes) == 300_000
    assert max(sizes) <= 5_000
