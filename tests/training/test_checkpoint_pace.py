"""When checkpoints are made: seldom enough."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from small_trainings import (
    small_trial,
)

from actsearch.core.events import Checkpoint, EpochDone
from actsearch.data.dataset import Dataset
from actsearch.networks.compiled_networks import CompiledNetworks
from actsearch.training import loop
from actsearch.training.checkpoint_pace import Spacing

pytestmark = pytest.mark.xdist_group("tensorflow")


@dataclass
class Hand:
    """A clock that goes on when it is told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_checkpoints_cost_no_more_than_their_share(inverted: Dataset) -> None:
    """By default a hundredth of the time; where the driver's disk is slow they are the further apart."""

    def checkpoints(spacing: Spacing, cost: float) -> list[int]:
        """After which of six epochs of 25 s each there is one, if the driver takes `cost` seconds to write it."""
        clock, epochs = Hand(), []
        for event in loop.train(trial, inverted, networks=networks, spacing=spacing, clock=clock):
            if isinstance(event, EpochDone):
                clock.now += 25
            elif isinstance(event, Checkpoint):
                clock.now += cost
                epochs.append(event.epoch)
        return epochs

    networks, trial = CompiledNetworks(), small_trial(epochs=6, batch_size=200)
    assert checkpoints(Spacing(), 0.5) == [1, 3, 5]
    assert checkpoints(Spacing(at_end=True), 60) == [1, 6]
    assert checkpoints(Spacing(1), 20) == [1, 2, 3, 4, 5]
