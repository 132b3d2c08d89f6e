"""The compiled networks of a process, used again for the next seed. Imports TensorFlow."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import keras
import numpy as np

from actsearch.core.experiment import Candidate, DiagnosticsSpec
from actsearch.core.tasks import Task
from actsearch.networks.clipping import ClippingCount
from actsearch.networks.evaluation import EvaluateBatch, evaluating
from actsearch.networks.layer_probe import LayerProbe
from actsearch.networks.models import build, uncompiled, weighted_loss
from actsearch.networks.sizes import NETWORKS_KEPT
from actsearch.networks.training_steps import TrainSteps, stepping
from actsearch.networks.variable_values import copied_values, overwrite


@dataclass(frozen=True)
class CompiledNetwork:
    """A compiled model with what is compiled around it."""

    model: keras.Model
    train_steps: TrainSteps
    evaluate_batch: EvaluateBatch
    optimizer_values: Sequence[np.ndarray]
    """Of the optimizer's variables before the first step; they do not depend on the seed."""
    probe: LayerProbe | None = None
    """Looks into the hidden layers, where that was asked for."""
    clipping: ClippingCount | None = None
    """Counts what is clipped of their gradients, likewise."""


class CompiledNetworks:
    """The compiled networks of a process. Building and tracing one takes seconds; another seed only changes its state.

    At most `keep` are held, the least recently used is dropped first.
    """

    def __init__(self, keep: int = NETWORKS_KEPT) -> None:
        self._keep = keep
        self._held: dict[str, CompiledNetwork] = {}

    def fresh(
        self,
        candidate: Candidate,
        task: Task,
        input_shape: tuple[int, ...],
        outputs: int,
        seed: int,
        diagnostics: DiagnosticsSpec | None = None,
    ) -> CompiledNetwork:
        """A network that holds what `build` returns, to the bit, with its optimizer built.

        It belongs to its caller until the next call. With `diagnostics` it can be looked into.
        """
        training = replace(candidate.training, epochs=0)
        looked_into = None if diagnostics is None else diagnostics.training
        key = repr((candidate.activation, candidate.model, training, task.name, input_shape, outputs, looked_into))
        held = self._held.pop(key, None)
        if held is None:
            held = _compiled_network(candidate, task, input_shape, outputs, seed, diagnostics)
            while len(self._held) >= self._keep:
                del self._held[next(iter(self._held))]
                gc.collect()  # a model is full of circles
        else:
            with _garbage_collected_at_once():
                initial = copied_values(uncompiled(candidate, task, input_shape, outputs, seed).variables)
            overwrite(held.model.variables, initial)
            overwrite(held.model.optimizer.variables, held.optimizer_values)
        self._held[key] = held
        return held


def _compiled_network(
    candidate: Candidate,
    task: Task,
    input_shape: tuple[int, ...],
    outputs: int,
    seed: int,
    diagnostics: DiagnosticsSpec | None,
) -> CompiledNetwork:
    """Builds and compiles a network, and what is compiled around it."""
    keras.utils.clear_session()
    model = build(candidate, task, input_shape, outputs, seed)
    model.optimizer.build(model.trainable_variables)
    compiled = CompiledNetwork(model, stepping(model), evaluating(model), copied_values(model.optimizer.variables))
    if diagnostics is None:
        return compiled
    probe = LayerProbe(model, weighted_loss(candidate.training, task), training=diagnostics.training)
    return replace(compiled, probe=probe, clipping=ClippingCount(model, probe.variables))


@contextmanager
def _garbage_collected_at_once() -> Iterator[None]:
    """Frees in a millisecond what the block leaves in circles, as a model does: it is all young, as nothing else is.

    Otherwise a process grows by a megabyte with every trial; a full collection would take a tenth of a second.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_enabled:
            gc.enable()
