"""Looks at the hidden layers of a trial's network between its epochs: what `diagnostics.json` keeps. Imports Keras.

Nothing that is looked at changes the training: the network's variables come out as they went in, and no random number
is drawn from its streams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actsearch.core import diagnostics
from actsearch.core.events import Diagnosed
from actsearch.core.experiment import DiagnosticsSpec, Trial
from actsearch.data import conversion
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.networks.compiled_networks import CompiledNetwork
from actsearch.networks.layer_probe import updates


class Observer:
    """Looks at one training, at the epochs that its specification names.

    Args:
        trial: what is trained; its `diagnostics` must be given.
        network: in which it is trained; it must have been made with them.
        dataset: its data.
        splits: of which the training part gives the examples, evenly spaced.
        clock: seconds, for the times in the events.
    """

    def __init__(self, trial: Trial, network: CompiledNetwork, dataset: Dataset, splits: Splits, clock: Any) -> None:
        assert trial.diagnostics is not None
        assert network.probe is not None
        assert network.clipping is not None
        self._trial, self._clock = trial, clock
        self._spec: DiagnosticsSpec = trial.diagnostics
        self._probe, self._clipping = network.probe, network.clipping
        chosen = splits.train[diagnostics.probe_indices(self._spec.probe_size, len(splits.train))]
        self._x = conversion.as_float(dataset.x_train[chosen])
        self._y = dataset.targets(dataset.y_train[chosen])
        self._before: Mapping[str, Mapping[str, Sequence[Any]]] = {}

    def untrained(self) -> Diagnosed:
        """What the layers do before the first epoch."""
        return self._look(0, self._clock())

    def epoch_begins(self, epoch: int) -> None:
        """To be called before every epoch (from 1)."""
        if self._wants(epoch):
            self._before = self._probe.weights()
            self._clipping.reset()

    def epoch_ended(self, epoch: int, diverged: bool) -> Diagnosed | None:
        """What the layers do after an epoch (from 1), and what it did to them.

        None where it is not asked for; an epoch in which the trial diverged is always looked at.
        """
        began = self._clock()
        if self._wants(epoch):
            return self._look(epoch, began, updates(self._before, self._probe.weights()), self._clipping.shares())
        return self._look(epoch, began) if diverged else None

    def _wants(self, epoch: int) -> bool:
        return diagnostics.is_measured(epoch, self._trial.candidate.training.epochs, self._spec.every)

    def _look(self, epoch: int, began: float, *more: Mapping[str, Mapping[str, Any]]) -> Diagnosed:
        layers = diagnostics.layer_row(epoch, self._probe.measure(self._x, self._y), *more).layers
        return Diagnosed(self._trial.id, epoch, layers, len(self._x), self._clock() - began)


def seen_before(diagnosed: Sequence[Diagnosed], trial: Trial, epochs_done: int) -> tuple[Diagnosed, ...] | None:
    """Of what a training of the same trajectory saw so far, what this one would have seen; None if that is not there.

    A shorter one has looked at its last epoch too, which is none of a longer one's; a longer one has not at this one's.
    """
    assert trial.diagnostics is not None
    last, every = trial.candidate.training.epochs, trial.diagnostics.every
    wanted = [epoch for epoch in range(epochs_done + 1) if diagnostics.is_measured(epoch, last, every)]
    seen = tuple(look for look in diagnosed if look.epoch in wanted)
    return seen if [look.epoch for look in seen] == wanted else None
