"""What the exports of tidy tables share: a file a table, and a line on each. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from actsearch.core.files import replacing
from actsearch.core.results import ExperimentResult
from actsearch.core.tables import TABLES, Table, table_columns, tested_metrics
from actsearch.store.exporters.belongings import replacing_files

WriteTable = Callable[[Path, Mapping[str, type], Iterator[tuple[Any, ...]]], int]
"""Writes a table, its columns and its rows, to a path, and returns how many they were."""


def write_tables(results: Sequence[ExperimentResult], out: Path, ending: str, write_table: WriteTable) -> list[str]:
    """Writes each table that has rows into a file of its name, with this ending; what tasks differ in has its columns.

    Returns:
        A line on each file, for the user.
    """
    names = {table: f"{table}.{ending}" for table in _tables_in(results)}
    tested = tested_metrics(result.task for result in results)
    lines = []
    with replacing_files(out, ending, list(names.values())):
        for table, name in names.items():
            with replacing(out / name) as beside:
                n = write_table(beside, table_columns(table, tested), _rows(results, table, tested))
            lines.append(f"{out / name}: {n:,} rows")
    return lines


def _tables_in(results: Sequence[ExperimentResult]) -> list[Table]:
    """Those that there is something in: not every experiment has diagnostics."""
    is_probed = any(_is_probed(result) for result in results)
    return [table for table in TABLES if table != "diagnostics" or is_probed]


def _is_probed(result: ExperimentResult) -> bool:
    return any(trial.diagnostics is not None for trial in result.all_trials)


def _rows(results: Sequence[ExperimentResult], table: Table, tested: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for result in results:
        yield from result.rows(table, tested)
