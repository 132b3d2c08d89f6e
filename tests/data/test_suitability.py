"""Networks that cannot take the data are refused before anything is trained."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actsearch.core.activation import Activation
from actsearch.core.architecture import Architecture
from actsearch.core.errors import UnsuitableSetting
from actsearch.core.experiment import Candidate, Optimizer, Training
from actsearch.data import suitability
from actsearch.data.dataset import Dataset
from actsearch.networks.kinds.cnn import Cnn
from actsearch.networks.kinds.mlp import Mlp


def of_model(model: Architecture) -> Candidate:
    training = Training(Optimizer("adam", {}), "categorical_crossentropy", 1, 8, "float32", 1)
    return Candidate("relu", Activation("relu"), model, training)


def cnn(filters: int, kernel_size: int) -> Candidate:
    model = Cnn((4,) * filters, kernel_size, (4,), (0.0, 0.0), "glorot_uniform", "dropout", False)
    return of_model(model)


MLP = of_model(Mlp((4,), 0.0, "glorot_uniform", "dropout", False))


def test_convolutions_on_vectors_are_refused(load_npz: Callable[..., Dataset]) -> None:
    """The user's features are no images: said before anything is trained, with what to write instead."""
    vectors = load_npz(shape=(5,))
    with pytest.raises(UnsuitableSetting, match="kind: mlp") as caught:
        suitability.check_networks(vectors, [MLP, cnn(2, 3)])
    assert caught.value.key == "model.kind"
    suitability.check_networks(vectors, [MLP])


def test_too_small_images_are_refused(load_npz: Callable[..., Dataset]) -> None:
    """Two 3 x 3 convolutions and a pooling need 6 x 6; at 6 x 5 Keras would raise from deep inside."""
    suitability.check_networks(load_npz(shape=(6, 6)), [cnn(2, 3)])
    with pytest.raises(UnsuitableSetting, match="at least 6 x 6, and these are 6 x 5") as caught:
        suitability.check_networks(load_npz(shape=(6, 5)), [cnn(1, 3), cnn(2, 3)])
    assert caught.value.key == "model.kernel_size"
