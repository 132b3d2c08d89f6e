"""Studies in stages: tuned, killed and gone on with, for the tests of stages and of looks."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import candidate, contents

from actsearch.core.experiment import Experiment, Trial
from actsearch.core.trial_results import TrialResult
from actsearch.study.proposer import ResultOf

HASH = "0" * 64


RATE = "training.optimizer.learning_rate"


Write = Callable[..., Path]


def tuned(make_experiment: Callable[..., Any], seeds: int = 2, epochs: int = 2) -> Experiment:
    """Two activations at two settings each, which are chosen with three seeds."""
    candidates = []
    for rate in (0.1, 0.2):
        for label in ("relu", "selu"):
            one = candidate(label, epochs, **{RATE: rate})
            optimizer = replace(one.training.optimizer, arguments={"learning_rate": rate})
            candidates.append(replace(one, training=replace(one.training, optimizer=optimizer)))
    experiment: Experiment = make_experiment(seeds=seeds)[0]
    return replace(experiment, candidates=tuple(candidates), tuning_seeds=(1000, 1001, 1002))


def waiting(trial: Trial) -> TrialResult:
    return TrialResult(trial.id, trial.seed, "waiting", 2)


def results(found: Mapping[str, Any]) -> ResultOf:
    """Finished trials by `label rate seed`: a number, or a status."""

    def result_of(trial: Trial) -> TrialResult:
        key = f"{trial.candidate.label} {trial.candidate.setting[RATE]} {trial.seed}"
        value = found.get(key, found.get(key.rpartition(" ")[0], "waiting"))
        if isinstance(value, str):
            return replace(waiting(trial), status=value)  # type: ignore[arg-type]
        return replace(waiting(trial), status="completed", history={"val_accuracy": [0.1, value]})

    return result_of


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def killed_at_write(n: int, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> bool:
    """Does something and dies before the n-th file gets its name; whether it died."""
    really_replace = os.replace
    calls = 0

    def die(*what: Any) -> None:
        nonlocal calls
        calls += 1
        if calls >= n:
            raise Killed
        really_replace(*what)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", die)
        patch.setattr(Path, "replace", lambda *what: die(*what))
        try:
            act()
        except Killed:
            return True
    return False


def without_lock(folder: Path) -> dict[str, str]:
    return {name: content for name, content in contents(folder).items() if name != "run.lock"}


MORE = f"tuning_seeds: 3\ngrid: {{{RATE}: [0.1, 0.2]}}\n"
