"""Learning curves made by hand, for the tests of curves and of their axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actsearch.analysis.charts import curve_captions, curves
from actsearch.analysis.charts.curve_axes import curve_axis
from actsearch.analysis.charts.curves import LearningCurves
from actsearch.core.activation import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, Status, TrialResult

Values = Sequence[float | None]


def a_trial(values: Values, seed: int = 0, status: Status = "completed", epochs: int | None = None) -> TrialResult:
    history = {"loss": values, "val_accuracy": values} if values else {}
    return TrialResult(f"t{seed}", seed, status, epochs or len(values), history)


def a_candidate(
    name: str, *trials: TrialResult, label: str | None = None, setting: Mapping[str, Any] | None = None
) -> CandidateResult:
    return CandidateResult(label or name, Activation(name), setting or {}, trials)


def a_result(*candidates: CandidateResult, test: bool = False) -> ExperimentResult:
    return ExperimentResult("exp", "", "results/exp", candidates, test, "categorical_crossentropy")


def table(*candidates: CandidateResult, **how: Any) -> LearningCurves:
    return curves.learning_curves(a_result(*candidates), "val_accuracy", **how)


def caption(figure: LearningCurves, log: bool = False) -> str:
    return " ".join(curve_captions.curve_caption(figure, curve_axis(figure, log)))
