"""The machine that a trial was trained on: what makes two machines differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actsearch.core.activation import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult

HERE = {
    "versions": {"actsearch": "1", "tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6", "python": "3.11.7"},
    "system": "Linux",
    "architecture": "x86_64",
    "cpu": "Xeon",
    "cpu_flags": ["avx", "fma"],
    "threads": 1,
}


def result(*machines: dict[str, Any], earlier: tuple[dict[str, Any], ...] = ()) -> ExperimentResult:
    trials = [TrialResult(str(i), i, "completed", 1, machine=description) for i, description in enumerate(machines)]
    trials[0] = TrialResult("0", 0, "completed", 1, machine=machines[0], earlier_machines=earlier)
    candidate = CandidateResult("relu", Activation("relu"), {}, tuple(trials))
    return ExperimentResult("tiny", "", str(Path("tiny")), (candidate,), False, "categorical_crossentropy")


def test_trials_of_one_kind_of_machine_are_no_mixture() -> None:
    """A warning that comes always is read never: threads, system and Python change no bit here."""
    other = {**HERE, "system": "Darwin", "versions": {**HERE["versions"], "python": "3.12.1", "actsearch": "2"}}
    assert result(HERE, HERE, other).mixture is None
    assert result({}, HERE).mixture is None


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"cpu": "EPYC"}, "cpu EPYC and Xeon"),
        ({"cpu_flags": ["avx"]}, "arithmetic flags"),
        ({"versions": {**HERE["versions"], "keras": "3.16.0"}}, "keras 3.15.1 and 3.16.0"),
        ({"gpus": ["A100"]}, "gpus A100 and none"),
    ],
)
def test_a_mixture_of_machines_or_versions_is_told(changed: dict[str, Any], text: str) -> None:
    """A difference in the last digits may come from the processor, and not from the activation."""
    for mixed in (result(HERE, {**HERE, **changed}), result(HERE, earlier=({**HERE, **changed},))):
        assert mixed.mixture is not None
        assert text in mixed.mixture
