"""What every task promises (see `tasks.Task` and `keras_task.KerasTask`), run over each: add a new one to `MEMBERS`.

Without it a verdict would rest on another measure than the curve beside it, or go the wrong way round.
"""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from toy_members.toy_task import DISTANCES

from actsearch.core.activation import Activation
from actsearch.core.experiment import Candidate, Optimizer, Training
from actsearch.core.json_values import to_json
from actsearch.core.tasks import TASKS, Task
from actsearch.data.array_checks import checked_dataset
from actsearch.data.dataset import Dataset
from actsearch.networks import keras_task, models
from actsearch.networks.kinds.mlp import Mlp

pytestmark = pytest.mark.xdist_group("tensorflow")

MEMBERS: dict[str, Task] = {**TASKS, "distances": DISTANCES}
EXAMPLES = 300
every_member = pytest.mark.parametrize("name", MEMBERS)
LOSSES = [(name, loss) for name, task in MEMBERS.items() for loss in task.as_learned.losses]
USUAL = [(name, task.as_learned.losses[0]) for name, task in MEMBERS.items()]
every_loss = pytest.mark.parametrize(("name", "loss"), LOSSES)
each_usual_loss = pytest.mark.parametrize(
    ("name", "loss"),
    [pytest.param(*case, marks=[] if case in USUAL else [pytest.mark.slow]) for case in LOSSES],
)


def dataset_for(task: Task) -> Dataset:
    """Vectors of four features with targets of the task's kind: three classes, or two numbers."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(EXAMPLES, 4)).astype(np.float32)
    targets = {"labels": np.digitize(x[:, 0], (-0.8, 0.9)), "numbers": x[:, :2] ** 2 + 3}[task.as_learned.target]
    arrays = {"x_train": x, "y_train": targets, "x_test": x, "y_test": targets}
    return checked_dataset(arrays, "made up", task.as_learned.target)


def candidate_with(loss: str, output: str | None = None) -> Candidate:
    network = Mlp((5,), 0.0, "glorot_uniform", "dropout", False, output_activation=output)
    training = Training(Optimizer("sgd", {"learning_rate": 0.1}), loss, 1, 32, "float32", 1)
    return Candidate("tanh", Activation("tanh"), network, training)


def outputs_of(task: Task, dataset: Dataset, loss: str) -> np.ndarray:
    """Those of an untrained network."""
    model = models.build(candidate_with(loss), task, dataset.input_shape, dataset.outputs, 0)
    outputs: np.ndarray = model.predict(dataset.x_test, batch_size=100, verbose=0)
    return outputs


@every_member
def test_it_names_what_its_keras_half_has(name: str) -> None:
    """A loss that the file may ask for and Keras's half lacks would end in a traceback, hours later."""
    task = MEMBERS[name]
    half = keras_task.keras_half(task)
    assert set(half.losses) == set(task.as_learned.losses)
    assert [metric.name for metric in half.metrics()] == [metric.name for metric in task.metrics[1:]]
    assert task.loss.name == "loss", "as Keras calls it"
    assert not task.loss.higher_is_better
    assert task.has_metric(task.decide_by)


@each_usual_loss
def test_its_values_are_keras_own(name: str, loss: str) -> None:
    """The test values stand beside the validation values that Keras computed: they must be the same measures."""
    task = MEMBERS[name]
    dataset = dataset_for(task)
    model = models.build(candidate_with(loss), task, dataset.input_shape, dataset.outputs, 0)
    targets = dataset.targets(dataset.y_test)
    expected = model.evaluate(dataset.x_test, targets, batch_size=EXAMPLES, verbose=0, return_dict=True)
    values = keras_task.keras_half(task).values(outputs_of(task, dataset, loss), dataset.y_test, loss)
    assert list(values) == [metric.name for metric in task.metrics]
    assert values == pytest.approx(expected, rel=1e-5, abs=1e-6)


@every_member
def test_its_metrics_keep_their_bounds(name: str) -> None:
    """An interval is cut at the bounds: a value beyond them would lie outside of its own interval."""
    task = MEMBERS[name]
    dataset, loss = dataset_for(task), task.as_learned.losses[0]
    outputs = outputs_of(task, dataset, loss)
    shuffled = np.random.default_rng(1).permutation(outputs)
    for predicted in (outputs, shuffled, outputs[::-1]):
        for metric, value in keras_task.keras_half(task).values(predicted, dataset.y_test, loss).items():
            assert task.metric(metric).within_bounds(value, value) == (value, value)


