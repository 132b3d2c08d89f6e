"""Looking at the layers of a trial while it is trained: that it changes nothing, goes on, and stops where it should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from daily import slow_but
from small_trainings import EVERY_EPOCH, small_mnist

from actsearch.config.loading import load_experiment
from actsearch.core.activation import Activation
from actsearch.core.events import Checkpoint, Completed, Diagnosed, Diverged, EpochDone, Event, Progress, Started
from actsearch.core.experiment import Candidate, DataSpec, DiagnosticsSpec, Experiment, Optimizer, Training, Trial
from actsearch.core.identity import expand
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.networks.compiled_networks import CompiledNetworks
from actsearch.networks.kinds.mlp import Mlp
from actsearch.training import loop
from actsearch.training.batches import Pipelines

pytestmark = pytest.mark.xdist_group("tensorflow")

SEEN = DiagnosticsSpec(every=1, probe_size=64)


def trial(
    diagnostics: DiagnosticsSpec | None,
    activation: Activation = Activation("relu"),  # noqa: B008  (frozen)
    model: Mlp = Mlp((16, 8), 0.2, "glorot_uniform", "dropout", False),  # noqa: B008
    optimizer: Optimizer = Optimizer("adam", {"learning_rate": 0.01, "clipvalue": 0.001}),  # noqa: B008
    **changes: Any,
) -> Trial:
    settings = Training(optimizer, "categorical_crossentropy", 3, 64, "float32", 1)
    candidate = Candidate("tried", activation, model, replace(settings, **changes))
    spec = DataSpec(NamedSource("mnist"), holdout=64, train_size=256)
    return expand(Experiment("tests", "", (0,), spec, (candidate,), {}, diagnostics=diagnostics), "0" * 64)[0]


def told(events: Sequence[Event], kind: type) -> list[Any]:
    """The events of a kind, without the times, which differ."""
    clocked = {EpochDone, Diagnosed}
    return [replace(e, seconds=0.0) if kind in clocked else e for e in events if isinstance(e, kind)]


class Trainings:
    """Trains with networks that are compiled once for all tests here, and each trial from its beginning once."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._shared = {"networks": CompiledNetworks(keep=100), "pipelines": Pipelines(dataset)}
        self._whole: dict[tuple[str, DiagnosticsSpec | None], list[Event]] = {}

    def whole(self, trial: Trial) -> list[Event]:
        """All events of a trial, with a checkpoint after every epoch."""
        key = trial.id, trial.diagnostics
        if key not in self._whole:
            self._whole[key] = list(loop.train(trial, self._dataset, spacing=EVERY_EPOCH, **self._shared))
        return self._whole[key]

    def going_on(self, trial: Trial, checkpoint: Checkpoint) -> list[Event]:
        return list(loop.train(trial, self._dataset, checkpoint.content, **self._shared))


@pytest.fixture(scope="module")
def trainings() -> Trainings:
    return Trainings(small_mnist())


NETWORKS = {
    "dropout and clipping": {},
    "batch normalisation, clipping by norm": {
        "model": Mlp((16, 8), 0.0, "glorot_uniform", "dropout", True),
        "optimizer": Optimizer("adam", {"learning_rate": 0.01, "clipnorm": 0.1}),
    },
    "a learned parameter": {"activation": Activation("silu", {"beta": 1.0}, None, ("beta",))},
    "a formula": {"activation": Activation("where(x > 0, x, a * tanh(x))", {"a": 0.5}, "formula", ("a",))},
    "bfloat16, clipping by the global norm": {
        "precision": "mixed_bfloat16",
        "optimizer": Optimizer("sgd", {"learning_rate": 0.1, "global_clipnorm": 0.5}),
    },
}


@pytest.mark.parametrize("as_in_training", [pytest.param(False, marks=pytest.mark.slow), True])
@pytest.mark.parametrize("name", slow_but(["dropout and clipping"], list(NETWORKS)))
def test_looking_changes_no_bit(name: str, as_in_training: bool, trainings: Trainings) -> None:
    """Two people who train the same, one of them with diagnostics, must have the same result."""
    alone = trainings.whole(trial(None, **NETWORKS[name]))
    spec = replace(SEEN, training=as_in_training)
    seen = trainings.whole(trial(spec, **NETWORKS[name]))
    assert told(seen, EpochDone) == told(alone, EpochDone)
    assert len(told(seen, Diagnosed)) == 4
    assert not told(alone, Diagnosed)
    (ending,), (expected,) = told(seen, Completed), told(alone, Completed)
    assert (ending.last, ending.best) == (expected.last, expected.best)
    for key, values in expected.predictions.items():
        np.testing.assert_array_equal(ending.predictions[key], values)


