"""A candidate's trials with diagnostics, as arrays over seeds, layers and epochs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain

import numpy as np

from actsearch.analysis.charts.layer_quantities import (
    LAYER_FIGURE_DEFINITIONS,
    LayerFigureKind,
    LayerQuantity,
    Variable,
    of_variable,
    quantity_of_parameter,
)
from actsearch.analysis.statistics.arrays import Floats
from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.sentences import captions
from actsearch.core.trial_results import CandidateResult, TrialResult


@dataclass(frozen=True)
class ProbedCandidate:
    """A candidate's trials with diagnostics, those that count, and the epochs that are drawn."""

    candidate: CandidateResult
    title: str
    counting: tuple[tuple[TrialResult, TrialDiagnostics], ...]
    epochs: tuple[int, ...]
    layers: tuple[str, ...]

    @classmethod
    def of(cls, candidate: CandidateResult, title: str) -> ProbedCandidate:
        counting = candidate.probed
        diagnostics = [probe for _, probe in counting]
        ends = [probe.epochs[-1] for trial, probe in counting if trial.status not in ("completed", "diverged")]
        end = min(ends, default=math.inf)
        epochs = {epoch for epoch in chain.from_iterable(probe.epochs for probe in diagnostics) if epoch <= end}
        layers = dict.fromkeys(chain.from_iterable(probe.layers for probe in diagnostics))
        return cls(candidate, title, counting, tuple(sorted(epochs)), tuple(layers))

    @property
    def trials(self) -> tuple[TrialResult, ...]:
        """All of the candidate, whether they count or not."""
        return self.candidate.trials

    @property
    def counting_trials(self) -> tuple[TrialResult, ...]:
        return tuple(trial for trial, _ in self.counting)

    @property
    def diagnostics(self) -> tuple[TrialDiagnostics, ...]:
        """Of the trials that count."""
        return tuple(diagnostics for _, diagnostics in self.counting)

    @property
    def is_calm(self) -> bool:
        """Whether no seed diverged."""
        return all(trial.status != "diverged" for trial in self.counting_trials)

    def has_values(self, kind: LayerFigureKind, variable: Variable) -> bool:
        """Whether there is at least one value of a kind."""
        return any(np.isfinite(self.values(quantity.path)).any() for quantity in self.quantities(kind, variable))

    def quantities(self, kind: LayerFigureKind, variable: Variable) -> list[LayerQuantity]:
        if kind != "parameters":
            return [of_variable(quantity, variable) for quantity in LAYER_FIGURE_DEFINITIONS[kind].quantities]
        return [quantity_of_parameter(name) for name in self._learned_parameters()]

    def _learned_parameters(self) -> list[str]:
        layers = chain.from_iterable(diagnostics.layers.values() for diagnostics in self.diagnostics)
        return list(dict.fromkeys(chain.from_iterable(layer.get("parameters") or {} for layer in layers)))

    def values(self, path: tuple[str, ...]) -> Floats:
        """Seeds x layers x epochs, NaN where there is no value."""
        table = np.full((len(self.counting), len(self.layers), len(self.epochs)), np.nan)
        place = {epoch: i for i, epoch in enumerate(self.epochs)}
        for seed, diagnostics in enumerate(self.diagnostics):
            for i, layer in enumerate(self.layers):
                for epoch, value in zip(diagnostics.epochs, diagnostics.row(layer, *path), strict=False):
                    if epoch in place:
                        table[seed, i, place[epoch]] = value
        return table

    def note(self) -> str:
        """What became of the trials, as far as a reader of the lines must know it."""
        diverged = [trial for trial in self.counting_trials if trial.status == "diverged"]
        asked = len(self.trials)
        if diverged and asked == 1:
            return captions.PANEL_DIVERGED(epoch=diverged[0].epochs_done)
        if diverged:
            return captions.PANEL_SEEDS_DIVERGED(diverged=len(diverged), seeds=asked)
        if any(trial.status != "completed" for trial in self.counting_trials):
            epochs = max(trial.epochs for trial in self.counting_trials)
            return captions.PANEL_UNFINISHED(epoch=self.epochs[-1], epochs=epochs)
        if len(self.counting) < asked:
            return captions.PANEL_SEEDS(counting=len(self.counting), seeds=asked)
        return ""
