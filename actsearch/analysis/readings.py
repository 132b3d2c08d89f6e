"""What the diagnostics of one candidate say, over its seeds: the numbers that findings are made of, and their words.

Pure, and without NumPy, since `explain` has to answer at once.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from typing import Literal

from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.trial_results import CandidateResult, TrialResult

FLAT_LOSS, FLAT_ACCURACY = 0.02, 0.05
"""A validation loss that stays within 2 % while the accuracy is within 0.05 of the first epoch's is on a plateau. Even
a slow training changes the loss by more than that from epoch to epoch at its beginning; the accuracy of a network that
guesses changes by a few hundredths when it guesses another class."""
UNCONVINCING = 0.6
"""A plateau is one only below this accuracy: above it, a network may simply have learned all in its first epoch."""
LASTING = ("gradient_norm_kernel", "mean", "dead")
"""Quantities that have a value in every epoch, if a network works at all."""


@dataclass(frozen=True)
class Probe:
    """One seed."""

    trial: TrialResult
    diagnostics: TrialDiagnostics
    until: float = math.inf
    """Epochs from this one on are left out."""
    _rows: dict[tuple[str, ...], Mapping[int, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Rows that were asked for; each is asked for many times."""

    def row(self, layer: str, *path: str) -> Mapping[int, float]:
        """A quantity by epoch, where it has a value."""
        key = (layer, *path)
        if key not in self._rows:
            values = zip(self.diagnostics.epochs, self.diagnostics.row(layer, *path), strict=False)
            self._rows[key] = {e: value for e, value in values if math.isfinite(value) and e < self.until}
        return self._rows[key]

    @property
    def file(self) -> str:
        """Relative to the experiment's folder."""
        return f"trials/{self.trial.id}/diagnostics.json"


@dataclass(frozen=True)
class Spread:
    """A number's median over the seeds that have it, and the least and the greatest of them."""

    median: float
    low: float
    high: float
    n: int = 1

    def said(self, how: Callable[[float], str]) -> str:
        """`0.3`; where seeds differ, `0.3 (0.2 to 0.4)`."""
        low, high = how(self.low), how(self.high)
        return how(self.median) + (f" ({low} to {high})" if low != high else "")


@dataclass(frozen=True)
class Plateau:
    """Epochs before anything is learned in which the validation loss does not move.

    `loss` and `accuracy` are medians, in its last epoch, over the `seeds` that are on it all the time.
    """

    first: int
    last: int
    loss: float
    accuracy: float
    seeds: int = 1


@dataclass(frozen=True)
class Readings:
    """One candidate: its seeds with diagnostics, and its layers from the input on."""

    candidate: CandidateResult
    probes: tuple[Probe, ...]
    layers: tuple[str, ...]
    plateau: Plateau | None
    _spreads: dict[tuple[str, ...], Mapping[int, Spread]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, candidate: CandidateResult) -> Readings:
        probes = tuple(Probe(trial, diagnostics) for trial, diagnostics in candidate.probed)
        layers = tuple(dict.fromkeys(layer for probe in probes for layer in probe.diagnostics.layers))
        return cls(candidate, probes, layers, _plateau([probe.trial for probe in probes]))

    def only(self, probes: Sequence[Probe]) -> Readings:
        return replace(self, probes=tuple(probes))

    @cached_property
    def before_divergence(self) -> Readings:
        """Without the epochs in which trials diverged: where weights are huge, all units look dead or saturated."""
        ends = {probe.trial.id: probe.trial.epochs_done for probe in self.probes if probe.trial.status == "diverged"}
        if not ends:
            return self
        probes = [(probe, ends.get(probe.trial.id, math.inf)) for probe in self.probes]
        return self.only([replace(probe, until=end) if end != probe.until else probe for probe, end in probes])

    @cached_property
    def last(self) -> int:
        """The last epoch of which anything is known; the diverged one has no values."""
        return max(
            (epoch for layer in self.layers for what in LASTING for epoch in self.course(layer, what)), default=0
        )

    @property
    def parameters(self) -> list[str]:
        """The names of the learned parameters."""
        layers = [layer for probe in self.probes for layer in probe.diagnostics.layers.values()]
        return list(dict.fromkeys(name for layer in layers for name in layer.get("parameters") or {}))

    def over_seeds(self, value: Callable[[Probe], float | None]) -> Spread | None:
        """Over the seeds that have the value; None if there is none."""
        found = [number for probe in self.probes if (number := value(probe)) is not None]
        return Spread(statistics.median(found), min(found), max(found), len(found)) if found else None

    def by_layer(self, value: Callable[[Probe, str], float | None]) -> dict[str, Spread]:
        """A value per layer, of those that have one."""
        found = {layer: self.over_seeds(_at(value, layer)) for layer in self.layers}
        return {layer: spread for layer, spread in found.items() if spread is not None}

    def when(self, which: Literal["start", "end", "most", "usual"], *path: str) -> dict[str, Spread]:
        """A quantity per layer: of the untrained network, in the last epoch, at its most, or its median over epochs.

        Seeds that ended before the last epoch have no say in what holds then.
        """
        last = self.last
        pick: dict[str, Callable[[Mapping[int, float]], float | None]] = {
            "start": lambda row: row.get(0),
            "end": lambda row: row.get(last),
            "most": lambda row: max(row.values()),
            "usual": lambda row: statistics.median(row.values()),
        }
        return self.by_layer(lambda probe, layer: pick[which](row) if (row := probe.row(layer, *path)) else None)

    def course(self, layer: str, *path: str) -> dict[int, float]:
        """A quantity of a layer by epoch, the median over the seeds that have it then."""
        return {epoch: spread.median for epoch, spread in self.spreads(layer, *path).items()}

    def spreads(self, layer: str, *path: str) -> Mapping[int, Spread]:
        """The same with the range of the seeds."""
        key = (layer, *path)
        if key not in self._spreads:
            self._spreads[key] = self._spread(layer, *path)
        return self._spreads[key]

    def _spread(self, layer: str, *path: str) -> dict[int, Spread]:
        rows = [probe.row(layer, *path) for probe in self.probes]
        known = sorted({epoch for row in rows for epoch in row})
        found = {epoch: [row[epoch] for row in rows if epoch in row] for epoch in known}
        return {
            epoch: Spread(statistics.median(values), min(values), max(values), len(values))
            for epoch, values in found.items()
        }

    def peaks(self, *path: str) -> dict[str, tuple[int, Spread]]:
        """Per layer, the epoch in which the median over the seeds is largest, and the values of that epoch."""
        found = {layer: self.spreads(layer, *path) for layer in self.layers}
        return {layer: max(spreads.items(), key=_height) for layer, spreads in found.items() if spreads}


