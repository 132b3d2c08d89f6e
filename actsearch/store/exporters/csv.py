"""Tidy tables as CSV: a file each, UTF-8, the header its first line. Imports nothing heavy."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from actsearch.core.files import replacing
from actsearch.core.results import COLUMNS, ExperimentResult, rows, tables
from actsearch.store.exporters.belongings import replacing_files

FORMULA = frozenset("=+-@\t\r")
"""Spreadsheets take a text that begins so for a formula and compute it: a label could run a program."""


def write(results: Sequence[ExperimentResult], out: Path) -> list[str]:
    """Writes `histories.csv`, `trials.csv` and, where there are any, `diagnostics.csv`.

    Nothing is an empty cell. Text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    names = {table: f"{table}.csv" for table in tables(results)}
    said = []
    with replacing_files(out, "csv", list(names.values())):
        for table, name in names.items():
            with replacing(out / name) as beside, beside.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS[table])
                counted = _Counted(row for result in results for row in rows(result, table))
                writer.writerows(counted)
            said.append(f"{out / name}: {counted.n:,} rows")
    return said


class _Counted:
    """Rows without formulas, and how many they were."""

    def __init__(self, found: Iterator[tuple[Any, ...]]) -> None:
        self._found = found
        self.n = 0

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self._found:
            self.n += 1
            yield [f"'{cell}" if type(cell) is str and cell[:1] in FORMULA else cell for cell in row]
