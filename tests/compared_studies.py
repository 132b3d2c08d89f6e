"""Studies that the tests of the comparison compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from comparison_cases import a_candidate, a_predicted, a_study, a_trial, noisy

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.conclusions import sentences
from actsearch.analysis.comparisons.question import Question
from actsearch.core.activation import Activation
from actsearch.core.results import Choice, ExperimentResult
from actsearch.core.trial_results import CandidateResult

RATE = "training.optimizer.learning_rate"


def the(result: ExperimentResult, **question: Any) -> Comparison:
    """The one comparison of a study."""
    [comparison] = comparisons_of(result, Question(**question))
    return comparison


def compared(*candidates: CandidateResult, **question: Any) -> Comparison:
    """The comparison of a study of these candidates."""
    return the(a_study(*candidates), **question)


def conclusion(comparison: Comparison) -> str:
    """All sentences of a comparison."""
    return " ".join(sentences(comparison))


def three() -> ExperimentResult:
    """Of five seeds: two that are alike, and one far below."""
    return a_study(
        a_candidate("sigmoid", noisy(0.90, 5)),
        a_candidate("relu", noisy(0.98, 5, stream=1)),
        a_candidate("gelu", noisy(0.981, 5, stream=2)),
    )


def diverging(label: str, values: list[float], lost: int) -> CandidateResult:
    """The first so many of its seeds diverge."""
    trials = tuple(
        a_trial(None if seed < lost else value, seed, "diverged" if seed < lost else "completed")
        for seed, value in enumerate(values)
    )
    return CandidateResult(label, Activation(label), {}, trials)


def predicted() -> ExperimentResult:
    """Two candidates whose predictions are known."""
    return a_study(a_predicted("relu", 0.90, 6), a_predicted("elu", 0.86, 6, stream=1))


def gridded(**more: Any) -> ExperimentResult:
    """Two activations at two rates."""
    candidates = []
    for i, (label, mean) in enumerate((("relu", 0.8), ("elu", 0.5))):
        candidates += [a_candidate(label, noisy(mean + rate, 5, stream=i), {RATE: rate}) for rate in (0.1, 0.01)]
    return replace(a_study(*candidates, grid={RATE: (0.1, 0.01)}), **more)


def tuned() -> ExperimentResult:
    """Two rates, tuned on three seeds and compared on five: the higher rate is chosen for both."""
    candidates = []
    for i, (label, mean) in enumerate((("relu", 0.8), ("elu", 0.5))):
        for rate in (0.1, 0.01):
            candidate = a_candidate(label, noisy(mean + rate, 5, stream=i), {RATE: rate})
            tuning = tuple(replace(a_trial(mean + rate, seed=1000 + s), role="tuning") for s in range(3))
            candidates.append(replace(candidate, trials=candidate.trials if rate == 0.1 else (), tuning=tuning))
    chosen = tuple(Choice(label, {RATE: 0.1}, 0.9, (1000, 1001, 1002)) for label in ("relu", "elu"))
    return replace(a_study(*candidates, grid={RATE: (0.1, 0.01)}), tuning_seeds=(1000, 1001, 1002), chosen=chosen)


def words(caption: Sequence[str]) -> str:
    """A caption as it is read."""
    return " ".join(caption)
