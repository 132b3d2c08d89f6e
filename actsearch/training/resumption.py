"""Where a killed trial goes on: the state of its training, from its last checkpoint. Imports Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actsearch.core import machine
from actsearch.core.events import Diagnosed
from actsearch.core.experiment import Trial
from actsearch.networks.variable_values import overwrite
from actsearch.training.checkpoints import TrainingState, unpack
from actsearch.training.observation import seen_before

if TYPE_CHECKING:
    import keras

FROM_THE_BEGINNING = TrainingState((), (), (), 0, ())


def resume(model: keras.Model, trial: Trial, checkpoint: bytes | None) -> TrainingState:
    """Gives the network and its optimizer the values of the checkpoint, and says what was done until then.

    A checkpoint that is none, that belongs to another version of the network, or that lacks what is to be diagnosed is
    passed over: then the training begins from its beginning.
    """
    state = _usable(model, trial, checkpoint)
    if state is None:
        return FROM_THE_BEGINNING
    best = state.best_variables or state.variables[: len(model.variables)]
    overwrite([*model.variables, *model.optimizer.variables], state.variables)
    return replace(state, best_variables=best, diagnosed=_diagnosed_so_far(state, trial) or ())


def _usable(model: keras.Model, trial: Trial, checkpoint: bytes | None) -> TrainingState | None:
    """The state in a checkpoint, if this trial's training can go on from it."""
    if checkpoint is None:
        return None
    try:
        state = unpack(checkpoint, trial.id)
    except ValueError:
        return None
    shapes = [variable.shape for variable in [*model.variables, *model.optimizer.variables]]
    if shapes != [value.shape for value in state.variables]:
        return None
    if len(state.epochs) > trial.candidate.training.epochs:
        return None
    return None if _diagnosed_so_far(state, trial) is None else state


def _diagnosed_so_far(state: TrainingState, trial: Trial) -> tuple[Diagnosed, ...] | None:
    """What was seen of the layers; None where it is not what this trial asks for, as it can't be seen any more."""
    if trial.diagnostics is None:
        return ()
    if state.diagnostics != trial.diagnostics:
        return None
    return seen_before(state.diagnosed, trial, len(state.epochs))


def distinct_machines(machines: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """One of each kind of machine, the last of a kind, in order."""
    kinds = [machine.kind(description) for description in machines]
    return tuple(description for i, description in enumerate(machines) if kinds[i] not in kinds[i + 1 :])