@every_member
def test_what_is_kept_of_examples_has_the_metrics_as_its_means(name: str) -> None:
    """Noise of the examples is taken from the scores: of another measure it would say nothing of this one."""
    task = MEMBERS[name]
    dataset, loss = dataset_for(task), task.as_learned.losses[0]
    half, outputs = keras_task.keras_half(task), outputs_of(task, dataset, loss)
    kept = half.kept(outputs, dataset.y_test, "last")
    values = half.values(outputs, dataset.y_test, loss)
    assert {array.shape for array in kept.values()} == {(EXAMPLES,)}
    for metric in task.metrics:
        if metric.is_mean_over_examples:
            scores = kept.get(f"{metric.name}_last")
            if scores is None:
                scores = kept["y_last"] == kept["y_true"]
            assert scores.mean() == pytest.approx(values[metric.name], rel=1e-6)


@every_loss
def test_no_constant_prediction_is_better_than_guessing(name: str, loss: str) -> None:
    """What a network is worth is seen beside the best that knows nothing of the inputs."""
    task = MEMBERS[name]
    dataset, half = dataset_for(task), keras_task.keras_half(task)
    guessing = half.guessing(dataset.y_test, loss)
    assert list(guessing) == [metric.name for metric in task.metrics]
    assert all(math.isfinite(value) for value in guessing.values())
    rng = np.random.default_rng(0)
    targets = dataset.targets(dataset.y_test)
    around = [*rng.dirichlet(np.ones(dataset.outputs), 100), targets.mean(axis=0), np.median(targets, axis=0)]
    for constant in around:
        outputs = np.broadcast_to(np.asarray(constant, np.float32), targets.shape)
        for metric, value in half.values(outputs, dataset.y_test, loss).items():
            sign = 1 if task.metric(metric).higher_is_better else -1
            assert sign * value <= sign * guessing[metric] + 1e-6, (metric, constant)


@every_loss
def test_a_training_has_diverged_far_beyond_guessing_alone(name: str, loss: str) -> None:
    """A curve at 1e9 would flatten every other; a bad training is no divergence."""
    task = MEMBERS[name]
    dataset = dataset_for(task)
    limit = keras_task.highest_loss(task, dataset.y_train, loss)
    guessing = keras_task.keras_half(task).guessing(dataset.y_train, loss)["loss"]
    assert 1e5 * guessing < limit < math.inf


@pytest.mark.slow
@every_member
def test_each_output_goes_with_its_losses(name: str) -> None:
    """What the file may ask for is trained: one step has a finite loss and gives numbers of the right shape."""
    task = MEMBERS[name]
    dataset = dataset_for(task)
    for output, losses in task.as_learned.outputs:
        for loss in losses:
            model = models.build(candidate_with(loss, output), task, dataset.input_shape, dataset.outputs, 0)
            assert model.output_shape == (None, dataset.outputs)
            result = model.train_on_batch(dataset.x_train[:32], dataset.targets(dataset.y_train[:32]))
            assert np.isfinite(result).all()


@every_member
def test_results_are_read_without_it(name: str) -> None:
    """A folder from a colleague names nothing that would be imported."""
    task = MEMBERS[name]
    text = json.dumps(to_json(task.of_results))
    assert "InKeras" not in text
    assert Task.from_json(json.loads(text)) == task
    assert Task.from_json(json.loads(text)).learning is None


@pytest.mark.slow
@every_member
def test_another_process_finds_its_keras_half(name: str, tmp_path: Path) -> None:
    """Workers get a task as a value, and import the rest by its name."""
    file = tmp_path / "task.pickle"
    file.write_bytes(pickle.dumps(MEMBERS[name]))
    script = (
        "import pickle, sys; from actsearch.networks.keras_task import keras_half;"
        "print(type(keras_half(pickle.loads(open(sys.argv[1], 'rb').read()))).__name__)"
    )
    folder = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, cwd=folder, check=True)
    assert done.stdout.strip() == type(keras_task.keras_half(MEMBERS[name])).__name__