def test_what_is_seen_comes_after_its_epoch_and_before_the_checkpoint(trainings: Trainings) -> None:
    """A checkpoint without the row of its epoch would leave a hole in the file of a resumed trial."""
    events = trainings.whole(trial(SEEN))
    kinds = [type(event) for event in events if not isinstance(event, Progress)]  # which a slow machine tells of
    assert kinds == [Started, Diagnosed, *[EpochDone, Diagnosed, Checkpoint] * 3, Completed]


def test_a_resumed_training_sees_what_one_would_have_seen(trainings: Trainings) -> None:
    """diagnostics.json of a killed trial is that of one that was not, to the byte."""
    whole = trainings.whole(trial(SEEN))
    for checkpoint in told(whole, Checkpoint):
        started, *rest = trainings.going_on(trial(SEEN), checkpoint)
        assert isinstance(started, Started)
        before = [replace(one, seconds=0.0) for one in started.diagnosed]
        assert len(before) == checkpoint.epoch + 1
        assert before + told(rest, Diagnosed) == told(whole, Diagnosed)


def test_where_nothing_was_seen_a_training_begins_anew(trainings: Trainings) -> None:
    """What the layers did in epochs that are over cannot be seen any more; nor with another probe."""
    for other in (None, replace(SEEN, probe_size=32)):
        checkpoint = told(trainings.whole(trial(other)), Checkpoint)[1]
        started, *rest = trainings.going_on(trial(SEEN), checkpoint)
        assert isinstance(started, Started)
        assert (started.resumed, started.diagnosed) == ((), ())
        assert [one.epoch for one in told(rest, Diagnosed)] == [0, 1, 2, 3]


def test_a_training_that_asks_for_nothing_takes_any_checkpoint(trainings: Trainings) -> None:
    """Turning diagnostics off costs nothing."""
    checkpoint = told(trainings.whole(trial(SEEN)), Checkpoint)[1]
    started, *rest = trainings.going_on(trial(None), checkpoint)
    assert isinstance(started, Started)
    assert (len(started.resumed), started.diagnosed) == (2, ())
    assert not told(rest, Diagnosed)


def test_a_longer_training_sees_what_it_would_have_from_the_beginning(trainings: Trainings) -> None:
    """The row of the last epoch of a shorter one, which is always looked at, is none of the longer one's."""
    rare = DiagnosticsSpec(every=2, probe_size=64)
    short = trainings.whole(trial(rare))
    assert [one.epoch for one in told(short, Diagnosed)] == [0, 2, 3]
    longer = trial(rare, epochs=4)
    started, *rest = trainings.going_on(longer, told(short, Checkpoint)[-1])
    assert isinstance(started, Started)
    seen = [*(replace(one, seconds=0.0) for one in started.diagnosed), *told(rest, Diagnosed)]
    assert seen == told(trainings.whole(longer), Diagnosed)
    assert [one.epoch for one in seen] == [0, 2, 4]


def test_a_shorter_training_takes_no_checkpoint_beyond_what_was_seen(trainings: Trainings) -> None:
    """A longer one has not looked at this one's last epoch, in which only this one must have a row."""
    rare = DiagnosticsSpec(every=2, probe_size=64)
    long = trainings.whole(trial(rare, epochs=4))
    shorter = trial(rare)
    expected = told(trainings.whole(shorter), Diagnosed)
    for checkpoint in told(long, Checkpoint)[:3]:
        started, *rest = trainings.going_on(shorter, checkpoint)
        assert isinstance(started, Started)
        assert [*(replace(one, seconds=0.0) for one in started.diagnosed), *told(rest, Diagnosed)] == expected
        assert len(started.resumed) == (checkpoint.epoch if checkpoint.epoch < 3 else 0)


def test_a_training_that_has_only_its_last_evaluation_left_keeps_its_last_row(trainings: Trainings) -> None:
    """The row of the last epoch, always looked at, is not dropped because it is none of every second one."""
    rare = DiagnosticsSpec(every=2, probe_size=64)
    whole = trainings.whole(trial(rare))
    started, *_ = trainings.going_on(trial(rare), told(whole, Checkpoint)[-1])
    assert isinstance(started, Started)
    assert [one.epoch for one in started.diagnosed] == [0, 2, 3]


