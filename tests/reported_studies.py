"""Studies for the tests of the report: small, hostile, large, probed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from comparison_cases import SETTINGS, a_candidate, a_study, noisy
from fake_diagnostics import diagnostics

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.question import Question
from actsearch.core.activation import Activation
from actsearch.core.errors import NothingToShow
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TestValues, TrialResult
from actsearch.functions.registry import ACTIVATIONS
from actsearch.report import page as report

HOSTILE = "</script><script>alert(1)</script>\"><img src=x onerror=alert(2)>{{7*7}}' &amp; \u2028\u202e"


def made(result: ExperimentResult, configuration: str = "name: study\n", **question: Any) -> str:
    asked = Question(**question)
    try:
        return report.page_of(result, comparisons_of(result, asked), asked, configuration)
    except NothingToShow as error:
        return report.page_of(result, (), asked, configuration, str(error))


def three(seeds: int = 5) -> ExperimentResult:
    return a_study(
        a_candidate("relu", noisy(0.98, seeds, stream=1)),
        a_candidate("gelu", noisy(0.981, seeds, stream=2)),
        a_candidate("sigmoid", noisy(0.9, seeds, stream=3)),
    )


def probed(result: ExperimentResult) -> ExperimentResult:
    """With diagnostics of every trial."""
    candidates = tuple(
        replace(c, trials=tuple(replace(t, diagnostics=diagnostics(epochs=3)) for t in c.trials))
        for c in result.candidates
    )
    return replace(result, candidates=candidates)


def a_large_study(candidates: int = 20, seeds: int = 10, epochs: int = 100) -> ExperimentResult:
    import numpy as np

    rng = np.random.default_rng(0)
    metrics = ("loss", "accuracy", "binary_accuracy", "val_loss", "val_accuracy", "val_binary_accuracy")
    studied = []
    for i, name in enumerate(list(ACTIVATIONS)[:candidates]):
        trials = []
        for seed in range(seeds):
            rows: dict[str, Sequence[float]] = {metric: rng.uniform(0.9, 0.99, epochs).tolist() for metric in metrics}
            seen = diagnostics(
                epochs=epochs, dead=rng.uniform(), saturated=lambda layer, epoch, i=i: layer * i / (9 + epoch)
            )
            last = TestValues(epochs, {"accuracy": 0.9})
            trials.append(TrialResult(f"{name}{seed}", seed, "completed", epochs, rows, (1.0,) * epochs, last, last,
                                      diagnostics=seen, settings=SETTINGS))  # fmt: skip
        defaults = {key: parameter.default for key, parameter in ACTIVATIONS[name].parameters.items()}
        studied.append(CandidateResult(name, Activation(name, defaults), {}, tuple(trials)))
    return a_study(*studied)
