"""Trainings that go on from a checkpoint: nobody may see in a result that a machine went down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from daily import slow_but
from small_trainings import (
    ADAM,
    EVERY_EPOCH,
    Misled,
    assert_same_ending,
    built_variables,
    checkpoints_of,
    ending_of,
    history_of,
    network_in,
    small_trial,
    trial_on_mnist,
    variables_of,
)

from actsearch.core.events import Completed, EpochDone, Progress, Started
from actsearch.core.experiment import DataSpec, Optimizer
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.data.kinds.npz import NpzSource
from actsearch.networks.compiled_networks import CompiledNetworks
from actsearch.networks.kinds.mlp import Mlp
from actsearch.training import loop
from actsearch.training.batches import Pipelines
from actsearch.training.checkpoint_pace import Spacing
from actsearch.training.checkpoints import pack, unpack

pytestmark = pytest.mark.xdist_group("tensorflow")

RESUMED = {
    "relu-dropout-adam-held-out": (
        "relu",
        Mlp((4,), 0.3, "glorot_uniform", "dropout", False),
        {"optimizer": ADAM, "spec": DataSpec(NpzSource("own.npz"), holdout=50)},
    ),
    "selu-alpha-dropout-momentum": (
        "selu",
        Mlp((4,), 0.1, "lecun_normal", "alpha_dropout", False),
        {
            "optimizer": Optimizer("sgd", {"learning_rate": 0.02, "momentum": 0.9}),
            "spec": DataSpec(NpzSource("own.npz"), holdout=10),  # so that the best epoch is the second
        },
    ),
    "bfloat16-adamw": (
        "gelu",
        Mlp((4,), 0.3, "glorot_uniform", "dropout", False),
        {
            "optimizer": Optimizer("adamw", {"learning_rate": 0.01}),
            "precision": "mixed_bfloat16",
        },
    ),
    "normalised-rmsprop": (
        "relu",
        Mlp((4,), 0.3, "glorot_uniform", "dropout", True),
        {"optimizer": Optimizer("rmsprop", {"learning_rate": 0.01, "centered": True})},
    ),
}


@pytest.mark.parametrize(
    ("activation", "model", "changes"),
    slow_but(["relu-dropout-adam-held-out"], RESUMED),
)
def test_a_resumed_training_is_one_that_was_never_interrupted(
    activation: str, model: Mlp, changes: dict[str, Any], inverted: Dataset
) -> None:
    """A result that depends on when a machine went down is no result: history, predictions and network, to the bit.

    Wherever it is cut, also where the best epoch lies before the cut, so that its weights must come from there.
    """
    trial = small_trial(activation, model=model, epochs=3, **changes)
    used = {"networks": CompiledNetworks(), "pipelines": Pipelines(inverted)}
    whole = list(loop.train(trial, inverted, spacing=EVERY_EPOCH, save_model="best", **used))
    epochs = tuple(event for event in whole if isinstance(event, EpochDone))
    checkpoints = checkpoints_of(whole)
    assert list(checkpoints) == [1, 2, 3]
    expected = ending_of(whole)
    assert expected.best.epoch < 3
    for epoch, content in checkpoints.items():
        saved = "best" if epoch == 2 else None
        started, *rest = loop.train(trial, inverted, content, save_model=saved, **used)
        assert isinstance(started, Started)
        assert (started.resumed, started.earlier_machines) == (epochs[:epoch], ())
        kinds = [type(event) for event in rest if not isinstance(event, Progress)]
        assert kinds == [*[EpochDone] * (3 - epoch), Completed]
        assert history_of(rest) == history_of(epochs[epoch:])
        assert_same_ending(ending_of(rest), expected)
        if saved is not None:
            assert network_in(ending_of(rest).model) == network_in(expected.model)


def test_more_epochs_go_on_from_the_last_checkpoint(misled: Misled, inverted: Dataset) -> None:
    """`--keep-checkpoints`: five epochs after three cost two, and are what five from the beginning are."""
    networks = CompiledNetworks()
    short = list(loop.train(small_trial(epochs=3), inverted, networks=networks, spacing=Spacing(1e-12, at_end=True)))
    assert list(checkpoints_of(short)) == [3], "and no other: they would cost more than their share"
    _, *rest = loop.train(misled.trial, inverted, checkpoints_of(short)[3], networks=networks)
    assert history_of(short) + history_of(rest) == misled.history
    assert_same_ending(ending_of(rest), misled.endings["last"])
    assert {event.trial_id for event in rest} == {misled.trial.id}


@pytest.mark.parametrize(
    "changes",
    [{"model": Mlp((5,), 0.0, "glorot_uniform", "dropout", False)}, {"optimizer": ADAM}, {"epochs": 2}],
    ids=["another width", "another optimizer", "fewer epochs than it has"],
)
def test_a_checkpoint_that_does_not_fit_is_passed_over(changes: dict[str, Any], misled: Misled) -> None:
    """One of another version of actsearch: the training begins anew, and nothing of it is left in the network."""
    networks, trial = CompiledNetworks(), small_trial(**changes)
    started = next(loop.train(trial, misled.dataset, misled.checkpoints[3], networks=networks))
    assert isinstance(started, Started)
    assert started.resumed == ()
    (network,) = networks._held.values()
    assert variables_of(network.model) == built_variables(trial, misled.dataset)


def test_what_is_no_checkpoint_is_passed_over(misled: Misled) -> None:
    """Written by another version, say: the trial begins anew, which costs time and changes no result."""
    networks = CompiledNetworks()
    started = next(loop.train(misled.trial, misled.dataset, misled.checkpoints[1][:-1], networks=networks))
    assert isinstance(started, Started)
    assert started.resumed == ()
    (network,) = networks._held.values()
    assert variables_of(network.model) == built_variables(misled.trial, misled.dataset)


@pytest.mark.slow
def test_a_training_that_goes_on_after_its_last_epoch_changes_no_later_one(mnist: Dataset) -> None:
    """Killed between its last checkpoint and its end: the next seed uses the same network, with the same graphs."""
    # Full batches only, which the 100 test images are not.
    spec = DataSpec(NamedSource("mnist"), holdout=128, train_size=256)
    first, second = (trial_on_mnist("gelu", spec=spec, seed=seed, epochs=1) for seed in (0, 1))
    found, checkpoint = [], None
    for _ in range(2):
        networks = CompiledNetworks()
        events = list(loop.train(first, mnist, checkpoint, networks=networks, spacing=EVERY_EPOCH))
        checkpoint = checkpoint or checkpoints_of(events)[1]
        later = history_of(list(loop.train(second, mnist, networks=networks)))
        (network,) = networks._held.values()
        found.append((later, network.evaluate_batch.experimental_get_tracing_count()))  # type: ignore[attr-defined]
    assert found[0] == found[1]


def test_a_resumed_training_tells_of_another_kind_of_machine(misled: Misled) -> None:
    """Its last digits come from two processors: whoever compares them must be told, once for each kind."""
    networks, trial = CompiledNetworks(), misled.trial
    state = unpack(misled.checkpoints[4], trial.id)
    (here,) = state.machines
    other, third = {**here, "cpu": "Another"}, {**here, "versions": {**here["versions"], "keras": "2"}}
    like_here = {**here, "os": "another name for the same"}
    for machines, earlier in (
        ((like_here,), ()),
        ((other,), (other,)),
        ((other, third), (other, third)),
        ((here, other), (other,)),
    ):
        moved = pack(replace(state, machines=machines))
        started, *rest = loop.train(trial, misled.dataset, moved, networks=networks, spacing=EVERY_EPOCH)
        assert isinstance(started, Started)
        assert started.earlier_machines == earlier
        assert started.machine == here
        (later,) = checkpoints_of(rest).values()
        assert unpack(later, trial.id).machines == (*earlier, here), "and whoever goes on from here is told, too"
