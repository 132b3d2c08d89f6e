"""Which share of the gradients is clipped: against NumPy, whatever the optimizer."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
from diagnosed_networks import (
    FLAT,
    FUNCTIONS,
    by_hand,
    finished,
    mlp,
)
from keras import layers

import actsearch
from actsearch.networks.clipping import ClippingCount
from actsearch.networks.layer_probe import LayerProbe

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.mark.parametrize(
    ("clipping", "limit"),
    [
        ("clipvalue", 0.01),
        pytest.param("clipnorm", 0.09, marks=pytest.mark.slow),
        pytest.param("global_clipnorm", 0.2, marks=pytest.mark.slow),
        ("global_clipnorm", 30.0),
    ],
)
def test_clipped_shares_are_what_numpy_counts(clipping: str, limit: float) -> None:
    """Clipping that never takes effect, or always does, is a finding; rounding at its limit is none."""
    model = mlp("relu", keras.optimizers.SGD(0.5, **{clipping: limit}))
    start = model.get_weights()
    diagnostics = actsearch.Diagnostics(*FLAT)
    model.fit(*FLAT, epochs=6, batch_size=300, verbose=0, callbacks=[diagnostics])
    reference = mlp("relu")
    reference.set_weights(start)
    expected: dict[str, list[float]] = {"dense_1": [], "dense_2": []}
    for _ in range(6):
        _, gradients = by_hand(reference, *FLAT, FUNCTIONS["relu"])
        flat = {(layer, kind): g for layer, kinds in gradients.items() for kind, g in kinds.items()}
        total = math.sqrt(sum((g**2).sum() for g in flat.values()))
        for key, g in flat.items():
            norm = total if clipping == "global_clipnorm" else math.sqrt((g**2).sum())
            new = np.clip(g, -limit, limit) if clipping == "clipvalue" else g * min(1, limit / norm)
            variable = getattr(reference.get_layer(key[0]), key[1])
            variable.assign(variable.numpy() - 0.5 * new)
            if key[1] == "kernel" and key[0] in expected:
                expected[key[0]].append((new != g).mean())
    for layer, shares in expected.items():
        assert diagnostics.result["layers"][layer]["clipped_kernel"] == [None, *(pytest.approx(s) for s in shares)]
    seen = {share for shares in expected.values() for share in shares}
    assert seen == {0.0} if limit == 30 else len(seen) > 1  # the limits are such that something is to be seen


def test_counts_beyond_32_bits() -> None:
    """A million weights clipped in a few thousand steps are more than 32 bits hold."""
    model = mlp("relu", keras.optimizers.SGD(0.0, clipvalue=1e-30))
    count = ClippingCount(model, LayerProbe(model, model.loss).variables)
    model.fit(*FLAT, batch_size=300, verbose=0)
    for _ in range(40):
        count._counter._sums.assign_add(count._counter._sums)
    model.fit(*FLAT, batch_size=300, verbose=0)
    steps, sums = count._counter.read()
    assert steps == 2**40 + 1
    assert 2**40 < sums[1] <= steps * 63


def test_what_no_callback_can_count_is_not_known() -> None:
    """Keras's method is not public: the day it is gone, the rest is still measured."""
    model = mlp("relu", keras.optimizers.SGD(0.5, clipvalue=1e-9))
    model.optimizer = keras.optimizers.SGD(clipvalue=0.5)
    for optimizer in (keras.optimizers.SGD(), type("Other", (), {"clipvalue": 0.5})()):
        model.optimizer = optimizer
        count = ClippingCount(model, LayerProbe(model, model.loss).variables)
        assert not count.active
        assert count.shares()["dense_1"] == {"clipped_kernel": None, "clipped_bias": None}


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_a_variable_without_a_gradient_does_not_shift_the_counts() -> None:
    """Keras leaves it out before it clips; the shares of the others would be taken for one another's."""

    class Unused(layers.Layer):
        def build(self, _: Any) -> None:
            self.unused = self.add_weight(shape=(1,))

        def call(self, x: Any) -> Any:
            return x

    model = keras.Sequential(
        [keras.Input((9,)), Unused(), layers.Dense(4, "relu", name="dense"), layers.Dense(3, name="output")]
    )
    diagnostics = actsearch.Diagnostics(*FLAT)
    finished(model, keras.optimizers.SGD(clipvalue=1e-9), "mse").fit(*FLAT, verbose=0, callbacks=[diagnostics])
    assert diagnostics.result["layers"]["dense"]["clipped_kernel"] == [None, None]