def test_the_epoch_of_a_divergence_is_looked_at(trainings: Trainings) -> None:
    """How it ended is what one wants to see, also where only every tenth epoch is looked at."""
    hopeless = trial(DiagnosticsSpec(every=10), optimizer=Optimizer("sgd", {"learning_rate": 1e20}))
    events = trainings.whole(hopeless)
    assert isinstance(events[-1], Diverged)
    assert [one.epoch for one in told(events, Diagnosed)] == [0, events[-1].epoch]


def test_a_network_whose_weights_are_no_numbers_any_more_has_no_dead_units(trainings: Trainings) -> None:
    """relu(NaN) is 0 on some machines, with slope 0: a divergence would be taken for dying units."""
    hopeless = trial(SEEN, optimizer=Optimizer("sgd", {"learning_rate": 1e30}))
    last = told(trainings.whole(hopeless), Diagnosed)[-1]
    assert {last.layers["dense_1"][name] for name in ("gradient_norm_kernel", "mean", "dead", "zeros")} == {None}


@pytest.mark.slow
def test_nielsens_networks_begin_as_he_found_them(mnist: Dataset, repository: Path) -> None:
    """By his recipe, the speed of learning of two hidden layers, untrained: he reports 0.07 and 0.31 (chapter 5)."""
    chosen = ("activations=[sigmoid]", "grid={}", "seeds=20", "training.epochs=1")
    experiment = load_experiment(repository / "configs" / "theory" / "vanishing.yaml", chosen).experiment
    networks, speeds = CompiledNetworks(), []
    for one in expand(experiment, "0" * 64):
        _, untrained, *_ = loop.train(one, mnist, networks=networks)
        speeds.append([layer["gradient_norm_bias"] for layer in untrained.layers.values()])
    first, second = np.array(speeds).T
    assert len(first) == 20
    assert first.min() < 0.07 < first.max()
    assert second.min() < 0.31 < second.max()
    assert 0.055 < first.mean() < 0.07
    assert 0.27 < second.mean() < 0.32


def test_the_probe_is_no_larger_than_the_training_set(trainings: Trainings) -> None:
    """256 examples are asked for, 256 there are, and 1,000 there are not."""
    asked = DiagnosticsSpec(probe_size=1000)
    seen = told(trainings.whole(trial(asked, epochs=1)), Diagnosed)
    assert {one.examples for one in seen} == {256}


@pytest.mark.slow
def test_another_seed_in_the_same_network_is_seen_afresh(mnist: Dataset, trainings: Trainings) -> None:
    """Networks are used again; what was counted and compiled for one trial must not tell of it in the next."""
    networks = CompiledNetworks()
    first = trial(SEEN)
    second = replace(first, seed=1)
    list(loop.train(first, mnist, networks=networks))
    again = told(list(loop.train(second, mnist, networks=networks)), Diagnosed)
    assert again == told(list(loop.train(second, mnist)), Diagnosed)
    assert again != told(trainings.whole(first), Diagnosed)


def test_clipping_is_counted_over_the_epoch(trainings: Trainings) -> None:
    """At 0.001 some components are clipped and some are not; without clipping the share is unknown, not 0."""
    clipped = told(trainings.whole(trial(SEEN)), Diagnosed)
    shares = [one.layers["dense_1"]["clipped_kernel"] for one in clipped]
    assert shares[0] is None
    assert all(0 < share < 1 for share in shares[1:])
    free = trial(SEEN, optimizer=Optimizer("sgd", {"learning_rate": 0.1}))
    assert {one.layers["dense_1"]["clipped_kernel"] for one in told(trainings.whole(free), Diagnosed)} == {None}


def test_with_dropout_the_layers_are_seen_as_they_learn(trainings: Trainings) -> None:
    """`training: true`: what comes after a dropout layer sees another variance."""
    with_dropout = told(trainings.whole(trial(replace(SEEN, training=True))), Diagnosed)
    without = told(trainings.whole(trial(SEEN)), Diagnosed)
    assert with_dropout[0].layers["dense_1"]["mean"] == without[0].layers["dense_1"]["mean"]
    assert with_dropout[0].layers["dense_2"]["variance"] > without[0].layers["dense_2"]["variance"]
