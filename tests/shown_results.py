"""Results of trials, made by hand, and what Rich prints of them in a window."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from rich.console import Console, RenderableType

from actsearch.core.activation import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TestValues, TrialResult

HOSTILE_LABELS = ["[bold]relu[/bold]", "[/]", "größer ✓ 活性化関数", "x" * 60, ":rocket:", "a\\[b]", "0"]


def rendered(what: RenderableType, width: int = 160, height: int = 40) -> str:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False, highlight=False)
    console.print(what)
    return console.file.getvalue()  # type: ignore[attr-defined]


def rendered_lines(what: RenderableType, width: int = 160, height: int = 40) -> list[str]:
    return rendered(what, width, height).splitlines()


def result_of(*candidates: CandidateResult, validation_is_test: bool = False) -> ExperimentResult:
    return ExperimentResult("tiny", "", "results/tiny", candidates, validation_is_test, "categorical_crossentropy")


def trial(seed: int = 0, accuracy: float | None = 0.5, **changes: Any) -> TrialResult:
    made = TrialResult(
        id=f"id-{seed}",
        seed=seed,
        status="completed",
        epochs=2,
        history={"loss": [2.0, 1.0], "val_loss": [3.0, 1.5], "val_accuracy": [0.25, accuracy]},
        seconds_per_epoch=(1.0, 3.0),
        last=TestValues(2, {"accuracy": 0.75}),
        best=TestValues(1, {"accuracy": 0.875}),
    )
    return replace(made, **changes)


def candidate(label: str, *trials: TrialResult, **setting: Any) -> CandidateResult:
    return CandidateResult(label, Activation("relu"), setting, trials or (trial(),))
