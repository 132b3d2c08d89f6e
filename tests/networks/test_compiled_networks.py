"""Networks that are used again: not a bit of one trial may be left in the next."""

from __future__ import annotations

import pytest
from small_trainings import (
    ADAM,
    assert_same_ending,
    built_variables,
    ending_of,
    history_of,
    misleading,
    small_trial,
    variables_of,
)

from actsearch.core.experiment import Optimizer
from actsearch.core.tasks import MULTICLASS
from actsearch.data.dataset import Dataset
from actsearch.networks.compiled_networks import CompiledNetworks
from actsearch.networks.kinds.mlp import Mlp
from actsearch.training import loop
from actsearch.training.batches import Pipelines

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture
def inverted() -> Dataset:
    return misleading()


def test_a_network_used_again_gives_what_a_new_one_gives(inverted: Dataset) -> None:
    """Ten seeds are traced once, not ten times; not a bit of a seed may be left in the next one."""
    model = Mlp((4,), 0.3, "glorot_uniform", "dropout", True)  # dropout and moving averages have state of their own
    first, second = (small_trial(model=model, optimizer=ADAM, epochs=2, seed=seed) for seed in (0, 1))
    again = {"networks": CompiledNetworks(), "pipelines": Pipelines(inverted)}
    used = [list(loop.train(trial, inverted, **again)) for trial in (first, second, first)]
    new = list(loop.train(second, inverted))
    assert history_of(used[0]) != history_of(new)
    for found, expected in ((used[1], new), (used[2], used[0])):
        assert history_of(found) == history_of(expected)
        assert_same_ending(ending_of(found), ending_of(expected))


@pytest.mark.slow
def test_a_network_that_was_dropped_is_built_again(inverted: Dataset) -> None:
    """A hundred candidates in memory at once would end the process."""
    networks = CompiledNetworks(keep=1)
    one, other = small_trial(optimizer=ADAM), small_trial("selu", optimizer=ADAM)
    for trial in (one, other, one, small_trial(optimizer=ADAM, seed=3), other):
        network = networks.fresh(trial.candidate, MULTICLASS, inverted.input_shape, inverted.outputs, trial.seed)
        assert variables_of(network.model) == built_variables(trial, inverted)
        for variable in network.model.variables:
            variable.assign(variable + 1)
    assert len(networks._held) == 1


def test_candidates_never_share_a_network(inverted: Dataset) -> None:
    """One compiled with another optimizer, loss or function would train something else under the candidate's name."""
    trials = [
        small_trial(),
        small_trial("leaky-relu", parameters={"negative_slope": 0.1}),
        small_trial("leaky-relu", parameters={"negative_slope": 0.2}),
        small_trial(optimizer=Optimizer("sgd", {"learning_rate": 0.03})),
        small_trial(loss="mean_squared_error"),
        small_trial(precision="mixed_bfloat16"),
    ]
    networks = CompiledNetworks(keep=len(trials))
    found = [networks.fresh(t.candidate, MULTICLASS, inverted.input_shape, inverted.outputs, t.seed) for t in trials]
    assert len({id(network.model) for network in found}) == len(trials)
    longer = networks.fresh(
        small_trial(epochs=9, seed=2).candidate, MULTICLASS, inverted.input_shape, inverted.outputs, 2
    )
    assert longer is found[0], "but seeds and lengths do"
