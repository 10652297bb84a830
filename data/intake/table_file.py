"""Any file of rows as a `Table`: text (CSV), Excel, Parquet, or a map layer; packed or not."""

from collections.abc import Callable, Mapping
from pathlib import Path

from data.intake.csv_reader import open_csv
from data.intake.excel_reader import open_excel
from data.intake.layer_reader import open_layer
from data.intake.parquet_reader import open_parquet
from data.intake.source_file import Format, SourceFile, open_source
from data.intake.table import Table, TableOptions

OPENED: Mapping[Format, Callable[[SourceFile, TableOptions], Table]] = {
    "text": open_csv,
    "excel": open_excel,
    "parquet": open_parquet,
    "layer": open_layer,
}


def open_table(path: Path, options: TableOptions) -> Table:
    """The rows of ``path``, whose first bytes say what it is; raises `IntakeError`: one sentence."""
    source = open_source(path)
    return OPENED[source.format](source, options)
