"""What every kind of network promises (see `core.architecture.Architecture`): add a new one to `MEMBERS`.

Without it a study would compare other things than activations, or not find its own trials again.
"""

from __future__ import annotations

import base64
import json
import math
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from keras import layers
from toy_members.toy_network import ResidualModel

from actsearch.core.activation import Activation
from actsearch.core.architecture import Architecture, Head
from actsearch.core.errors import UnsuitableSetting
from actsearch.core.json_values import canonical_json
from actsearch.networks.architecture_keys import ArchitectureKeys
from actsearch.networks.architectures import ARCHITECTURES
from actsearch.networks.hidden_layers import find_hidden_layers
from actsearch.networks.variable_values import copied_values

pytestmark = pytest.mark.xdist_group("tensorflow")

OF_HIDDEN_LAYERS: Mapping[str, Any] = {
    "kernel_initializer": "he_normal",
    "bias_initializer": "ones",
    "kernel_regularizer": {"l2": 0.1},
    "dropout_layer": "alpha_dropout",
    "batch_normalization": True,
    "output_kernel_initializer": "he_normal",
    "output_bias_initializer": "ones",
    "output_activation": "sigmoid",
}


class Member(NamedTuple):
    keys: type[ArchitectureKeys]
    small: Mapping[str, Any]
    """Keys of one that is built at once."""
    others: Mapping[str, Any]
    """Another value of every key but `kind`."""
    shape: tuple[int, ...]
    """Of an example that it takes."""
    refuses: tuple[tuple[int, ...], ...] = ()
    """Shapes that it does not take."""


SMALL_CNN = {"filters": [2, 3], "kernel_size": 2, "dense": [5, 4], "dropout": [0.1, 0.2]}
CNN = Member(
    ARCHITECTURES["cnn"],
    SMALL_CNN,
    {"filters": [2], "kernel_size": 3, "dense": [5], "dropout": [0.2, 0.2], **OF_HIDDEN_LAYERS},
    (7, 6, 2),
    ((12,), (7, 3, 1)),
)
MLP = Member(
    ARCHITECTURES["mlp"], {"dense": [5, 4], "dropout": 0.1}, {"dense": [5], "dropout": 0.2, **OF_HIDDEN_LAYERS}, (12,)
)
MEMBERS: dict[str, Member] = {
    "cnn": CNN,
    "cnn, normalised": CNN._replace(small={**SMALL_CNN, "batch_normalization": True}),
    "mlp": MLP,
    "mlp of images": MLP._replace(shape=(4, 3, 1)),
    "residual": Member(ResidualModel, {"width": 6}, {"width": 7, "depth": 3}, (12,)),
}
RELU, TANH, LEARNING = Activation("relu"), Activation("tanh"), Activation("elu", {"alpha": 1.0}, None, ("alpha",))
HEAD = Head(3, "softmax")
every_member = pytest.mark.parametrize("name", MEMBERS)


def small(name: str) -> Architecture:
    member = MEMBERS[name]
    return with_keys(member, member.small)


def with_keys(member: Member, content: Mapping[str, Any]) -> Architecture:
    kind = member.keys.model_fields["kind"].annotation.__args__[0]  # type: ignore[union-attr]
    return member.keys.model_validate({"kind": kind, **content}).resolved(RELU)


@cache
def built(name: str, activation: str = "relu", seed: int = 0, precision: str = "float32") -> keras.Model:
    chosen = {"relu": RELU, "tanh": TANH, "learning": LEARNING}[activation]
    return small(name).build(chosen, MEMBERS[name].shape, HEAD, seed, precision)


def test_every_kind_of_the_table_is_here() -> None:
    """One that is added passes the contract, or a study finds out what it lacks."""
    assert set(ARCHITECTURES.values()) <= {member.keys for member in MEMBERS.values()}


@every_member
def test_the_defaults_make_a_network(name: str) -> None:
    """Who writes the kind alone gets a network, called as in the table."""
    network = with_keys(MEMBERS[name], {})
    assert network.sites()
    assert network.identity()["kind"] == network.kind == name.split()[0].strip(",")


@every_member
def test_the_identity_is_plain_and_every_key_is_in_it(name: str) -> None:
    """Else trials of two networks would be taken for each other, or not be found again."""
    member = MEMBERS[name]
    assert set(member.others) == set(member.keys.model_fields) - {"kind"}
    changed = [{**member.small, key: other} for key, other in member.others.items() if other != member.small.get(key)]
    networks = [small(name), *(with_keys(member, keys) for keys in changed)]
    identities = [canonical_json(network.identity()) for network in networks]
    assert len(set(identities)) == len({repr(network) for network in networks}) == len(networks)
    assert json.loads(identities[0])["kind"] == networks[0].kind
    assert canonical_json(small(name).identity()) == identities[0]


ELSEWHERE = """
import base64, json, pickle, sys
networks = pickle.loads(base64.b64decode(sys.stdin.read()))
heavy = {"keras", "tensorflow", "numpy"} & set(sys.modules)
print(json.dumps([[[network.identity(), repr(network)] for network in networks], sorted(heavy)]))
"""


def test_networks_go_to_other_processes() -> None:
    """Workers get them so, and must train what is asked for; none of them may cost the loading of Keras there."""
    networks = [small(name) for name in MEMBERS]
    paths = os.pathsep.join([str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)])
    answer = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=base64.b64encode(pickle.dumps(networks)).decode("ascii"),
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [[json.loads(json.dumps(network.identity())), repr(network)] for network in networks]
    assert json.loads(answer.stdout) == [expected, []]


