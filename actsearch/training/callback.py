"""A Keras callback that tells what the hidden layers of anyone's own model do while it is trained. Imports Keras."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from actsearch.core import diagnostics
from actsearch.core.diagnostics import ProbeRecord
from actsearch.core.files import write_atomically
from actsearch.core.json_values import to_json
from actsearch.networks.clipping import ClippingCount
from actsearch.networks.layer_probe import LayerProbe, updates


class Diagnostics(keras.callbacks.Callback):  # type: ignore[misc]
    """Measures the hidden layers before the first epoch and after each, and leaves the training's bits alone.

        diagnostics = actsearch.Diagnostics(x_train, y_train)
        model.fit(x_train, y_train, epochs=10, callbacks=[diagnostics])
        diagnostics.save("diagnostics.json")

    For sequential and functional models, perhaps nested, with one output, on TensorFlow and JAX. What is measured, and
    of which layers, stands in `docs/diagnostics.md`. The loss is the compiled one, without sample or class weights.

    Args:
        x: examples (n, ...), an array or what else the model takes.
        y: their targets (n, ...).
        every: measure after every so many epochs, and after the last.
        probe_size: on so many of the examples, evenly spaced; on all if there are fewer.

    Attributes:
        left_out: from the beginning of the training: the layers that cannot be looked into, with the reasons.

    Raises:
        ValueError: on construction, sizes that make no sense; when the training begins, a model that has no hidden
            layer, several outputs, or a loss that is not one Keras loss or function.
    """

    _probe: LayerProbe
    _clipping: ClippingCount
    _before: Mapping[str, Mapping[str, Sequence[np.ndarray]]]

    def __init__(self, x: Any, y: Any, every: int = 1, probe_size: int = 256) -> None:
        super().__init__()
        sizes = {len(array) for array in keras.tree.flatten((x, y))}
        if len(sizes) != 1 or 0 in sizes:
            raise ValueError(f"x and y must have the same number of examples, at least one; they have {sorted(sizes)}")
        if every < 1 or probe_size < 1:
            raise ValueError(f"every and probe_size must be 1 or more; they are {every} and {probe_size}")
        chosen = np.asarray(diagnostics.probe_indices(probe_size, sizes.pop()))
        self._x, self._y = keras.tree.map_structure(lambda array: np.asarray(array)[chosen], (x, y))
        self._examples, self._every = len(chosen), every
        self._rows: list[diagnostics.LayerRow] = []
        self._unmeasured: int | None = None
        self.left_out: dict[str, str] = {}

    @property
    def result(self) -> dict[str, Any]:
        """The content of `diagnostics.json` so far.

        Raises:
            ValueError: there is none before a training has begun.
        """
        if not self._rows:
            raise ValueError("nothing was measured yet: give this callback to `model.fit` first")
        content: dict[str, Any] = to_json(
            diagnostics.assembled(self._rows, ProbeRecord(self._examples, self._every, training=False))
        )
        return content

    def save(self, path: str | Path) -> None:
        """Writes `result` as JSON."""
        content = json.dumps(self.result, indent=1, allow_nan=False) + "\n"
        write_atomically(Path(path), content.encode("utf-8"))

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002
        self._rows, self._unmeasured = [], None
        self._probe = LayerProbe(self.model, self.model.loss)
        self.left_out = dict(self._probe.left_out)
        self._clipping = ClippingCount(self.model, self._probe.variables)
        if self._clipping.active:
            self.model.make_train_function(force=True)  # what is compiled already would not count

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        if not self._rows:
            self._rows.append(diagnostics.layer_row(epoch, self._probe.measure(self._x, self._y)))
        self._before = self._probe.weights()
        self._clipping.reset()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        if self.model.stop_training or diagnostics.is_measured(epoch + 1, self.params["epochs"], self._every):
            self._measure(epoch + 1)
        else:
            self._unmeasured = epoch + 1

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        if self._unmeasured is not None:  # another callback ended the training after this one had its turn
            self._measure(self._unmeasured)
        if self._clipping.active:
            self._clipping.close()
            self.model.train_function = None  # the next training compiles a step that does not count

    def _measure(self, epoch: int) -> None:
        measured = self._probe.measure(self._x, self._y)
        changes = updates(self._before, self._probe.weights())
        self._rows.append(diagnostics.layer_row(epoch, measured, changes, self._clipping.shares()))
        self._unmeasured = None
