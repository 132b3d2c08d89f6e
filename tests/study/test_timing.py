"""Real steps, timed: of every kind of network that an experiment may have, and nothing left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from daily import slow_but

from actsearch.core.activation import Activation
from actsearch.core.errors import UserError
from actsearch.core.experiment import DataSpec, DiagnosticsSpec, Trial
from actsearch.data import sources, splitting
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.npz import NpzSource
from actsearch.study import timing, trial_costs
from actsearch.study.trial_costs import Timed
from actsearch.training import devices, loop

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """TensorFlow's threads are set once in a process: to what the trials here have."""
    devices.set_threads(1)


@pytest.fixture
def dataset(hostile: Path, make_npz: Callable[..., Path]) -> Dataset:
    """40 training and 20 test images of 6 x 6 pixels."""
    return sources.load_dataset(DataSpec(NpzSource(str(make_npz(hostile / "own.npz")))))


def _trials(make_experiment: Callable[..., Any], **changes: Any) -> tuple[Trial, ...]:
    experiment, trials = make_experiment(["relu", "selu"], **changes)
    return tuple(replace(trial, data=experiment.data, diagnostics=experiment.diagnostics) for trial in trials)


@pytest.mark.parametrize("holdout", slow_but([], [8, None]))
def test_steps_are_timed_whatever_is_asked_for(
    make_experiment: Callable[..., Any], dataset: Dataset, holdout: int | None
) -> None:
    """More steps than the few examples make; with diagnostics, and with the test set as the validation set."""
    spec = DataSpec(NpzSource("own.npz"), holdout=holdout)
    trials = _trials(make_experiment, data=spec, diagnostics=DiagnosticsSpec(every=2, probe_size=16))
    timer = timing.Timer(dataset, splitting.split(dataset, spec))
    for trial in trials if holdout is not None else trials[:1]:
        one = timer.time(trial, seconds=0.05)
        assert one.steps >= timing.FEWEST_CALLS
        assert 0 < one.low <= one.step <= one.high < 5
        assert one.start > 10 * one.step  # compiling is what a first step waits for
        assert 0 < one.again < one.start
        assert 0 < one.evaluation < 5
        assert one.look > 0
    if holdout is not None:
        plain = timer.time(replace(trials[0], diagnostics=None), seconds=0.05)
        assert plain.look == 0


@pytest.mark.slow
def test_what_is_timed_stands_for_a_real_training(make_experiment: Callable[..., Any], dataset: Dataset) -> None:
    """The steps must be those of a training, not something else that happens to be fast: within a factor of four."""
    big = replace(
        dataset,
        **{key: getattr(dataset, key).repeat(200, axis=0) for key in ("x_train", "y_train", "x_test", "y_test")},
    )
    spec = DataSpec(NpzSource("own.npz"), holdout=4000)
    experiment, (trial,) = make_experiment(data=spec, epochs=3)
    splits = splitting.split(big, spec)
    timed = timing.Timer(big, splits).time(trial, seconds=0.5)
    low, high = trial_costs.timed_costs(experiment, big, splits, {trial_costs.kind_of(trial.candidate): timed})
    began = time.perf_counter()
    list(loop.train(trial, big))
    took = time.perf_counter() - began
    assert (low[0].start + low[0].rest) / 4 < took < 4 * (high[0].start + high[0].rest)


def test_each_kind_is_told_and_can_be_left_between_two(
    make_experiment: Callable[..., Any], dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty kinds take a minute: Ctrl-C must end it, and no busy process may be left behind."""
    monkeypatch.setattr(timing, "SECONDS", 0.05)
    spec = DataSpec(NpzSource("own.npz"), holdout=8)
    splits = splitting.split(dataset, spec)
    trials = {trial.candidate.label: trial for trial in _trials(make_experiment, data=spec)}
    told: list[str] = []

    def check() -> None:
        assert len(psutil.Process().children()) >= 1  # the one that stands in for the second worker
        if told:
            raise KeyboardInterrupt

    def say(kind: str, one: Timed) -> None:  # noqa: ARG001
        told.append(kind)

    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(KeyboardInterrupt):
        timing.time_kinds(trials, dataset, splits, 2, say, check)
    assert told == ["relu"]
    assert {child.pid for child in psutil.Process().children()} <= before


def test_a_network_that_cannot_be_trained_is_named(make_experiment: Callable[..., Any], dataset: Dataset) -> None:
    """Found in seconds, and not in the morning after the run."""
    spec = DataSpec(NpzSource("own.npz"), holdout=8)
    (trial, _) = _trials(make_experiment, data=spec)
    broken = replace(trial.candidate, label="odd", activation=Activation("no_such_function"))
    with pytest.raises(UserError, match=r"^odd: its steps fail \(.+\); mend it, or plan with --no-timing$"):
        timing.time_kinds(
            {"odd": replace(trial, candidate=broken)}, dataset, splitting.split(dataset, spec), 1, lambda *_: None,
            lambda: None,
        )  # fmt: skip


def test_neighbours_are_busy() -> None:
    """A worker that stands in for another, and sleeps, would promise twice the speed."""
    before = {child.pid for child in psutil.Process().children()}
    with timing.neighbours(1, threads=1):
        (busy,) = (child for child in psutil.Process().children() if child.pid not in before)
        deadline = time.monotonic() + 60
        while busy.cpu_times().user < 0.5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert busy.num_threads() <= 3
    assert not busy.is_running()
