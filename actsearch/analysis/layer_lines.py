"""The lines of the figures of diagnostics: a layer over the epochs, or an epoch over the layers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from actsearch.analysis.layer_quantities import (
    DEFINITIONS,
    LayerFigureKind,
    Quantity,
    Variable,
    _filled_in,
    _of_parameter,
)
from actsearch.core.results import CandidateResult, Diagnostics, TrialResult

Array = np.ndarray[Any, np.dtype[np.float64]]


DEEP = 8
"""Networks of more layers have too many lines for a label and a band each, and are drawn by depth, too."""


NAMED = 6
"""How many layers of a deep network have a label."""


UNTRAINED = "untrained"
"""The label of epoch 0."""


@dataclass(frozen=True)
class Line:
    """A layer over the epochs, or an epoch over the layers. NaN where a value is not defined."""

    label: str
    shade: float
    """From 0, the first layer or epoch, to 1, the last one."""
    x: tuple[int, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    crosses: tuple[int, ...] = ()
    """Where a seed that diverged had its last value."""
    is_named: bool = True


@dataclass(frozen=True)
class Panel:
    """One candidate."""

    title: str
    note: str
    """What became of its trials, where they did not simply come to the end."""
    rows: tuple[tuple[Line, ...], ...]
    """The lines by row of the figure, in order of depth, or of epochs."""
    is_calm: bool = True
    """No seed diverged: what one of those does before its end says nothing about how finely to look at the others."""


@dataclass(frozen=True)
class _Probed:
    """A candidate's trials with diagnostics, those that count, and the epochs that are drawn."""

    candidate: CandidateResult
    title: str
    counting: tuple[tuple[TrialResult, Diagnostics], ...]
    epochs: tuple[int, ...]
    layers: tuple[str, ...]

    @classmethod
    def of(cls, candidate: CandidateResult, title: str) -> _Probed:
        counting = candidate.probed
        on_their_way = [d.epochs[-1] for t, d in counting if t.status not in ("completed", "diverged")]
        end = min(on_their_way, default=math.inf)
        epochs = sorted({epoch for _, d in counting for epoch in d.epochs if epoch <= end})
        layers = tuple(dict.fromkeys(layer for _, d in counting for layer in d.layers))
        return cls(candidate, title, counting, tuple(epochs), layers)

    def rows(self, kind: LayerFigureKind, variable: Variable) -> list[Quantity]:
        """The quantities of a kind of which there is at least one value."""
        return [q for q in self.quantities(kind, variable) if np.isfinite(self.values(q.path)).any()]

    def quantities(self, kind: LayerFigureKind, variable: Variable) -> list[Quantity]:
        if kind != "parameters":
            return [_filled_in(quantity, variable) for quantity in DEFINITIONS[kind].quantities]
        names = dict.fromkeys(
            name for _, d in self.counting for layer in d.layers.values() for name in layer.get("parameters") or {}
        )
        return [_of_parameter(name) for name in names]

    def values(self, path: tuple[str, ...]) -> Array:
        """Seeds x layers x epochs, NaN where there is no value."""
        table = np.full((len(self.counting), len(self.layers), len(self.epochs)), np.nan)
        place = {epoch: i for i, epoch in enumerate(self.epochs)}
        for seed, (_, diagnostics) in enumerate(self.counting):
            for i, layer in enumerate(self.layers):
                for epoch, value in zip(diagnostics.epochs, diagnostics.row(layer, *path), strict=False):
                    if epoch in place:
                        table[seed, i, place[epoch]] = value
        return table

    @property
    def is_calm(self) -> bool:
        return all(trial.status != "diverged" for trial, _ in self.counting)

    def note(self) -> str:
        """What became of the trials, as far as a reader of the lines must know it."""
        diverged = [trial for trial, _ in self.counting if trial.status == "diverged"]
        if diverged and len(self.candidate.trials) == 1:
            return f"diverged in epoch {diverged[0].epochs_done}"
        if diverged:
            return f"{len(diverged)} of {len(self.candidate.trials)} seeds diverged"
        if any(trial.status != "completed" for trial, _ in self.counting):
            return f"epoch {self.epochs[-1]} of {max(trial.epochs for trial, _ in self.counting)}"
        if len(self.counting) < len(self.candidate.trials):
            return f"{len(self.counting)} of {len(self.candidate.trials)} seeds"
        return ""


