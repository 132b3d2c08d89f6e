"""What came out: the values that the store reads from a folder, and everything downstream works on.

Knows neither files nor Keras nor the terminal.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from actsearch.core import machine
from actsearch.core.errors import UserError
from actsearch.core.experiment import Activation, canonical_json
from actsearch.core.words import candidate_name

if TYPE_CHECKING:
    import numpy as np

Status = Literal["waiting", "running", "interrupted", "completed", "diverged", "failed"]
FINISHED: tuple[Status, ...] = ("completed", "diverged")
"""The statuses of trials that have a result, and are trained no more."""
ENDED: tuple[Status, ...] = (*FINISHED, "failed")
"""Those of trials that have come to an end."""
Role = Literal["comparison", "tuning"]
"""What a trial is for: comparing activations, or choosing the setting at which one is compared."""
Table = Literal["histories", "trials", "diagnostics"]
"""The tables that results are for other programs: one value a row, or one trial a row."""
History = Mapping[str, Sequence[float | None]]
"""What Keras calls so: a metric's name to one number per epoch; None for each metric of a diverged epoch."""


@dataclass(frozen=True)
class TestValues:
    """The test set's values after an epoch (from 1), by Keras's metric names; all None if the loss was not finite."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    epoch: int
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Diagnostics:
    """What a probe of the training set shows of each hidden layer: `diagnostics.json`, see docs/diagnostics.md."""

    probe_examples: int
    every: int
    epochs: tuple[int, ...]
    """0 is the untrained network."""
    layers: Mapping[str, Mapping[str, Any]]
    """A layer, input first, to a quantity to its values, one for each of `epochs`; None where it is not defined.

    `parameters` is nested once more: a learned parameter to `mean`, `min` and `max`, over its channels or units.
    """
    training: bool = False
    """With dropout and the batch's own statistics, as while it learns."""
    clipping: Mapping[str, float] = field(default_factory=dict)
    """How gradients were clipped, by the optimizer's argument (`clipvalue`, ...); empty where they were not."""

    def row(self, layer: str, *path: str) -> list[float]:
        """A layer's values of a quantity, by place in the epochs; NaN for what is not defined or no finite number."""
        values: Any = self.layers.get(layer)
        for part in path:
            values = values.get(part) if isinstance(values, Mapping) else None
        row = values if isinstance(values, (list, tuple)) else ()
        return [float(v) if isinstance(v, (int, float)) and math.isfinite(v) else math.nan for v in row]


@dataclass(frozen=True)
class Correct:
    """Which examples of a split a trained network classified right, after one epoch."""

    examples: int
    of: str
    """Equal for two trials if and only if they are about the same examples, with the same labels, in the same order."""
    bits: bytes = field(repr=False)
    """`np.packbits` of (examples,) booleans."""

    def array(self) -> np.ndarray:
        """(examples,) booleans."""
        import numpy as np

        return np.unpackbits(np.frombuffer(self.bits, np.uint8), count=self.examples).astype(bool)


@dataclass(frozen=True)
class TrialResult:
    """One trial as it stands on disk. `history` is empty before the first epoch has ended."""

    id: str
    seed: int
    status: Status
    epochs: int
    """How many epochs were asked for."""
    history: History = field(default_factory=dict, repr=False)
    seconds_per_epoch: Sequence[float] = field(default=(), repr=False)
    last: TestValues | None = None
    best: TestValues | None = None
    error: str | None = None
    machine: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What it was trained on (see `machine.describe`)."""
    earlier_machines: Sequence[Mapping[str, Any]] = ()
    """Machines of another kind on which its first epochs were trained."""
    diagnostics: Diagnostics | None = field(default=None, repr=False)
    role: Role = "comparison"
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Of a finished trial, everything that its result depends on (see `experiment.identity`)."""
    correct: Mapping[str, Correct] = field(default_factory=dict, repr=False)
    """By split and epoch, as far as that was to be read: `test_last`, `test_best`, `validation_last`, ..."""

    @property
    def epochs_done(self) -> int:
        return len(next(iter(self.history.values()), ()))


def median_seconds(trials: Sequence[TrialResult]) -> float | None:
    """Of an epoch, over all epochs of those of these trials that completed; None where there is none."""
    seconds = [one for trial in trials if trial.status == "completed" for one in trial.seconds_per_epoch]
    return median(seconds) if seconds else None


