import base64
import hashlib
import re

import pytest

from maps.assets import SCRIPTS, STYLES, _one_file, inlined, linked, static_text


def test_linked_assets_name_every_file_under_the_prefix() -> None:
    assets = linked("/static/")
    assert re.findall(r'(?:href|src)="([^"]+)"', assets.styles + assets.scripts) == [
        *(f"/static/{name}" for name in STYLES),
        *(f"/static/{name}" for name in SCRIPTS),
    ]


def test_linked_prefix_is_escaped() -> None:
    assert 'href="/a&#34;onload=x/leaflet.css"' in linked('/a"onload=x').styles


def test_linked_files_exist() -> None:
    for name in (*STYLES, *SCRIPTS):
        assert static_text(name)


def test_inlined_policy_names_exactly_the_scripts_and_styles_in_the_page() -> None:
    assets = inlined()
    scripts = re.findall(r"<script>(.*?)</script>", assets.scripts, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", assets.styles, re.DOTALL)
    assert (len(scripts), len(styles)) == (len(SCRIPTS), len(STYLES))
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (*scripts, *styles)]
    assert re.findall(r"'sha256-([^']+)'", assets.policy) == hashes
    assert "unsafe" not in assets.policy
    assert "http" not in assets.policy


def test_inlined_assets_refer_to_no_other_file() -> None:
    assets = inlined()
    # The one "url(" left unquoted without data is Leaflet's VML behaviour for Internet Explorer 8.
    targets = set(re.findall(r"url\(\s*[\"']?([^)\"']{4})", assets.styles))
    assert targets <= {"data", "#def"}
    assert "sourceMappingURL" not in assets.scripts


def test_leaflet_is_unchanged_and_carries_its_licence() -> None:
    assert "Leaflet 1.9.4" in static_text("leaflet.js")[:200]
    assert "BSD 2-Clause License" in static_text("leaflet-LICENSE.txt")


def test_a_script_that_ends_its_own_element_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be inlined"):
        _one_file("const x = '</SCRIPT>';")