@dataclass(frozen=True)
class _Table:
    """One quantity of one candidate: layers x epochs, and where each seed's values end."""

    middle: Array
    low: Array
    high: Array
    ends: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """A layer's place to the last epochs of the seeds that diverged."""

    @classmethod
    def of(cls, one: _Probed, quantity: Quantity) -> _Table:
        values = one.values(quantity.path)
        low = values if quantity.least is None else one.values(quantity.least)
        high = values if quantity.most is None else one.values(quantity.most)
        gone = [seed for seed, (trial, _) in enumerate(one.counting) if trial.status == "diverged"]
        ends: dict[int, tuple[int, ...]] = {}
        for layer in range(len(one.layers)):
            lasts = {one.epochs[np.flatnonzero(np.isfinite(values[seed, layer]))[-1]] for seed in gone
                     if np.isfinite(values[seed, layer]).any()}  # fmt: skip
            ends[layer] = tuple(sorted(lasts))
        in_logs = not quantity.signed and not quantity.is_share
        return cls(_over_seeds(values, "median", in_logs), _over_seeds(low, "min"), _over_seeds(high, "max"), ends)

    def known_epochs(self, one: _Probed) -> list[int]:
        """The epochs in which any layer has a value."""
        return [one.epochs[i] for i in np.flatnonzero(np.isfinite(self.middle).any(axis=0))]

    def over_epochs(self, one: _Probed, layer: int, shade: float, is_named: bool) -> Line | None:
        places = _between(self.middle[layer])
        rows = (self.middle[layer], self.low[layer], self.high[layer])
        x = tuple(one.epochs[i] for i in places)
        return _line(one.layers[layer], shade, x, places, rows, self.ends[layer], is_named)

    def over_layers(self, one: _Probed, epoch: int, shade: float) -> Line | None:
        column = one.epochs.index(epoch)
        places = _between(self.middle[:, column])
        rows = (self.middle[:, column], self.low[:, column], self.high[:, column])
        label = f"epoch {epoch}" if epoch else UNTRAINED
        return _line(label, shade, tuple(i + 1 for i in places), places, rows)


def _line(
    label: str, shade: float, x: tuple[int, ...], places: Sequence[int], rows: Sequence[Array],
    crosses: tuple[int, ...] = (), is_named: bool = True,
) -> Line | None:  # fmt: skip
    if not places:
        return None
    middle, low, high = (tuple(row[list(places)].tolist()) for row in rows)
    return Line(label, shade, x, middle, low, high, crosses, is_named)


def _between(row: Array) -> list[int]:
    """The places from the first value to the last."""
    known = np.flatnonzero(np.isfinite(row))
    return list(range(known[0], known[-1] + 1)) if known.size else []


def _over_seeds(values: Array, how: Literal["median", "min", "max"], in_logs: bool = False) -> Array:
    """Over the seeds that have a value. `in_logs` takes the middle of two by their ratio, as a log axis shows it."""
    known = np.isfinite(values)
    filled = np.where(known.any(axis=0), values, 0.0)
    if how != "median":
        found = np.nanmin(filled, axis=0) if how == "min" else np.nanmax(filled, axis=0)
    else:
        found = np.nanmedian(filled, axis=0)
        if in_logs:
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = np.exp(np.nanmedian(np.log(filled), axis=0))
            even = known.sum(axis=0) % 2 == 0
            found = np.where(even, logs, found)
    return np.where(known.any(axis=0), found, np.nan)


def named_places(layers: int) -> list[int]:
    """Which layers have a label: all of a few; of many the first, the last, and some between."""
    if layers <= DEEP:
        return list(range(layers))
    return sorted({round(i * (layers - 1) / (NAMED - 1)) for i in range(NAMED)})


def a_few_epochs(known: Sequence[int]) -> list[int]:
    """At most four: the first (untrained), the next, the last, and one between, nearest in ratio."""
    if len(known) <= 4:
        return list(known)
    middle = math.sqrt(max(known[1], 1) * known[-1])
    between = min(known[2:-1], key=lambda epoch: abs(math.log(epoch / middle)))
    return [known[0], known[1], between, known[-1]]