@dataclass(frozen=True)
class CandidateResult:
    """All trials of one candidate, by seed.

    Where settings are chosen with tuning seeds, a candidate whose setting was not chosen has no `trials`.
    """

    label: str
    activation: Activation
    setting: Mapping[str, Any]
    """The point of the grid, by dotted key; empty without a grid."""
    trials: tuple[TrialResult, ...]
    """Those that are compared."""
    tuning: tuple[TrialResult, ...] = ()
    """Those by which settings are chosen."""

    @property
    def name(self) -> str:
        """The label, with the point of the grid: `relu learning_rate=0.001`."""
        return candidate_name(self.label, self.setting)

    @property
    def all_trials(self) -> tuple[TrialResult, ...]:
        return (*self.tuning, *self.trials)

    @property
    def probed(self) -> tuple[tuple[TrialResult, Diagnostics], ...]:
        """The trials whose diagnostics count: those that came to an end, and before one is completed all that began."""
        have = [(t, t.diagnostics) for t in self.trials if t.diagnostics is not None and t.diagnostics.epochs]
        is_any_completed = any(trial.status == "completed" for trial, _ in have)
        counting = (
            ("completed", "diverged") if is_any_completed else ("completed", "diverged", "running", "interrupted")
        )
        return tuple(pair for pair in have if pair[0].status in counting)


@dataclass(frozen=True)
class Choice:
    """The setting at which an activation is compared: the best of the grid on the tuning seeds."""

    label: str
    setting: Mapping[str, Any]
    mean: float | None
    """Of the validation accuracy after the last epoch, over the tuning seeds that completed; None where none did."""
    seeds: tuple[int, ...]
    """The tuning seeds."""


TURNED: Mapping[str, str] = {"better": "worse", "worse": "better"}
"""What a verdict on one of two is on the other; all else is the same of both."""


@dataclass(frozen=True)
class LookedPair:
    """Two contenders at a look, by their labels: the first minus the second."""

    a: str
    b: str
    n: int
    """How many seeds both completed."""
    difference: float | None
    low: float | None
    high: float | None
    """The interval, which holds together with those of all pairs at all looks; None with fewer than 2 seeds."""
    decision: str
    """See `sequential.Decision`: the first against the second, what an earlier look settled included."""

    def turned(self) -> LookedPair:
        """The second against the first."""
        mean, low, high = (None if v is None else -v for v in (self.difference, self.high, self.low))
        return LookedPair(self.b, self.a, self.n, mean, low, high, TURNED.get(self.decision, self.decision))


@dataclass(frozen=True)
class Left:
    """A contender that left at a look."""

    label: str
    why: str
    """`worse`, `settled` (all its pairs are), or `none completed` (none of its trials)."""
    than: str | None = None
    """Of one that is worse: than which."""


@dataclass(frozen=True)
class LookTaken:
    """What a look decided."""

    seeds: int
    """How many seeds it was taken at."""
    contenders: tuple[str, ...]
    """The labels of those that were in."""
    pairs: tuple[LookedPair, ...]
    """Each pair of those once."""
    left: tuple[Left, ...]
    stays: tuple[str, ...]
    """Those that go on; after the last look, those of which a pair stays undecided."""


@dataclass(frozen=True)
class LookContender:
    """What takes part in a sequential study."""

    label: str
    setting: Mapping[str, Any]
    first: str
    """The id of its trial with the first of the seeds: by its hash it is known what was looked at."""


@dataclass(frozen=True)
class LooksRecord:
    """A sequential study: what was fixed before it began, and the looks taken since. `looks.json`."""

    metric: str
    margin: float
    confidence: float
    max_seeds: int
    looks: tuple[int, ...]
    """The numbers of seeds at which it looks."""
    family: int
    """The number of pairs at the start."""
    examples: int | None
    """Of the validation set."""
    seeds: tuple[int, ...]
    """In their order."""
    contenders: tuple[LookContender, ...]
    taken: tuple[LookTaken, ...] = ()

    @property
    def has_ended(self) -> bool:
        return bool(self.taken) and (not self.taken[-1].stays or len(self.taken) == len(self.looks))

    @property
    def pairs(self) -> tuple[LookedPair, ...]:
        """Each pair as it was when it was settled, or else as it was last looked at.

        The interval of a later look may say something else: it is not what the decision went by.
        """
        return tuple(pair for pair, _ in self._settled())

    def both_ways(self) -> Iterator[tuple[LookedPair, tuple[int, ...]]]:
        """`pairs`, each as well with its second against the first, and the seeds that it went by."""
        for pair, taken in self._settled():
            yield from ((one, self.seeds[: taken.seeds]) for one in (pair, pair.turned()))

    def _settled(self) -> Iterator[tuple[LookedPair, LookTaken]]:
        found: dict[tuple[str, str], tuple[LookedPair, LookTaken]] = {}
        for taken in self.taken:
            for pair in taken.pairs:
                if (before := found.get((pair.a, pair.b))) is None or before[0].decision == "undecided":
                    found[pair.a, pair.b] = pair, taken
        yield from found.values()


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
        trials = [trial for candidate in self.candidates for trial in candidate.all_trials]
        kinds = [machine.kind(one) for trial in trials for one in (trial.machine, *trial.earlier_machines) if one]
        differences = []
        for what in kinds[0] if kinds else ():
            found = sorted({_said(kind[what]) for kind in kinds})
            if len(found) > 1:
                differences.append("arithmetic flags" if what == "cpu_flags" else f"{what} {' and '.join(found)}")
        if not differences:
            return None
        return f"Not all trials were trained alike ({'; '.join(differences)}): the last digits may differ for that."

    def to_rows(self, table: Table = "histories") -> list[dict[str, Any]]:
        """The results as a tidy table, for data frames: `pandas.DataFrame(result.to_rows())`.

        `histories` has a row for each trial, epoch and metric, `diagnostics` one for each trial, epoch, layer and
        quantity (where they were read), `trials` one for each trial whatever became of it. docs/results.md has the
        columns. None is what is not known or not defined, such as each metric of a diverged epoch.

        Raises:
            UserError: there is no such table.
        """
        if table not in COLUMNS:
            raise UserError(f"to_rows: no such table as {table!r}; there are: {', '.join(COLUMNS)}")
        return [dict(zip(COLUMNS[table], row, strict=True)) for row in rows(self, table)]


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value or "none")


