"""The command line starts without what the command asked for does not need."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

import api.cli
from api.cli import COMMANDS, app_for

HEAVY = {"numpy", "scipy", "numba", "matplotlib", "shapely", "geopandas", "sklearn", "folium", "psycopg", "fastapi"}


# What computes and draws maps: a large import must not carry it in memory, and the service hands out what is prepared.
MAPS = {"numba", "matplotlib", "sklearn", "folium", "pandas"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-X", "importtime", "-m", "api.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])


def imported_by(outcome: subprocess.CompletedProcess[str]) -> set[str]:
    """The packages that were imported."""
    return set(re.findall(r"^import time:.*\| +([a-z0-9_]+)", outcome.stderr, re.MULTILINE))


def own_line(app: typer.Typer) -> dict[str, str]:
    """Each command of ``app`` and the first paragraph of its help."""
    lines = {}
    for command in app.registered_commands:
        assert command.callback is not None
        lines[command.name or command.callback.__name__.replace("_", "-")] = command.callback.__doc__ or ""
    for group in app.registered_groups:
        assert group.typer_instance is not None
        lines[str(group.name)] = str(group.typer_instance.info.help)
    return {name: line.strip().split("\n\n")[0] for name, line in lines.items()}


def test_the_list_of_commands_is_what_the_modules_register() -> None:
    modules = {path.stem for path in Path(api.cli.__file__).parent.glob("*.py") if "\ndef add_to(" in path.read_text()}
    found = {}
    for module in sorted(modules):
        app = typer.Typer()
        import_module(f"api.cli.{module}").add_to(app)
        found |= {name: (module, line) for name, line in own_line(app).items()}
    assert found == dict(COMMANDS)


@pytest.mark.parametrize("asked", ["config", "import", "hotspots", ""])
def test_every_command_has_its_name_whichever_is_asked_for(asked: str) -> None:
    app = app_for(["--help"] if not asked else [asked, "--help"])
    commands = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    names = sorted([*commands, *(str(group.name) for group in app.registered_groups)])
    assert names == sorted(COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--version"], 0, r"trygkort \d"),
        (["config", "show"], 0, "TRYGKORT_HOME="),
        (["--help"], 0, "backtest"),
        (["hotspot"], 2, "No such command 'hotspot'.*hotspots"),
        (["--versoin"], 2, "No such option"),
        (["config", "shwo"], 2, "No such command 'shwo'"),
    ],
)
def test_nothing_heavy_is_imported_where_nothing_heavy_is_needed(arguments: list[str], code: int, says: str) -> None:
    outcome = run(*arguments)
    imported = imported_by(outcome)
    assert outcome.returncode == code
    assert re.search(says, outcome.stdout + outcome.stderr)
    assert "typer" in imported
    assert imported & HEAVY == set()


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        ("import", MAPS - {"pandas"} | {"fastapi"}),  # GeoPackages are read with what brings pandas along
        ("check", MAPS - {"pandas"} | {"fastapi"}),
        ("webhook", MAPS | {"fastapi"}),
        ("serve", MAPS),
    ],
)
def test_what_computes_maps_is_not_imported_by_what_makes_none(command: str, spared: set[str]) -> None:
    outcome = run(command, "--help")
    assert outcome.returncode == 0
    assert "psycopg" in imported_by(outcome)
    assert imported_by(outcome) & spared == set()
