"""Tidy tables as Parquet: the values exactly, text dictionary-encoded. Loads pyarrow when it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from actsearch.core.errors import UserError
from actsearch.core.files import replacing
from actsearch.core.results import COLUMNS, ExperimentResult, rows, tables
from actsearch.store.exporters.belongings import replacing_files

ROWS = 100_000
"""Of a row group: what is in memory at a time."""


def write(results: Sequence[ExperimentResult], out: Path) -> list[str]:
    """Writes `histories.parquet`, `trials.parquet` and, where there are any, `diagnostics.parquet`."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise UserError("--to parquet needs pyarrow; pip install 'actsearch[parquet]'") from error
    types = {str: pa.dictionary(pa.int32(), pa.string()), int: pa.int64(), float: pa.float64()}
    names = {table: f"{table}.parquet" for table in tables(results)}
    said = []
    with replacing_files(out, "parquet", list(names.values())):
        for table, name in names.items():
            schema = pa.schema([(column, types[kind]) for column, kind in COLUMNS[table].items()])
            n = 0
            with replacing(out / name) as beside, beside.open("wb") as file, parquet.ParquetWriter(file, schema) as to:
                for columns in _columns(row for result in results for row in rows(result, table)):
                    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
                    to.write_table(pa.Table.from_arrays(arrays, schema=schema))
                    n += len(columns[0])
            said.append(f"{out / name}: {n:,} rows")
    return said


def _columns(found: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows turned into columns, a part at a time."""
    while part := list(islice(found, ROWS)):
        yield list(zip(*part, strict=True))
