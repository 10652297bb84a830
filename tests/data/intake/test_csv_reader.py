"""CSV in blocks: bounded blocks, mapped columns only, physical lines."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from data.intake.csv_reader import CsvTable, open_csv
from data.intake.source_file import open_source
from data.intake.table import RawBlock, TableOptions

COLUMNS = ("fra", "kategori", "x", "y")
HEADER = "note;fra;kategori;x;y"


def opened(folder: Path, text: str) -> CsvTable:
    path = folder / "sager.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return open_file(path)


def open_file(path: Path) -> CsvTable:
    return open_csv(open_source(path), TableOptions(wanted=COLUMNS))


def raw_blocks(table: CsvTable, block_rows: int) -> Iterator[RawBlock]:
    return table.blocks(COLUMNS, block_rows)


def test_only_mapped_columns_are_kept(tmp_path: Path) -> None:
    (block,) = raw_blocks(opened(tmp_path, f"{HEADER}\nfri tekst; a ;b;1;2\n"), 10)
    assert {name: column.to_pylist() for name, column in block.values.items()} == {
        "fra": ["a"],
        "kategori": ["b"],
        "x": ["1"],
        "y": ["2"],
    }


def test_a_trailing_delimiter_in_header_or_row_is_no_column(tmp_path: Path) -> None:
    (block,) = raw_blocks(opened(tmp_path, f"{HEADER};\nn;a;b;1;2\nn;a;b;1;2;\nn;a;b;1;2;;\nn;a;b;1;2;3;4\n"), 10)
    assert block.line.tolist() == [2, 3, 4]
    assert [reject.line for reject in block.rejects] == [5]


def test_blocks_count_broken_rows_too(tmp_path: Path) -> None:
    rows = ["n;a;b;1;2", "kort", 'n;"a"b;c;1;2', "n;a;b;1;2", "", "kort"]
    blocks = list(raw_blocks(opened(tmp_path, "\n".join([HEADER, *rows]) + "\n"), 2))
    assert [block.read for block in blocks] == [2, 2, 1]
    assert [[reject.line for reject in block.rejects] for block in blocks] == [[3], [4], [7]]


def test_an_encoding_is_judged_by_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "sager.csv"
    # The first letter outside ASCII comes after more than one chunk of bytes.
    path.write_bytes(HEADER.encode() + b"\n" + b"n;a;b;1;2\n" * 150_000 + "n;å;b;1;2\n".encode("cp1252"))
    file = open_file(path)
    assert file.encoding == "cp1252"
    assert list(raw_blocks(file, 100_000))[-1].values["fra"].to_pylist()[-1] == "å"


def test_a_letter_across_two_chunks_of_bytes_is_whole(tmp_path: Path) -> None:
    start = f"{HEADER}\n"
    padding = "n" * ((1 << 20) - len(start) - 1)
    file = opened(tmp_path, f"{start}{padding[:100_000]};a;b;1;2\n")
    assert file.encoding == "utf-8-sig"
    path = tmp_path / "sager.csv"
    path.write_bytes(start.encode() + b"\n" * len(padding) + "å;a;b;1;2\n".encode())
    assert path.read_bytes()[(1 << 20) - 1 : (1 << 20) + 1] == "å".encode()
    assert open_file(path).encoding == "utf-8-sig"


def test_memory_is_that_of_a_block_not_of_the_file(tmp_path: Path) -> None:
    file = opened(tmp_path, f"{HEADER}\n" + f"{'fri tekst ' * 20};a;b;1;2\n" * 40_000)
    tracemalloc.start()
    try:
        assert sum(block.read for block in raw_blocks(file, 500)) == 40_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000 < file.source.path.stat().st_size


@given(st.lists(st.lists(st.text(alphabet='ab;"\n\r ', max_size=4), min_size=5, max_size=5), max_size=6))
def test_what_the_standard_library_writes_is_read_with_its_lines(
    tmp_path_factory: "object", rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("csv")  # type: ignore[attr-defined]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER.split(";"))
    lines = []
    for row in rows:
        lines.append(len(text.getvalue().replace("\r\n", "\n").replace("\r", "\n").split("\n")))
        writer.writerow(row)
    found = list(raw_blocks(opened(folder, text.getvalue()), 4))
    kept = [(line, row) for line, row in zip(lines, rows, strict=True) if any(row)]
    assert [line for block in found for line in block.line] == [line for line, _ in kept]
    assert [v for block in found for v in block.values["y"].to_pylist()] == [row[4].strip() for _, row in kept]
