import itertools
import json
import re
from collections.abc import Sequence

import numpy as np
import pytest

from maps.assets import static_text
from maps.colours import SEQUENTIAL, SIGNIFICANCE
from maps.language import speaking
from maps.tiles import TilesTold, tiles_part

TOLD = TilesTold(
    "/basemap/{z}/{x}/{y}?v=1", (12.0, 55.0, 13.0, 56.0), 10, 17, "</script><b>© & Kommunen", have_names=False
)


def luminance(colour: Sequence[float]) -> float:
    """Relative luminance, WCAG 2.1."""
    part = np.asarray(colour) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def rgb(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


@pytest.fixture
def darkest() -> float:
    """What a black tile becomes: inverted to white, dimmed, inverted again."""
    found = re.search(r"grayscale\(1\) invert\(1\) brightness\((0\.\d+)\) invert\(1\)", static_text("trygkort.css"))
    assert found is not None
    return 255 * (1 - float(found[1]))


@pytest.mark.parametrize("palette", [SEQUENTIAL, [colour for _, colour in SIGNIFICANCE]])
def test_a_class_on_the_darkest_tile_is_lighter_than_the_next_on_the_lightest(
    palette: Sequence[str], darkest: float
) -> None:
    found = re.search(r"fillOpacity: shown \? (0\.\d+)", static_text("cells.js"))
    assert found is not None
    opacity = float(found[1])

    def seen(colour: str, ground: float) -> float:
        return luminance([opacity * part + (1 - opacity) * ground for part in rgb(colour)])

    for lighter, darker in itertools.pairwise(palette):
        assert seen(lighter, darkest) > seen(darker, 255.0)


@pytest.mark.parametrize("ink", ["#17212b", "#12344d"])
def test_letters_and_outlines_keep_their_contrast(ink: str, darkest: float) -> None:
    contrast = (luminance([darkest] * 3) + 0.05) / (luminance(rgb(ink)) + 0.05)
    # The treated area's name is large and bold, and its outline no text: 3:1 is asked of them.
    assert contrast >= (4.5 if ink == "#17212b" else 3.0)


def test_what_a_page_is_told_cannot_end_its_element() -> None:
    part = str(tiles_part(TOLD))
    assert part.count("<") == 2
    told = json.loads(part.partition(">")[2].removesuffix("</script>"))
    assert told["credit"] == f"Baggrund: {TOLD.attribution}"
    assert told["bounds"] == [[55.0, 12.0], [56.0, 13.0]]
    assert (told["minZoom"], told["maxZoom"], told["haveNames"]) == (10, 17, False)


def test_it_is_told_in_english_too() -> None:
    with speaking("en"):
        assert "Sketch as background" in tiles_part(TOLD)