TEST_METRICS = ("loss", "accuracy", "binary_accuracy")
KEY: Mapping[str, type] = {
    "experiment": str,
    "label": str,
    "activation": str,
    "parameters": str,
    "setting": str,
    "seed": int,
    "role": str,
    "trial": str,
    "status": str,
}
"""Which trial a row is about. `parameters` and `setting` are JSON, with sorted keys, so that they can be grouped by."""
COLUMNS: Mapping[Table, Mapping[str, type]] = {
    "histories": {**KEY, "epoch": int, "split": str, "metric": str, "value": float},
    "trials": {
        **KEY,
        "epochs": int,
        "epochs_done": int,
        **{
            f"test_{which}_{what}": int if what == "epoch" else float
            for which in ("last", "best")
            for what in ("epoch", *TEST_METRICS)
        },
        "seconds": float,
        "seconds_per_epoch": float,
        "machine": str,
        "settings": str,
        "error": str,
    },
    "diagnostics": {**KEY, "epoch": int, "depth": int, "layer": str, "quantity": str, "value": float},
}
"""The columns of each table, with the type of their values; any of them may be None."""


def tables(results: Sequence[ExperimentResult]) -> tuple[Table, ...]:
    """Those that there is something in: not every experiment has diagnostics."""
    trials = (trial for result in results for candidate in result.candidates for trial in candidate.all_trials)
    probed = any(trial.diagnostics is not None for trial in trials)
    return tuple(table for table in COLUMNS if table != "diagnostics" or probed)


def rows(result: ExperimentResult, table: Table) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, a value for each of its columns, one after the other: there may be millions."""
    for candidate in result.candidates:
        activation = candidate.activation
        parameters, setting = canonical_json(dict(activation.parameters)), canonical_json(dict(candidate.setting))
        of_candidate = (result.name, candidate.label, activation.name, parameters, setting)
        for trial in candidate.all_trials:
            key = (*of_candidate, trial.seed, trial.role, trial.id, trial.status)
            if table == "trials":
                yield (*key, *_of_trial(trial))
            elif table == "histories":
                yield from ((*key, *row) for row in _of_history(trial.history, result.validation_is_test))
            elif trial.diagnostics is not None:
                yield from ((*key, *row) for row in of_diagnostics(trial.diagnostics))


def _of_history(history: History, validation_is_test: bool) -> Iterator[tuple[int, str, str, float | None]]:
    validation = "test" if validation_is_test else "validation"
    columns = [(validation if name.startswith("val_") else "training", name, row) for name, row in history.items()]
    for i in range(len(next(iter(history.values()), ()))):
        for split, name, row in columns:
            yield i + 1, split, name, row[i]


def _of_trial(trial: TrialResult) -> tuple[Any, ...]:
    tests = [
        (test.epoch, *(test.values.get(name) for name in TEST_METRICS))
        if test is not None
        else (None,) * (1 + len(TEST_METRICS))
        for test in (trial.last, trial.best)
    ]
    seconds = trial.seconds_per_epoch
    return (
        *(trial.epochs, trial.epochs_done),
        *(value for test in tests for value in test),
        *((sum(seconds), median(seconds)) if seconds else (None, None)),
        canonical_json(machine.kind(trial.machine)) if trial.machine else None,
        canonical_json(dict(trial.settings)) if trial.settings else None,
        trial.error,
    )


def of_diagnostics(diagnostics: Diagnostics) -> Iterator[tuple[int, int, str, str, float | None]]:
    """Epoch, depth (1 is the layer next to the input), layer, quantity and value, layer by layer."""
    for depth, layer in enumerate(diagnostics.layers, 1):
        table = [(".".join(path), diagnostics.row(layer, *path)) for path in _paths(diagnostics.layers[layer])]
        for i, epoch in enumerate(diagnostics.epochs):
            for quantity, values in table:
                value = values[i] if i < len(values) else math.nan
                yield epoch, depth, layer, quantity, None if math.isnan(value) else value


def _paths(quantities: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """`("mean",)`, and for what is nested `("parameters", "alpha", "mean")`."""
    for name, values in quantities.items():
        if isinstance(values, Mapping):
            yield from ((name, *rest) for rest in _paths(values))
        else:
            yield (name,)


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
