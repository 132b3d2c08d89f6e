"""Trainings that are done once for all tests of this room."""

from __future__ import annotations

import pytest
from small_trainings import (
    EVERY_EPOCH,
    Misled,
    checkpoints_of,
    ending_of,
    history_of,
    misleading,
    small_mnist,
    small_trial,
    trial_on_mnist,
)

from actsearch.core.events import Event
from actsearch.core.experiment import Trial
from actsearch.data.dataset import Dataset
from actsearch.networks.compiled_networks import CompiledNetworks
from actsearch.training import devices, loop


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """TensorFlow's threads are set once in a process: to what the trials here have."""
    devices.set_threads(1)


@pytest.fixture
def mnist() -> Dataset:
    """The bundled MNIST with the first 100 test images only."""
    return small_mnist()


@pytest.fixture
def inverted() -> Dataset:
    return misleading()


@pytest.fixture(scope="session")
def held_out() -> tuple[Trial, list[Event]]:
    """A finished training with a held-out validation set."""
    trial = trial_on_mnist()
    return trial, list(loop.train(trial, small_mnist()))


@pytest.fixture(scope="session")
def misled() -> Misled:
    trial, dataset, networks, runs = small_trial(), misleading(), CompiledNetworks(), {}
    for which in ("best", "last"):
        events = loop.train(trial, dataset, networks=networks, spacing=EVERY_EPOCH, save_model=which)
        runs[which] = list(events)
    endings = {which: ending_of(events) for which, events in runs.items()}
    return Misled(trial, dataset, endings, history_of(runs["best"]), checkpoints_of(runs["best"]))
