import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from data.partnerships import PartnershipFileError, load_partnership, load_sketch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A partnership folder of one's own: the packaged one without its sketch."""
    with as_file(files("data").joinpath("partnerships", "indre-noerrebro")) as packaged:
        for name in ("partnership.toml", "areas.geojson"):
            shutil.copy(packaged / name, tmp_path / name)
    return tmp_path


def test_two_files_in_a_folder_are_a_partnership(folder: Path) -> None:
    settings = folder / "partnership.toml"
    text = settings.read_text(encoding="utf-8").replace('name = "Indre Nørrebro"', 'name = "Et andet sted"')
    settings.write_text(text, encoding="utf-8")
    assert load_partnership(folder).name == "Et andet sted"
    assert load_sketch(folder) is None


def test_the_packaged_sketch_names_its_sources() -> None:
    sketch = load_sketch(None)
    assert sketch is not None
    assert "OpenStreetMap" in sketch["attribution"]
    assert {feature["properties"]["kind"] for feature in sketch["features"]} == {"water", "park", "street", "place"}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("partnership.toml", None, "has no partnership.toml"),
        ("areas.geojson", None, "has no areas.geojson"),
        ("partnership.toml", b"id = ", "partnership.toml is not valid TOML"),
        ("partnership.toml", b"\xff\xfe", "partnership.toml cannot be read"),
        ("areas.geojson", b"{", "areas.geojson is not valid JSON"),
        ("areas.geojson", b"[]", "areas.geojson is not a JSON object"),
    ],
)
def test_files_that_cannot_be_used_are_named(folder: Path, name: str, content: bytes | None, sentence: str) -> None:
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(PartnershipFileError, match=sentence):
        load_partnership(folder)
