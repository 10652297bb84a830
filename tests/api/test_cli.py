"""The command as people call it: a process of its own, its exit code, and one plain sentence."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.api.conftest import Command, Outcome

HEADER = "sagsnr;fra;til;anmeldt;kategori;grundlag;laengde;bredde;noejagtighed_m\n"
GOOD = "1;2026-03-02 10:00;;2026-03-02 11:00;Hash;anmeldt;12.55787;55.68650;5\n"


def refused(outcome: Outcome) -> str:
    """The one sentence of a refusal."""
    assert outcome.returncode == 2, outcome.stderr
    assert "Traceback" not in outcome.stderr
    lines = outcome.stderr.strip().splitlines()
    assert len(lines) == 1, outcome.stderr
    return lines[0]


def test_import_daily_check_end_to_end(trygkort: Command, tmp_path: Path) -> None:
    file = tmp_path / "haendelser.csv"
    file.write_text(HEADER + GOOD + GOOD.replace("1;", "2;", 1).replace("2026-03-02 10:00", "2026-02-31 10:00"))
    first = trygkort("import", file, "--profile", "demo")
    assert first.returncode == 0, first.stderr
    assert "read 2: accepted 1 (new 1, changed 0, known 0), rejected 1" in first.stdout
    rejects = (tmp_path / "haendelser.csv.rejects.csv").read_text(encoding="utf-8").splitlines()
    assert rejects[0] == "line,reason,detail"
    assert rejects[1].startswith("3,time-no-such-date,")
    assert "known 1" in trygkort("import", file, "--profile", "demo").stdout
    daily = trygkort("daily", "--date", "2026-03-03")
    said = "run 1 for 2026-03-03: 1 incidents in the areas\ndisplacement: none claimed\n"
    assert (daily.returncode, daily.stderr, daily.stdout.startswith(said)) == (0, "", True)
    assert "not watched: to measure how the split varies takes at least 168 days of counts, found 0" in daily.stdout
    assert "none differ" in trygkort("check").stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows_of(database: str) -> list[tuple[object, ...]]:
    tables = ("incident", "panel", "source", "import_batch", "audit")
    with psycopg.connect(database) as connection:
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0] for table in tables]  # type: ignore[arg-type]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(trygkort: Command, tmp_path: Path, database: str) -> None:
    file = tmp_path / "haendelser.csv"
    file.write_text(HEADER + GOOD)
    assert trygkort("import", file, "--profile", "demo").returncode == 0
    changed = GOOD.replace("Hash", "Tyveri")
    fresh = "".join(GOOD.replace("1;", f"{i};", 1) for i in range(2, 4))
    bad = "".join(GOOD.replace("1;", f"{i};", 1).replace("2026-03-02 10:00", "2026-02-31 10:00") for i in range(4, 9))
    file.write_text(HEADER + changed + fresh + bad)
    before = contents(tmp_path), rows_of(database)
    outcome = trygkort("import", file, "--profile", "demo", "--dry-run")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.splitlines() == [
        "dry run: this is what an import would do; nothing was written",
        "read 8: accepted 3 (new 2, changed 1, known 0), rejected 5",
        "  5 × time-no-such-date",
        *(f"      line {i}: occurred_from is a date or time that does not exist" for i in (5, 6, 7)),
        "accepted by a rule of time (docs/intake.md):",
        "  3 × no-end: no end: happened at its start, counted wholly in the shift of the start",
    ]
    assert (contents(tmp_path), rows_of(database)) == before
    done = trygkort("import", file, "--profile", "demo").stdout
    assert "read 8: accepted 3 (new 2, changed 1, known 0), rejected 5" in done
    assert "  3 × no-end: " in done


def test_a_dry_run_needs_no_database_and_makes_none(trygkort: Command, tmp_path: Path) -> None:
    file = tmp_path / "haendelser.csv"
    file.write_text(HEADER + GOOD)
    for url, why in (
        ("", "there is no database yet"),
        ("host=/nonexistent dbname=none", "the database cannot be used"),
    ):
        outcome = trygkort("import", file, "--profile", "demo", "--dry-run", TRYGKORT_DATABASE_URL=url)
        assert outcome.returncode == 0, outcome.stderr
        assert "read 1: accepted 1, rejected 0" in outcome.stdout
        assert f"which rows are new was not counted: {why}" in outcome.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["haendelser.csv"]


def test_a_suggested_profile_can_be_used_at_once(trygkort: Command, tmp_path: Path) -> None:
    file = tmp_path / "haendelser.csv"
    file.write_text(HEADER + GOOD)
    suggested = trygkort("profile", "suggest", file)
    assert (suggested.returncode, suggested.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["haendelser.csv"]
    (tmp_path / "p.toml").write_text(suggested.stdout, encoding="utf-8")
    assert "accepted 1 (new 1," in trygkort("import", file, "--profile", "p.toml").stdout


def test_what_a_suggestion_did_not_find_is_said_beside_it(trygkort: Command, tmp_path: Path) -> None:
    file = tmp_path / "fil.csv"
    file.write_text("a;b\nx;y\n")
    suggested = trygkort("profile", "suggest", file)
    assert suggested.returncode == 0
    assert "to be done: no column of times was found: fill in occurred_from" in suggested.stderr
    assert "there is no file" in refused(trygkort("profile", "suggest", tmp_path / "none.csv"))


def test_a_dry_run_refuses_what_an_import_refuses(trygkort: Command, tmp_path: Path) -> None:
    file = tmp_path / "haendelser.csv"
    file.write_text(HEADER.replace("laengde", "lon") + GOOD)
    assert "no column 'laengde'" in refused(trygkort("import", file, "--profile", "demo", "--dry-run"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (HEADER.encode(), "has a header but no rows"),
        (HEADER.replace("laengde", "lon").encode() + GOOD.encode(), "no column 'laengde'"),
        ((HEADER + GOOD).encode("utf-16"), "UTF-8"),
        (
            (HEADER + GOOD.replace("12.55787;55.68650", "55.68650;12.55787")).encode(),
            "swapped",
        ),
        (
            (HEADER + GOOD.replace("12.55787;55.68650", "723590.1;6176925.2")).encode(),
            "EPSG:25832",
        ),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_one_sentence(
    trygkort: Command, tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "fil.csv"
    file.write_bytes(content)
    assert sentence in refused(trygkort("import", file, "--profile", "demo"))
    assert not list(tmp_path.glob("*rejects*"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("2026-03-02 10:00", "2026-03-29 02:30"), "time-skipped-hour"),
        (("2026-03-02 10:00", "2026-02-30 10:00"), "time-no-such-date"),
        (("Hash", "Cykeltyveri"), "category-unknown"),
        (("2026-03-02 10:00", "2030-01-01 10:00"), "time-future"),
    ],
)
def test_rows_that_cannot_be_used_are_listed(
    trygkort: Command, tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    file = tmp_path / "fil.csv"
    file.write_text(HEADER + GOOD + GOOD.replace("1;", "2;", 1).replace(*change), encoding="utf-8")
    outcome = trygkort("import", file, "--profile", "demo", "--rejects", tmp_path / "afvist.csv")
    assert outcome.returncode == 0, outcome.stderr
    assert f"1 × {reason}" in outcome.stdout
    assert f"3,{reason}," in (tmp_path / "afvist.csv").read_text(encoding="utf-8")


def test_a_directory_and_a_missing_file_and_profile(trygkort: Command, tmp_path: Path) -> None:
    assert "directory" in refused(trygkort("import", tmp_path, "--profile", "demo"))
    assert "none.csv" in refused(trygkort("import", tmp_path / "none.csv", "--profile", "demo"))
    file = tmp_path / "fil.csv"
    file.write_text(HEADER + GOOD)
    assert "nonesuch" in refused(trygkort("import", file, "--profile", "nonesuch"))
    assert "afvist.csv" in refused(
        trygkort("import", file, "--profile", "demo", "--rejects", "/nonexistent/afvist.csv")
    )


def test_dates_settings_and_addresses_that_cannot_be_used(trygkort: Command, tmp_path: Path) -> None:
    assert "'23-11-2026' is not a date such as 2026-11-23" in refused(trygkort("daily", "--date", "23-11-2026"))
    assert "no incident inside the areas" in refused(trygkort("daily", "--date", "2026-11-23"))
    assert "unknown setting TRYGKORT_HOEM" in refused(trygkort("config", "show", TRYGKORT_HOEM="x"))
    assert "binds to 127.0.0.1 only" in refused(trygkort("serve", "--host", "0.0.0.0"))
    assert "has no partnership.toml" in refused(trygkort("config", "check", TRYGKORT_PARTNERSHIP=str(tmp_path)))
    gone = "host=/nonexistent dbname=none"
    assert "the database cannot be used" in refused(trygkort("check", TRYGKORT_DATABASE_URL=gone))


def test_a_port_in_use_is_said_before_any_work(trygkort: Command, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("serve", "demo"):
            sentence = refused(trygkort(command, "--port", port))
            assert f"port {port} on 127.0.0.1 cannot be used (Address already in use)" in sentence
    assert not (tmp_path / "home").exists()


def test_no_permission_to_write(trygkort: Command, tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("a file where a folder is needed", encoding="utf-8")
    points = tmp_path / "points.csv"
    points.write_text("lon,lat\n" + "".join(f"{12.5 + i / 1000},{55.6 + i / 1000}\n" for i in range(40)))
    sentence = refused(trygkort("hotspots", points, "--resolution", "9", "--out", tmp_path / "in-the-way" / "kort"))
    assert "cannot be written to" in sentence


def test_the_command_is_a_program_of_its_own(tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    points.write_text("lon,lat\n725000,6176000\n", encoding="utf-8")
    outcome = subprocess.run(
        [Path(sys.executable).with_name("trygkort"), "hotspots", points, "--resolution", "9"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert outcome.returncode == 2
    assert outcome.stderr.startswith("trygkort: points.csv line 2: 725000.0, 6176000.0 is not longitude")
    assert outcome.stderr.count("\n") == 1


def test_the_database_password_is_not_shown(trygkort: Command) -> None:
    shown = trygkort("config", "show", TRYGKORT_DATABASE_URL="postgresql://u:hemmelig@h/d").stdout
    assert "TRYGKORT_DATABASE_URL=(set, not shown)" in shown
    assert "hemmelig" not in shown


def test_config_check_describes_the_partnership(trygkort: Command) -> None:
    assert trygkort("config", "check").stdout == (
        "Indre Nørrebro: treated area 'Indre Nørrebro', 9 neighbours, 2 controls, 7 categories, "
        "shifts dag, aften, nat\nbase map: the sketch\nwebhook: off\n"
    )


def test_hotspots_of_a_file(trygkort: Command, tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    rows = [f"{12.55 + (i % 20) / 500},{55.68 + (i // 20) / 900}" for i in range(400)] + ["12.56,55.69"] * 150
    points.write_text("lon,lat\n" + "\n".join(rows) + "\n")
    table = trygkort("hotspots", points, "--resolution", 9)
    assert table.returncode == 0, table.stderr
    assert "550 points in" in table.stdout
    assert "p: larger of Gi* (normal tail) and an exact test against an even spread, two-sided" in table.stdout
    assert "conditional permutation of Gi*, exact permutation, two-tailed" in table.stdout
    summary = json.loads(trygkort("hotspots", points, "--resolution", 9, "--json").stdout)
    assert summary["hot"]
    assert summary["permutation_method"] == "exact permutation"
    assert all(0 < cell["p"] <= cell["q"] <= 0.05 and 0 < cell["permutation_p"] <= 1 for cell in summary["hot"])
    collection = json.loads(Path(summary["geojson"]).read_text(encoding="utf-8"))
    assert sum(f["properties"]["count"] for f in collection["features"]) == 550
    assert len(collection["features"]) == summary["cells"]
    assert 0 in {f["properties"]["count"] for f in collection["features"]}
    assert "<html" in Path(summary["page"]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "resolution", "sentence"),
    [
        ("a,b\n1,2\n", 9, "needs one column named lon"),
        ("lon,lat\n12.5,x\n", 9, "line 2: column lat is not a number"),
        ("lon,lat\n725000,6176000\n", 9, "is not longitude, latitude in degrees"),
        ("lon,lat\n12.5,55.6\n", 16, "--resolution is 16"),
        ("lon,lat\n12.5,55.6\n", 9, "the grid has 7 cells"),
        ("lon,lat\n", 9, "has no rows"),
    ],
)
def test_points_that_cannot_be_used(
    trygkort: Command, tmp_path: Path, content: str, resolution: int, sentence: str
) -> None:
    points = tmp_path / "points.csv"
    points.write_text(content)
    assert sentence in refused(trygkort("hotspots", points, "--resolution", resolution))


def test_columns_of_person_data_are_dropped_and_counted(trygkort: Command, tmp_path: Path, database: str) -> None:
    file = tmp_path / "haendelser.csv"
    bad = GOOD.replace("1;", "2;", 1).replace("2026-03-02 10:00", "2026-02-31 10:00")
    rows = [f"{row.strip()};Ida Prøvesen;070761-4285;ringede fra Netto og så det hele ske ude\n" for row in (GOOD, bad)]
    file.write_text(HEADER.strip() + ";Anmelder;ref;Felt\n" + "".join(rows), encoding="utf-8")
    said = (
        "dropped 3 columns that look like person data: "
        "'Anmelder' (a person), 'ref' (a CPR number), 'Felt' (free text)\n"
    )
    dry = trygkort("import", file, "--profile", "demo", "--dry-run")
    done = trygkort("import", file, "--profile", "demo")
    assert said in dry.stdout
    assert said in done.stdout
    rejects = (tmp_path / "haendelser.csv.rejects.csv").read_text(encoding="utf-8")
    with psycopg.connect(database) as connection:
        batches = connection.execute("SELECT accepted, dropped_columns FROM import_batch").fetchall()
        log = connection.execute("SELECT outcome FROM audit WHERE action = 'import'").fetchall()
        kept = connection.execute("SELECT i::text FROM incident AS i").fetchall()
    assert batches == [(1, 3)]
    assert log == [("read 2, created 1, changed 0, rejected 1, dropped columns 3",)]
    everything = "".join((dry.stdout, dry.stderr, done.stdout, done.stderr, rejects, str(log), str(kept)))
    assert not any(value in everything for value in ("Ida", "Prøvesen", "070761", "Netto"))


def test_strict_mode_refuses_a_file_with_person_data(trygkort: Command, tmp_path: Path, database: str) -> None:
    file = tmp_path / "haendelser.csv"
    file.write_text(f"{HEADER.strip()};Anmelder\n{GOOD.strip()};Ida Prøvesen\n", encoding="utf-8")
    sentence = "in strict mode a file may not hold 1 column that looks like person data: 'Anmelder' (a person)"
    before = rows_of(database)
    for more in (("--strict",), ("--strict", "--dry-run")):
        outcome = trygkort("import", file, "--profile", "demo", *more)
        assert sentence in refused(outcome)
        assert "Ida" not in outcome.stdout + outcome.stderr
    demo = Path(__file__).parents[2] / "data" / "profiles" / "demo.toml"
    (tmp_path / "p.toml").write_text("strict = true\n" + demo.read_text(encoding="utf-8"), encoding="utf-8")
    assert sentence in refused(trygkort("import", file, "--profile", "p.toml"))
    assert not (tmp_path / "haendelser.csv.rejects.csv").exists()
    assert rows_of(database) == before
    file.write_text(HEADER + GOOD)
    assert "accepted 1" in trygkort("import", file, "--profile", "p.toml").stdout
