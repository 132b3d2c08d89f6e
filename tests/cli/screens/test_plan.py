"""What `plan` says: the numbers in words, on narrow and wide terminals and as JSON, whatever names users give."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from toy_members.toy_network import Residual

from actsearch.analysis.statistics import study_noise
from actsearch.cli.json_rows.conversion import json_value
from actsearch.cli.json_rows.plan import plan_row
from actsearch.cli.plan.advice import plan_advice
from actsearch.cli.screens.plan import plan_lines
from actsearch.core.experiment import DataSpec, Experiment
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.data.splitting import split
from actsearch.study import outlook, trial_costs
from actsearch.study.outlook import Outlook, Wanted
from actsearch.study.trial_costs import Cost, Timed

IMAGES = np.zeros((60, 6, 6, 1), np.uint8)
DATASET = Dataset(IMAGES, np.arange(60) % 4, IMAGES, np.arange(60) % 4, classes=4)
TIMED = Timed(start=2.5, again=0.1, step=0.0123, low=0.0111, high=0.0149, steps=40, evaluation=0.0042, look=0.0)
HOSTILE = "a\x1b[31m[bold]\n标准化"


@pytest.fixture
def look_ahead(make_experiment: Callable[..., Any]) -> Callable[..., Outlook]:
    """What is known of an experiment of some activations: `look_ahead(["relu", "gelu"], seeds=5, noise=..., ...)`."""

    def look(
        labels: Any = ("relu", "gelu"),
        seeds: int = 5,
        noise: study_noise.Noise | None = None,
        change: Callable[[Experiment], Experiment] = lambda one: one,
        finished: Any = (),
        timed: Timed | None = TIMED,
        costs: Any = "known",
        **wanted: Any,
    ) -> Outlook:
        experiment, _ = make_experiment(labels, seeds=seeds, data=DataSpec(NamedSource("mnist"), holdout=20))
        experiment = change(experiment)
        splits = split(DATASET, experiment.data)
        by_kind = {} if timed is None else {trial_costs.kind_of(one): timed for one in experiment.candidates}
        n = len(experiment.candidates)
        known = [Cost(2.0, 0.1, 10.0)] * n, [Cost(2.0, 0.1, 20.0)] * n
        asked = Wanted(**{"margin": 0.001, "confidence": 0.95, "baseline": None, "jobs": 2, **wanted})
        return outlook.outlook(
            experiment, "0" * 64, "results/tiny", DATASET, splits, noise or study_noise.assumed_noise(sd=0.05), asked,
            costs=None if costs is None else known, basis="steps", timed=by_kind, loading=(1.0, 2.0), finished=finished,
        )  # fmt: skip

    return look


def _printed(one: Outlook, width: int = 80) -> str:
    console = Console(width=width, record=True, color_system=None, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    for line in plan_lines(one):
        console.print(line, markup=False, emoji=False)
    return console.export_text()


def test_trials_and_time_are_those_of_the_run(
    look_ahead: Callable[..., Outlook], make_experiment: Callable[..., Any]
) -> None:
    """Two activations with five seeds on two workers: each trains five trials, one after the other."""
    one = look_ahead()
    assert (one.trials, one.left, one.jobs) == (10, 10, 2)
    # At equal costs the workers alternate, and each begins one of the two networks, once.
    assert one.seconds == pytest.approx((1 + 2 + 5 * 10 + 4 * 0.1, 2 + 2 + 5 * 20 + 4 * 0.1))
    assert one.by_seeds[10].trials == 20
    assert one.by_seeds[10].seconds[0] == pytest.approx(1 + 2 + 10 * 10 + 9 * 0.1)
    _, trials = make_experiment(("relu", "gelu"), seeds=5, data=DataSpec(NamedSource("mnist"), holdout=20))
    rest = look_ahead(finished={trials[0].id, trials[1].id, "other"})
    assert (rest.trials, rest.left) == (10, 8)
    assert rest.seconds[0] < one.seconds[0]
    assert "2 of them finished" in _printed(rest)
    done = look_ahead(finished={trial.id for trial in trials})
    assert "none, all is finished" in _printed(done)


@pytest.mark.parametrize("width", [60, 80, 140])
def test_it_fits_the_terminal(look_ahead: Callable[..., Outlook], width: int) -> None:
    """A line that is wider is broken by the terminal, in the middle of a number."""
    six = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
    noise = replace(
        study_noise.assumed_noise(), sd=study_noise.NumberRange(0.0005, 0.0004, 0.0007), example_variance=0.04
    )
    text = _printed(look_ahead(six, noise=noise), width)
    assert max(map(len, text.splitlines())) <= width
    assert "12 ms (11 to 15)" in re.sub(r"\s+", " ", text)
    assert "as in the file" in text or width < 80


def test_an_unknown_time_is_said_to_be_unknown(look_ahead: Callable[..., Outlook]) -> None:
    """Of a network whose cost nobody worked out; what can be known without it stays, and the remedy is there."""

    def of_residual_networks(experiment: Experiment) -> Experiment:
        candidates = [replace(candidate, model=Residual(8, 2)) for candidate in experiment.candidates]
        return replace(experiment, candidates=tuple(candidates))

    plan = look_ahead(change=of_residual_networks, timed=None, costs=None, margin=0.03)
    text = re.sub(r"\s+", " ", _printed(plan))
    assert "time unknown without timing" in text
    assert "plan without --no-timing to time them" in text
    assert "how much more for checkpoints is unknown" in text
    assert "To call activations that are alike tied" in text
    row = json.loads(json.dumps(json_value(plan_row(plan))))
    assert (row["seconds"]["low"], row["seconds"]["high"], row["disk"]["checkpoints"]) == (None, None, None)
    assert {candidate["trial_seconds"] for candidate in row["candidates"]} == {None}
    assert {seeds["seconds"] for seeds in row["power"]["by_seeds"]} == {None}


def test_names_do_no_harm(look_ahead: Callable[..., Outlook]) -> None:
    """A label with an escape sequence must not repaint the terminal, nor markup vanish."""

    def rename(experiment: Experiment) -> Experiment:
        hostile = [replace(one, label=f"{HOSTILE} {i}") for i, one in enumerate(experiment.candidates)]
        return replace(experiment, candidates=tuple(hostile), name=HOSTILE)

    one = look_ahead(change=rename, baseline=f"{HOSTILE} 0")
    text = _printed(one, 140)
    assert "\x1b" not in text
    assert "a [31m[bold] 标准化 0" in text
    assert json.loads(json.dumps(json_value(plan_row(one))))["power"]["baseline"] == f"{HOSTILE} 0"


def _advice(one: Outlook) -> str:
    return " ".join(plan_advice(one))


def test_it_says_what_to_do(look_ahead: Callable[..., Outlook]) -> None:
    """The numbers alone leave a newcomer where they were."""
    noise = replace(study_noise.assumed_noise(), sd=study_noise.NumberRange(0.05, 0.04, 0.07))
    six = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
    told = _advice(look_ahead(six, seeds=10, noise=noise, margin=0.1))
    assert re.search(
        r"With 10 seeds a true difference of 1\d\.\d+ points \(\d\.\d+ to 1\d\.\d+\) will most likely", told
    )
    assert re.search(r"tied within 10\.00 points takes about \d+ seeds \(\d+ to \d+\), .* in all; to tell a", told)
    assert "--baseline NAME" in told
    few = _advice(look_ahead(six, seeds=2))
    assert "With 2 seeds there will be no verdict" in few
    assert "6 activations are compared with 10 seeds" in few
    assert "With so few seeds a verdict is to be taken with care." in _advice(look_ahead(seeds=3))
    assert "rule of thumb" not in _advice(look_ahead(seeds=5))
    assert "enough to call activations that are alike tied" in _advice(look_ahead(seeds=20, margin=0.5))
    assert "give a larger --margin" in _advice(look_ahead(margin=0.00001))
    many = [f"f{i}" for i in range(9)]
    assert "9 activations make 36 pairs: screen them first" in _advice(look_ahead(many))
    assert "screen" not in _advice(look_ahead(many, baseline="f0"))


def test_it_says_what_is_in_the_way(look_ahead: Callable[..., Outlook]) -> None:
    """More workers than memory, examples that cannot show a tie, and a candidate that varies more than the others."""
    noise = replace(study_noise.assumed_noise(), example_variance=0.04, noisier=(("sigmoid", 0.02),))
    told = _advice(look_ahead(noise=noise))
    assert "20 evaluated examples cannot show a tie within 0.10 points" in told
    assert "About 420,000 examples most likely would" in told
    assert "sigmoid varied more there (2.00 points)" in told
    crowded = replace(look_ahead(), available_memory=2_000_000_000, jobs=4)
    assert "4 workers may take more memory than is free: give --jobs 1." in _advice(crowded)


def test_one_activation_has_nothing_to_be_compared_with(look_ahead: Callable[..., Outlook]) -> None:
    """Its cost is told all the same."""
    one = look_ahead(["relu"])
    assert one.power is None
    assert "nothing to compare" in _printed(one)
    assert json_value(plan_row(one))["power"] is None


def test_a_grid_without_tuning_is_told(look_ahead: Callable[..., Outlook]) -> None:
    """Eighteen rows do not become six by themselves."""

    def grid(experiment: Experiment) -> Experiment:
        twice = [replace(one, setting={"training.batch_size": n}) for one in experiment.candidates for n in (8, 16)]
        return replace(experiment, candidates=tuple(twice))

    one = look_ahead(change=grid)
    assert one.power is not None
    assert one.power.family == 1
    assert "without tuning_seeds" in one.notes[-1]
    tuned = look_ahead(change=lambda experiment: replace(grid(experiment), tuning_seeds=(1000, 1001, 1002)))
    assert [(stage.role, stage.trials) for stage in tuned.stages] == [("tuning", 12), ("comparison", 10)]
    assert tuned.notes == ()
    assert "2 activations x 5 seeds = 10 trials" in _printed(tuned)


def test_json_is_whole_and_has_no_infinity(look_ahead: Callable[..., Outlook]) -> None:
    """JSON knows none, and a program would stumble over it."""
    wide = replace(study_noise.assumed_noise(), sd=study_noise.NumberRange(0.05, 0.0005, 0.5))
    row: Mapping[str, Any] = json_value(plan_row(look_ahead(noise=wide, timed=None)))
    again = json.loads(json.dumps(row, allow_nan=False))
    assert again["power"]["seeds_to_tie"]["high"] is None
    assert again["seconds"]["low"] < again["seconds"]["high"]
    assert again["candidates"][0]["timed"] is None
    assert [one["seeds"] for one in again["power"]["by_seeds"]] == [3, 5, 10, 20]
