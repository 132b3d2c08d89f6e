"""Tidy tables as Parquet: the values exactly, text dictionary-encoded. Loads pyarrow when it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from actsearch.core.errors import UserError
from actsearch.core.results import ExperimentResult
from actsearch.store.exporters.table_files import write_tables

ROWS_AT_ONCE = 100_000
"""Of a row group: what is in memory at a time."""


def write(results: Sequence[ExperimentResult], out: Path) -> list[str]:
    """Writes `histories.parquet`, `trials.parquet` and, where there are any, `diagnostics.parquet`."""
    try:
        from pyarrow import parquet  # noqa: F401
    except ImportError as error:
        raise UserError("--to parquet needs pyarrow; pip install 'actsearch[parquet]'") from error
    return write_tables(results, out, "parquet", _write_parquet)


def _write_parquet(path: Path, columns: Mapping[str, type], rows: Iterator[tuple[Any, ...]]) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    types = {str: pa.dictionary(pa.int32(), pa.string()), int: pa.int64(), float: pa.float64()}
    schema = pa.schema([(column, types[kind]) for column, kind in columns.items()])
    n = 0
    with path.open("wb") as file, parquet.ParquetWriter(file, schema) as writer:
        for part in _parts_by_column(rows):
            arrays = [pa.array(values, field.type) for values, field in zip(part, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            n += len(part[0])
    return n


def _parts_by_column(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows turned into columns, a part at a time."""
    while part := list(islice(rows, ROWS_AT_ONCE)):
        yield list(zip(*part, strict=True))