def _height(peak: tuple[int, Spread]) -> tuple[float, float]:
    return peak[1].median, peak[1].high


def _at(value: Callable[[Probe, str], float | None], layer: str) -> Callable[[Probe], float | None]:
    return lambda probe: value(probe, layer)


def medians(trials: Sequence[TrialResult], metric: str) -> list[float]:
    """A metric by epoch, over the seeds that have it then, up to the first epoch in which none has."""
    found: list[float] = []
    for epoch in range(max((trial.epochs_done for trial in trials), default=0)):
        rows = [row for trial in trials if len(row := trial.history.get(metric, ())) > epoch]
        values = [value for row in rows if (value := row[epoch]) is not None and math.isfinite(value)]
        if not values:
            break
        found.append(statistics.median(values))
    return found


def _plateau(trials: Sequence[TrialResult]) -> Plateau | None:
    """Up to the epoch whose accuracy is the last that is still near the first one's, from where the loss is flat."""
    losses, accuracies = medians(trials, "val_loss"), medians(trials, "val_accuracy")
    if not accuracies or not losses or accuracies[0] >= UNCONVINCING:
        return None
    both = list(zip(losses, accuracies, strict=False))
    unlearned = list(takewhile(lambda pair: abs(pair[1] - accuracies[0]) <= FLAT_ACCURACY, both))
    loss, accuracy = unlearned[-1]
    flat = list(takewhile(lambda pair: abs(pair[0] - loss) <= FLAT_LOSS * abs(loss), reversed(unlearned)))
    first, last = len(unlearned) - len(flat) + 1, len(unlearned)
    ends = [end for trial in trials if (end := _on_plateau(trial, first, last)) is not None]
    if len(flat) < 2 or not ends:
        return None
    loss, accuracy = (statistics.median(values) for values in zip(*ends, strict=True))
    return Plateau(first, last, loss, accuracy, len(ends))


def _on_plateau(trial: TrialResult, first: int, last: int) -> tuple[float, float] | None:
    """Loss and accuracy at the end of these epochs of a seed that stays where it is in them."""
    losses, accuracies = (medians([trial], metric)[first - 1 : last] for metric in ("val_loss", "val_accuracy"))
    if min(len(losses), len(accuracies)) <= last - first:
        return None
    flat = all(abs(loss - losses[-1]) <= FLAT_LOSS * abs(losses[-1]) for loss in losses)
    unlearned = (
        max(accuracies) - min(accuracies) <= 2 * FLAT_ACCURACY and max(accuracies) < UNCONVINCING + FLAT_ACCURACY
    )
    return (losses[-1], accuracies[-1]) if flat and unlearned else None


# --- words


def number(value: float) -> str:
    """Three digits."""
    return f"{value:.3g}"


def share(value: float) -> str:
    """Percent with two digits: `34 %`, `0.12 %`."""
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.2g} %"


def factors(spread: Spread) -> str:
    """`1/210 (1/300 to 1/9)`, `0.64 (0.08 to 2)`, `12`, `1.2e7`: its range is written as the median is."""
    parts = 0 < spread.median <= 0.1
    return spread.said(lambda ratio: f"1/{_two_digits(1 / ratio)}" if parts and 0 < ratio < 1 else _two_digits(ratio))


def multiple(spread: Spread) -> str:
    """`1/210 of`, `12 (8 to 15) times`: to be followed by what it is a part or a multiple of."""
    return f"{factors(spread)} {'of' if 0 < spread.median <= 0.1 else 'times'}"


def _two_digits(value: float) -> str:
    if value >= 1e5 or not value:
        return f"{value:.1e}".replace(".0e", "e").replace("e+0", "e").replace("e+", "e") if value else "0"
    digits = 1 - math.floor(math.log10(value))
    return f"{round(value, digits):.{max(digits, 0)}f}".removesuffix(".0")


def epochs(first: int, last: int) -> str:
    """`epoch 3`; `epochs 1-3`."""
    return f"epoch {first}" if first == last else f"epochs {first}-{last}"


def looked_at(known: Iterable[int]) -> str:
    """`epochs 1-4`; where there was no look at some of them, `the epochs looked at (5-10)`."""
    some = sorted(known)
    if len(some) == some[-1]:
        return epochs(some[0], some[-1])
    return f"the epochs looked at ({some[0]}-{some[-1]})" if some[1:] else f"the only epoch looked at ({some[0]})"


def span(values: Sequence[float]) -> str:
    """`0.25`; of values that differ `0.1 to 0.3`."""
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"
