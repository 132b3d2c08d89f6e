"""What came out: the values that the store reads from a folder, and everything downstream works on.

Knows neither files nor Keras nor the terminal.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actsearch.core import machine
from actsearch.core.errors import UserError
from actsearch.core.looks_record import LooksRecord
from actsearch.core.tables import TABLES, Table, candidate_rows, table_columns, tested_metrics
from actsearch.core.tasks import MULTICLASS, Task
from actsearch.core.trial_results import CandidateResult, TrialResult


@dataclass(frozen=True)
class Choice:
    """The setting at which an activation is compared: the best of the grid on the tuning seeds."""

    label: str
    setting: Mapping[str, Any]
    mean: float | None
    """Of the validation accuracy after the last epoch, over the tuning seeds that completed; None where none did."""
    seeds: tuple[int, ...]
    """The tuning seeds."""


@dataclass(frozen=True)
class ExperimentResult:
    """One experiment folder. Candidates stand in the order of the experiment file."""

    name: str
    description: str
    folder: str
    candidates: tuple[CandidateResult, ...]
    validation_is_test: bool
    """The curves called validation are the test set's: choosing by them is choosing on the test set."""
    loss: str
    warnings: tuple[str, ...] = ()
    stranded: tuple[str, ...] = ()
    """Ids of trials in the folder that the experiment as it now stands does not ask for."""
    earlier_seeds: tuple[int, ...] = ()
    """With how many seeds it was finished before more were asked for; of a study with looks, those tell."""
    grid: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """The grid as the experiment file has it."""
    problems: tuple[str, ...] = ()
    """Files that could not be read, each with what is wrong with it."""
    task: Task = field(default=MULTICLASS, repr=False)
    """What was learned."""
    again: tuple[str, ...] = ()
    """Ids of finished trials that are being, or were begun to be, trained again for their diagnostics."""
    tuning_seeds: tuple[int, ...] = ()
    chosen: tuple[Choice, ...] = ()
    """The settings chosen so far with the tuning seeds."""
    looks: LooksRecord | None = None
    """Of a run with --until-decided."""

    @property
    def compared(self) -> tuple[CandidateResult, ...]:
        """The candidates that are compared: with tuning seeds, those whose settings were chosen."""
        return tuple(candidate for candidate in self.candidates if candidate.trials or not self.tuning_seeds)

    @property
    def all_trials(self) -> tuple[TrialResult, ...]:
        return tuple(itertools.chain.from_iterable(candidate.all_trials for candidate in self.candidates))

    @property
    def mixture(self) -> str | None:
        """Where trials were trained on processors or with versions that differ: a sentence that says in what."""
        machines = [(trial.machine, *trial.earlier_machines) for trial in self.all_trials]
        kinds = [machine.kind(description) for description in itertools.chain.from_iterable(machines) if description]
        differences = []
        for what in kinds[0] if kinds else ():
            values = sorted({_in_brief(kind[what]) for kind in kinds})
            if len(values) > 1:
                differences.append("arithmetic flags" if what == "cpu_flags" else f"{what} {' and '.join(values)}")
        if not differences:
            return None
        return f"Not all trials were trained alike ({'; '.join(differences)}): the last digits may differ for that."

    def rows(self, table: Table, tested: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
        """The rows of a table, a value for each of its columns, one after the other: there may be millions.

        The metrics of the test set are `tested`, by default those of its task.
        """
        names = tested_metrics([self.task]) if tested is None else tested
        for candidate in self.candidates:
            yield from candidate_rows(self.name, candidate, self.validation_is_test, table, names)

    def to_rows(self, table: Table = "histories") -> list[dict[str, Any]]:
        """The results as a tidy table, for data frames: `pandas.DataFrame(result.to_rows())`.

        `histories` has a row for each trial, epoch and metric, `diagnostics` one for each trial, epoch, layer and
        quantity (where they were read), `trials` one for each trial whatever became of it. docs/results.md has the
        columns. None is what is not known or not defined, such as each metric of a diverged epoch.

        Raises:
            UserError: there is no such table.
        """
        if table not in TABLES:
            raise UserError(f"to_rows: no such table as {table!r}; there are: {', '.join(TABLES)}")
        columns = table_columns(table, tested_metrics([self.task]))
        return [dict(zip(columns, row, strict=True)) for row in self.rows(table)]


def _in_brief(value: Any) -> str:
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value or "none")


def names_apart(results: Sequence[ExperimentResult]) -> list[str]:
    """Those that share a name are told apart by the folders around theirs: `mnist (study-a)`."""
    names = [result.name for result in results]
    around = [Path(result.folder).absolute().parent.parts for result in results]
    depth = 0
    while len(set(names)) < len(names) and depth < max(map(len, around)):
        depth += 1
        shared = Counter(result.name for result in results)
        names = [
            result.name if shared[result.name] == 1 else f"{result.name} ({'/'.join(parts[-depth:])})"
            for result, parts in zip(results, around, strict=True)
        ]
    return names
