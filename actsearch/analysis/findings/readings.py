"""What the diagnostics of one candidate say, over its seeds: the numbers that findings are made of.

Pure, and without NumPy, since `explain` has to answer at once.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, product
from typing import Literal

from actsearch.analysis.findings.plateaus import Plateau, plateau_of
from actsearch.analysis.findings.spreads import Spread
from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.tasks import MULTICLASS, Task
from actsearch.core.trial_results import CandidateResult, TrialResult

When = Literal["start", "end", "most", "usual"]
PICKS: Mapping[When, Callable[[Mapping[int, float], int], float | None]] = {
    "start": lambda row, _: row.get(0),
    "end": lambda row, last: row.get(last),
    "most": lambda row, _: max(row.values()),
    "usual": lambda row, _: statistics.median(row.values()),
}
"""Of a row by epoch, and the last epoch of which anything is known, the value that is meant."""
LASTING = ("gradient_norm_kernel", "mean", "dead")
"""Quantities that have a value in every epoch, if a network works at all."""


@dataclass(frozen=True)
class ProbedSeed:
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
            self._rows[key] = {epoch: value for epoch, value in values if math.isfinite(value) and epoch < self.until}
        return self._rows[key]

    def before(self, epoch: float) -> ProbedSeed:
        """Without the epochs from this one on."""
        return self if epoch == self.until else replace(self, until=epoch)

    @property
    def file(self) -> str:
        """Relative to the experiment's folder."""
        return f"trials/{self.trial.id}/diagnostics.json"


@dataclass(frozen=True)
class Readings:
    """One candidate: its seeds with diagnostics, and its layers from the input on."""

    candidate: CandidateResult
    probes: tuple[ProbedSeed, ...]
    layers: tuple[str, ...]
    plateau: Plateau | None
    task: Task = MULTICLASS
    """What was learned."""
    _spreads: dict[tuple[str, ...], Mapping[int, Spread]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, candidate: CandidateResult, task: Task = MULTICLASS) -> Readings:
        probes = tuple(ProbedSeed(trial, diagnostics) for trial, diagnostics in candidate.probed)
        layers = dict.fromkeys(chain.from_iterable(probe.diagnostics.layers for probe in probes))
        return cls(candidate, probes, tuple(layers), plateau_of([probe.trial for probe in probes], task), task)

    @property
    def seeds_asked(self) -> int:
        """How many seeds the candidate has, probed or not."""
        return len(self.candidate.trials)

    def only(self, probes: Sequence[ProbedSeed]) -> Readings:
        return replace(self, probes=tuple(probes))

    @cached_property
    def before_divergence(self) -> Readings:
        """Without the epochs in which trials diverged: where weights are huge, all units look dead or saturated."""
        ends = {probe.trial.id: probe.trial.epochs_done for probe in self.probes if probe.trial.status == "diverged"}
        if not ends:
            return self
        return self.only([probe.before(ends.get(probe.trial.id, math.inf)) for probe in self.probes])

    @cached_property
    def last(self) -> int:
        """The last epoch of which anything is known; the diverged one has no values."""
        rows = [self.spreads(layer, quantity) for layer, quantity in product(self.layers, LASTING)]
        return max(chain.from_iterable(rows), default=0)

    @property
    def parameters(self) -> list[str]:
        """The names of the learned parameters."""
        layers = chain.from_iterable(probe.diagnostics.layers.values() for probe in self.probes)
        return list(dict.fromkeys(chain.from_iterable(layer.get("parameters") or {} for layer in layers)))

    def over_seeds(self, value: Callable[[ProbedSeed], float | None]) -> Spread | None:
        """Over the seeds that have the value; None if there is none."""
        known = [number for number in map(value, self.probes) if number is not None]
        return Spread.of(known) if known else None

    def by_layer(self, value: Callable[[ProbedSeed, str], float | None]) -> dict[str, Spread]:
        """A value per layer, of those that have one."""
        spreads = {layer: self.over_seeds(_at_layer(value, layer)) for layer in self.layers}
        return {layer: spread for layer, spread in spreads.items() if spread is not None}

    def when(self, which: When, *path: str) -> dict[str, Spread]:
        """A quantity per layer: of the untrained network, in the last epoch, at its most, or its median over epochs.

        Seeds that ended before the last epoch have no say in what holds then.
        """
        pick = PICKS[which]
        last = self.last

        def value(probe: ProbedSeed, layer: str) -> float | None:
            row = probe.row(layer, *path)
            return pick(row, last) if row else None

        return self.by_layer(value)

    def course(self, layer: str, *path: str) -> dict[int, float]:
        """A quantity of a layer by epoch, the median over the seeds that have it then."""
        return {epoch: spread.median for epoch, spread in self.spreads(layer, *path).items()}

    def spreads(self, layer: str, *path: str) -> Mapping[int, Spread]:
        """The same with the range of the seeds."""
        key = (layer, *path)
        if key not in self._spreads:
            self._spreads[key] = self._spreads_by_epoch(layer, *path)
        return self._spreads[key]

    def _spreads_by_epoch(self, layer: str, *path: str) -> dict[int, Spread]:
        values: dict[int, list[float]] = {}
        for probe in self.probes:
            for epoch, value in probe.row(layer, *path).items():
                values.setdefault(epoch, []).append(value)
        return {epoch: Spread.of(values[epoch]) for epoch in sorted(values)}

    def peaks(self, *path: str) -> dict[str, tuple[int, Spread]]:
        """Per layer, the epoch in which the median over the seeds is largest, and the values of that epoch."""
        courses = {layer: self.spreads(layer, *path) for layer in self.layers}
        return {layer: max(spreads.items(), key=_height_of_peak) for layer, spreads in courses.items() if spreads}


def _height_of_peak(peak: tuple[int, Spread]) -> tuple[float, float]:
    return peak[1].median, peak[1].high


def _at_layer(value: Callable[[ProbedSeed, str], float | None], layer: str) -> Callable[[ProbedSeed], float | None]:
    return lambda probe: value(probe, layer)
