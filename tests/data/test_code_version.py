from importlib.metadata import version

from data.code_version import code_version


def test_the_version_names_release_and_source() -> None:
    release, _, digest = code_version().partition("+")
    assert release == version("trygkort")
    assert len(digest) == 12
    code_version.cache_clear()
    assert code_version() == f"{release}+{digest}"
