"""What `plan` says of a task whose metric is no share: its own unit, its own margin, and no noise that is made up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from toy_members import toy_study

from actsearch.analysis.statistics import power, study_noise
from actsearch.cli.interruption import Interruption
from actsearch.cli.json_rows.conversion import json_value
from actsearch.cli.json_rows.plan import plan_row
from actsearch.cli.plan.noise import noise_of
from actsearch.cli.plan.options import PlanOptions
from actsearch.cli.plan.outlook import outlook_of
from actsearch.cli.screens.plan import plan_lines
from actsearch.config.loading import Loaded
from actsearch.core.errors import UserError
from actsearch.core.identity import expand
from actsearch.core.tasks import MULTICLASS
from actsearch.engines.in_process import InProcess
from actsearch.store.writer import Store
from actsearch.study.outlook import Outlook
from actsearch.study.plans import make_plan
from actsearch.study.runner import train_all

ERRORS = {"relu": 2.0, "sigmoid": 2.3, "tanh": 2.2}
NOISE = 0.04


def options(out: Path, **given: Any) -> PlanOptions:
    usual: dict[str, Any] = {"margin": None, "confidence": 0.95, "baseline": None, "sd": None, "correlation": None}
    return PlanOptions(**{**usual, **given}, out=out, jobs=2, no_timing=True, quiet=True)


def planned(loaded: Loaded, out: Path, **given: Any) -> Outlook:
    with Interruption() as interruption:
        return outlook_of(loaded, make_plan(loaded.experiment, loaded.folder), options(out, **given), interruption)


def printed(outlook: Outlook) -> str:
    console = Console(width=120, record=True, color_system=None, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    for line in plan_lines(outlook):
        console.print(line, markup=False, emoji=False)
    text = re.sub(r"\s+", " ", console.export_text())
    assert "accurac" not in text
    assert not re.search(r"\bpoints\b", text)
    return text


def advice_in(outlook: Outlook) -> tuple[str, ...]:
    row = json.loads(json.dumps(json_value(plan_row(outlook)), allow_nan=False))
    return tuple(row["advice"])


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """The toy study with three seeds."""
    toys = toy_study.load(tmp_path / "toys.yaml")
    return replace(toys, experiment=replace(toys.experiment, seeds=(0, 1, 2)))


@pytest.fixture
def finished(tmp_path: Path, loaded: Loaded, fake_train: Callable[..., Any]) -> Path:
    """The folder of a finished pilot of five seeds."""
    plan = make_plan(loaded.experiment, loaded.folder)
    experiment = replace(plan.experiment, seeds=tuple(range(5)))
    trials = expand(experiment, plan.data_sha256)
    store = Store(tmp_path / "out" / "pilot")
    train = fake_train(accuracies=ERRORS, noise=NOISE)
    with store.locked():
        store.begin(experiment, trials)
        for _ in train_all(trials, store, InProcess(lambda: train)):
            pass
    return tmp_path / "out"


def test_without_a_finished_study_the_noise_is_unknown(loaded: Loaded, tmp_path: Path) -> None:
    """A number for MNIST in the place of metres would promise what nobody can know."""
    outlook = planned(loaded, tmp_path / "nothing", correlation=0.5)
    text = printed(outlook)
    assert (outlook.power, outlook.trials) == (None, 9)
    assert "finds a difference" not in text
    assert advice_in(outlook) == (
        "No finished study tells by how much mae varies from seed to seed. Train a pilot of 3 seeds (actsearch run FILE"
        " --set seeds=3) and plan again, or give the standard deviation with --sd.",
        "As a rule of thumb, 3 activations are compared with 6 seeds to begin with.",
    )


def test_a_given_deviation_is_in_the_unit_of_the_metric(loaded: Loaded, tmp_path: Path) -> None:
    """It may be far above 1; the margin is that of the metric unless another is given."""
    small, large = (planned(loaded, tmp_path, sd=sd, **more) for sd, more in ((0.004, {}), (40.0, {"margin": 120.5})))
    assert small.power is not None
    assert small.power.margin == 0.01
    assert "tied within 0.01 periods takes about 11 seeds" in printed(small)
    text = printed(large)
    assert re.search(r"With 3 seeds a true difference of \d\d\d periods will most likely be found", text)
    assert "tied within 120.5 periods takes about" in text
    assert "Noise: a standard deviation over seeds of 40 periods and a correlation of 0.00" in text
    assert "Differences are in the unit of mae (periods);" in text


def test_a_finished_study_tells_the_noise(loaded: Loaded, finished: Path) -> None:
    """It is what the pilot was for."""
    outlook = planned(loaded, finished)
    assert outlook.power is not None
    assert NOISE / 2 < outlook.power.noise.sd.value < 2 * NOISE
    text = printed(outlook)
    assert re.search(r"Noise: a standard deviation over seeds of 0\.0\d+ periods \(0\.0\d+ to 0\.0\d+\) and", text)
    assert "on the same data, network and epochs; 3 candidates of up to 5 seeds" in text


def test_only_a_study_of_the_same_task_tells_it(loaded: Loaded, finished: Path) -> None:
    """The results of all tasks lie in one folder, and a deviation in metres says nothing of a share."""
    plan = make_plan(loaded.experiment, loaded.folder)
    noise, _ = noise_of(replace(plan.experiment, task=MULTICLASS), plan.data_sha256, options(finished))
    assert noise == study_noise.assumed_noise()


def power_with(loaded: Loaded, margin: float, **noise: Any) -> power.Power:
    asked: Mapping[str, Any] = {"contenders": ("relu", "tanh"), "confidence": 0.95, "baseline": None}
    given = replace(study_noise.assumed_noise(sd=1e-6), **noise)
    return power.power_of_plan(loaded.experiment, given, examples=30, margin=margin, **asked)


def test_few_examples_limit_what_is_a_share_alone(loaded: Loaded) -> None:
    """An error does not move in whole examples; which examples they are matters of any mean over them."""
    assert power_with(loaded, 0.01).least_deviation is None
    of_classes = replace(loaded, experiment=replace(loaded.experiment, task=MULTICLASS))
    assert power_with(of_classes, 0.01).least_deviation == pytest.approx(0.0136, abs=1e-4)
    chosen = power_with(loaded, 0.01, example_variance=0.04)
    assert chosen.smallest_tie == pytest.approx(1.96 * (0.04 / 30) ** 0.5, rel=1e-3)
    assert chosen.examples_to_tie is not None


def test_without_a_margin_there_are_no_ties(loaded: Loaded, tmp_path: Path) -> None:
    """A metric may have none of its own; no number of seeds shows that a difference is exactly 0."""
    assert power_with(loaded, 0.0, example_variance=0.04).examples_to_tie is None
    task = replace(loaded.experiment.task, decide_by="r2_score")
    by_another = replace(loaded, experiment=replace(loaded.experiment, task=task))
    told = advice_in(planned(by_another, tmp_path, sd=0.01))
    assert any("a true difference of" in text and "in r2 score" in text for text in told)
    assert (
        "Nothing is called tied without a margin: say with --margin which differences in r2 score do not matter."
        in told
    )


def test_a_margin_is_refused_that_no_two_values_have_between_them(loaded: Loaded, tmp_path: Path) -> None:
    """For classes 2 is a slip for 0.002; an error may well be 2."""
    options(tmp_path, margin=2.0).refuse([loaded])
    of_classes = replace(loaded, experiment=replace(loaded.experiment, task=MULTICLASS))
    with pytest.raises(UserError, match="--margin 2: must be below 1, as accuracies are shares"):
        options(tmp_path, margin=2.0).refuse([of_classes])