@every_member
def test_equal_seeds_begin_alike_and_others_do_not(name: str) -> None:
    """A repeated trial must come out the same, and seeds must differ, or there is nothing to average."""
    first, second = copied_values(built(name).variables), copied_values(_anew(name).variables)
    for value, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(value, other)
    kernels = {seed: _kernels(built(name, seed=seed)) for seed in (0, 1)}
    assert all((kernels[0][layer] != kernels[1][layer]).any() for layer in kernels[0])
    for layer, other_layer in combinations(kernels[0], 2):  # nor may two layers draw the same
        number = min(kernels[0][layer].size, kernels[0][other_layer].size)
        assert (kernels[0][layer].ravel()[:number] != kernels[0][other_layer].ravel()[:number]).any()


@every_member
def test_all_activations_begin_with_the_same_weights(name: str) -> None:
    """Seeds are paired: a luckier start of one activation would be taken for its merit."""
    relu, tanh = built(name), built(name, "tanh")
    for value, other in zip(copied_values(relu.variables), copied_values(tanh.variables), strict=True):
        np.testing.assert_array_equal(value, other)


@every_member
def test_its_layers_have_the_same_names_each_time(name: str) -> None:
    """Diagnostics of two seeds are put together by the names of the layers."""
    assert _names(_anew(name)) == _names(built(name))


@every_member
def test_the_sites_are_where_the_activation_is_applied(name: str) -> None:
    """A layer that kept another activation would make the comparison one of something else."""
    sites = small(name).sites()
    assert len(set(sites)) == len(sites)
    kinds = {activation: _kinds_of_layers(built(name, activation)) for activation in ("relu", "tanh")}
    assert tuple(layer for layer, kind in kinds["relu"].items() if kind != kinds["tanh"][layer]) == sites


@every_member
def test_the_diagnostics_find_every_site(name: str) -> None:
    """What is not found is missing in every figure of the layers, and in what the disk is asked for."""
    hidden_layers, left_out = find_hidden_layers(built(name))
    assert tuple(dict.fromkeys(hidden.where.name for hidden in hidden_layers)) == small(name).sites()
    assert not left_out


@every_member
@pytest.mark.parametrize("activation", ["relu", "learning"])
def test_the_cost_is_that_of_the_built_model(name: str, activation: str) -> None:
    """Plans foretell time and checkpoints by it."""
    network, model = small(name), built(name, activation)
    cost = network.cost(MEMBERS[name].shape, HEAD.units)
    if cost is None:
        return  # it says that it does not know
    learned = len(network.sites()) if activation == "learning" else 0
    assert cost.parameters + cost.normalization + learned == model.count_params()
    normalizations = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    assert cost.normalization == sum(layer.count_params() for layer in normalizations)
    assert cost.flops == 2 * sum(_products(layer) for layer in model.layers if hasattr(layer, "kernel"))


@every_member
@pytest.mark.parametrize("head", [Head(3, "softmax"), Head(1, "sigmoid")], ids=str)
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_outputs_are_those_of_the_head(name: str, head: Head, precision: str) -> None:
    """The loss is of as many outputs as the task has, in float32 also where the layers compute in less."""
    model = small(name).build(RELU, MEMBERS[name].shape, head, 0, precision)
    assert model.input_shape == (None, *MEMBERS[name].shape)
    outputs = model(np.random.default_rng(0).random((4, *MEMBERS[name].shape), np.float32))
    assert outputs.dtype == "float32"
    values = np.asarray(outputs)
    assert values.shape == (4, head.units)
    assert ((values > 0) & (values < 1)).all()
    if head.activation == "softmax":
        assert values.sum(axis=1) == pytest.approx(1)
    assert {model.get_layer(site).dtype_policy.name for site in small(name).sites()} == {precision}


@every_member
def test_what_it_cannot_take_is_refused(name: str) -> None:
    """Said before anything is trained, with what to write instead; Keras would raise from deep inside."""
    small(name).check(MEMBERS[name].shape)
    for shape in MEMBERS[name].refuses:
        with pytest.raises(UnsuitableSetting, match=r"^model\.\w+: .+; write "):
            small(name).check(shape)


@every_member
def test_what_stands_around_its_activations_is_that_of_the_model(name: str) -> None:
    """SELU's users are warned by it."""
    around = small(name).surroundings()
    if around is not None:
        kinds = {type(layer) for layer in built(name).layers}
        assert around.batch_normalization == (layers.BatchNormalization in kinds)
        assert around.drops_out == bool(kinds & {layers.Dropout, layers.AlphaDropout})


def _anew(name: str) -> keras.Model:
    return small(name).build(RELU, MEMBERS[name].shape, HEAD, 0)


def _names(model: keras.Model) -> list[str]:
    return [layer.name for layer in model.layers if not isinstance(layer, layers.InputLayer)]


def _kernels(model: keras.Model) -> dict[str, np.ndarray]:
    return {layer.name: np.asarray(layer.kernel) for layer in model.layers if hasattr(layer, "kernel")}


def _kinds_of_layers(model: keras.Model) -> dict[str, str]:
    """By name, what each layer is apart from its first weights."""
    configurations = {layer.name: layer.get_config() for layer in model.layers if layer.name in _names(model)}
    return {name: repr(configuration) for name, configuration in configurations.items()}


def _products(layer: layers.Layer) -> int:
    """Multiplications for one example: each weight of the kernel at each place where it is applied."""
    places = layer.output.shape[1:-1] if len(layer.kernel.shape) > 2 else ()
    return math.prod(layer.kernel.shape) * math.prod(places)
