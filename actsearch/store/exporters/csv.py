"""Tidy tables as CSV: a file each, UTF-8, the header its first line. Imports nothing heavy."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from actsearch.core.results import ExperimentResult
from actsearch.store.exporters.table_files import write_tables

FORMULA_STARTS = frozenset("=+-@\t\r")
"""Spreadsheets take a text that begins so for a formula and compute it: a label could run a program."""


def write(results: Sequence[ExperimentResult], out: Path) -> list[str]:
    """Writes `histories.csv`, `trials.csv` and, where there are any, `diagnostics.csv`.

    Nothing is an empty cell. Text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    return write_tables(results, out, "csv", _write_csv)


def _write_csv(path: Path, columns: Mapping[str, type], rows: Iterator[tuple[Any, ...]]) -> int:
    counted = _Counted(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(counted)
    return counted.n


class _Counted:
    """Rows without formulas, and how many they were."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self.n = 0

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self._rows:
            self.n += 1
            yield [f"'{cell}" if type(cell) is str and cell[:1] in FORMULA_STARTS else cell for cell in row]
