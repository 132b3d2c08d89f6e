"""The lines of the figures of diagnostics: a layer over the epochs, or an epoch over the layers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from actsearch.analysis.charts.layer_quantities import LayerQuantity
from actsearch.analysis.findings.probed_candidates import ProbedCandidate
from actsearch.analysis.statistics.arrays import Bools, Floats

DEEP = 8
"""Networks of more layers have too many lines for a label and a band each, and are drawn by depth, too."""
LABELLED_LAYERS = 6
"""How many layers of a deep network have a label."""
UNTRAINED = "untrained"
"""The label of epoch 0."""


@dataclass(frozen=True)
class LayerLine:
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
class LayerPanel:
    """One candidate."""

    title: str
    note: str
    """What became of its trials, where they did not simply come to the end."""
    rows: tuple[tuple[LayerLine, ...], ...]
    """The lines by row of the figure, in order of depth, or of epochs."""
    is_calm: bool = True
    """No seed diverged: what one of those does before its end says nothing about how finely to look at the others."""


@dataclass(frozen=True)
class LayerTable:
    """One quantity of one candidate: layers x epochs, and where each seed's values end."""

    candidate: ProbedCandidate
    middle: Floats
    low: Floats
    high: Floats
    ends: Mapping[int, tuple[int, ...]]
    """A layer's place to the last epochs of the seeds that diverged."""

    @classmethod
    def of(cls, candidate: ProbedCandidate, quantity: LayerQuantity) -> LayerTable:
        values = candidate.values(quantity.path)
        low = values if quantity.least is None else candidate.values(quantity.least)
        high = values if quantity.most is None else candidate.values(quantity.most)
        diverged = [seed for seed, trial in enumerate(candidate.counting_trials) if trial.status == "diverged"]
        ends = {i: _last_epochs(candidate, values[diverged, i]) for i in range(len(candidate.layers))}
        by_ratio = not quantity.signed and not quantity.is_share
        middle = _median_over_seeds(values, by_ratio)
        return cls(candidate, middle, _range_over_seeds(low)[0], _range_over_seeds(high)[1], ends)

    def known_epochs(self) -> list[int]:
        """The epochs in which any layer has a value."""
        return [self.candidate.epochs[i] for i in np.flatnonzero(np.isfinite(self.middle).any(axis=0))]

    def lines_by_epoch(self) -> list[LayerLine]:
        """A line per layer that has a value."""
        count = len(self.candidate.layers)
        labelled = named_places(count)
        lines = []
        for i in range(count):
            places = _from_first_to_last_value(self.middle[i])
            if places:
                lines.append(
                    LayerLine(
                        label=self.candidate.layers[i],
                        shade=i / (count - 1) if count > 1 else 0.0,
                        x=tuple(self.candidate.epochs[place] for place in places),
                        middle=_values_at(places, self.middle[i]),
                        low=_values_at(places, self.low[i]),
                        high=_values_at(places, self.high[i]),
                        crosses=self.ends[i],
                        is_named=i in labelled,
                    )
                )
        return lines

    def lines_by_depth(self, epochs: Sequence[int]) -> list[LayerLine]:
        """A line per epoch of `epochs` that the candidate came to, and for the last one where it ends early."""
        known = self.known_epochs()
        drawn = set(epochs) & set(known)
        if known and known[-1] < epochs[-1]:
            drawn.add(known[-1])
        return [self._line_by_depth(epoch, epochs[-1]) for epoch in sorted(drawn)]

    def _line_by_depth(self, epoch: int, last: int) -> LayerLine:
        column = self.candidate.epochs.index(epoch)
        places = _from_first_to_last_value(self.middle[:, column])
        return LayerLine(
            label=f"epoch {epoch}" if epoch else UNTRAINED,
            shade=math.log1p(epoch) / math.log1p(max(last, 1)),
            x=tuple(place + 1 for place in places),
            middle=_values_at(places, self.middle[:, column]),
            low=_values_at(places, self.low[:, column]),
            high=_values_at(places, self.high[:, column]),
        )


def _last_epochs(candidate: ProbedCandidate, rows: Floats) -> tuple[int, ...]:
    """The last epoch with a value of each of some seeds, each once; seeds x epochs."""
    lasts = [int(np.flatnonzero(np.isfinite(row))[-1]) for row in rows if np.isfinite(row).any()]
    return tuple(sorted({candidate.epochs[last] for last in lasts}))


def _values_at(places: Sequence[int], row: Floats) -> tuple[float, ...]:
    return tuple(row[list(places)].tolist())


def _from_first_to_last_value(row: Floats) -> list[int]:
    """The places from the first value to the last."""
    known = np.flatnonzero(np.isfinite(row))
    return list(range(known[0], known[-1] + 1)) if known.size else []


def _range_over_seeds(values: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest over the seeds that have a value; NaN where none has."""
    is_known, filled = _filled_where_unknown(values)
    least, greatest = np.nanmin(filled, axis=0), np.nanmax(filled, axis=0)
    return np.where(is_known, least, np.nan), np.where(is_known, greatest, np.nan)


def _median_over_seeds(values: Floats, by_ratio: bool) -> Floats:
    """Over the seeds that have a value. `by_ratio` takes the middle of two by their ratio, as a log axis shows it."""
    is_known, filled = _filled_where_unknown(values)
    median = np.nanmedian(filled, axis=0)
    if by_ratio:
        with np.errstate(divide="ignore", invalid="ignore"):
            by_logarithm = np.exp(np.nanmedian(np.log(filled), axis=0))
        is_even = np.isfinite(values).sum(axis=0) % 2 == 0
        median = np.where(is_even, by_logarithm, median)
    return np.where(is_known, median, np.nan)


def _filled_where_unknown(values: Floats) -> tuple[Bools, Floats]:
    """Where any seed has a value, and the values with 0 where none has, so that NumPy warns of nothing."""
    is_known: Bools = np.asarray(np.isfinite(values).any(axis=0))
    return is_known, np.where(is_known, values, 0.0)


def named_places(layers: int) -> list[int]:
    """Which layers have a label: all of a few; of many the first, the last, and some between."""
    if layers <= DEEP:
        return list(range(layers))
    return sorted({round(i * (layers - 1) / (LABELLED_LAYERS - 1)) for i in range(LABELLED_LAYERS)})


def a_few_epochs(known: Sequence[int]) -> list[int]:
    """At most four: the first (untrained), the next, the last, and one between, nearest in ratio."""
    if len(known) <= 4:
        return list(known)
    middle = math.sqrt(max(known[1], 1) * known[-1])
    between = min(known[2:-1], key=lambda epoch: abs(math.log(epoch / middle)))
    return [known[0], known[1], between, known[-1]]
