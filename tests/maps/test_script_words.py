from pathlib import Path

from maps.language import speaking
from maps.script_words import script_words


def test_danish_needs_no_words() -> None:
    assert script_words() == {}


def test_english_has_a_word_for_every_text_of_the_scripts() -> None:
    with speaking("en"):
        words = script_words()
    assert words["Vis alle områder"] == "Show all areas"
    # With several arguments, and with a text for one and one for many.
    assert words["{recent} anmeldte, {expected} forventet, i alt"] == "{recent} reported, {expected} expected, together"
    assert words["De {count} steder med flest hændelser"] == "The {count} places with most incidents"
    assert [danish for danish, english in words.items() if not english] == []


def test_no_danish_text_of_a_script_goes_untranslated() -> None:
    scripts = Path(__file__).parents[2] / "maps" / "static"
    with speaking("en"):
        words = script_words()
    for path in scripts.glob("*.js"):
        if path.name != "leaflet.js":
            code = path.read_text(encoding="utf-8")
            for text in words:
                code = code.replace(f"'{text}'", "").replace(f"`{text}`", "")
            lines = [line for line in code.splitlines() if set("æøåÆØÅ") & set(line)]
            assert lines == [], path.name
