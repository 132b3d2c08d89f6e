"""What the diagnostics of one candidate say, over its seeds: the numbers that findings are made of, and their words.

Pure, and without NumPy, since `explain` has to answer at once.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from actsearch.analysis.plateaus import Plateau, _plateau
from actsearch.analysis.spreads import Spread
from actsearch.core.results import CandidateResult, Diagnostics, TrialResult

LASTING = ("gradient_norm_kernel", "mean", "dead")
"""Quantities that have a value in every epoch, if a network works at all."""


@dataclass(frozen=True)
class Probe:
    """One seed."""

    trial: TrialResult
    diagnostics: Diagnostics
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


# --- words
