"""`run --until-decided`: looks that are fixed beforehand, recorded, and the same after a kill."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Done
from staged_studies import (
    HASH,
    MORE,
    Write,
    results,
    tuned,
    without_lock,
)

from actsearch.cli.app import commands
from actsearch.core.errors import StoreError, UserError
from actsearch.core.events import Event, Train
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.metrics import Metric
from actsearch.core.tasks import MULTICLASS, Task
from actsearch.engines.in_process import InProcess
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import rounds, runner, until_decided
from actsearch.study.look_by_look import Looks
from actsearch.study.plans import plan_for
from actsearch.study.proposer import ResultsSoFar
from actsearch.study.until_decided import UntilDecided

ACCURACIES = {"relu": 0.9, "elu": 0.89, "selu": 0.45, "sigmoid": 0.4}
LABELS = list(ACCURACIES)
NUMBERS: dict[str, Any] = {"accuracies": ACCURACIES, "noise": 0.002}
"""Two leave at the first look; on ten validation examples relu and elu are not told apart, and go on to the last."""
DEFAULTS = UntilDecided()


def study(make_experiment: Callable[..., Any], labels: list[str] = LABELS, **changes: Any) -> Experiment:
    experiment: Experiment = make_experiment(labels, seeds=2)[0]
    return replace(experiment, **changes)


def run(folder: Path, experiment: Experiment, train: Train, until: UntilDecided | None = DEFAULTS) -> list[Any]:
    """What `actsearch run --until-decided` does with a folder, without its display."""
    plan = plan_for(experiment, HASH, until)
    kept, engine, told = Store(folder), InProcess(lambda: train), []
    with kept.locked():
        for work in rounds.rounds_of_work(plan, kept):
            told.append(work)
            for _ in runner.train_all(work.left, kept, engine, keep_engine=True):
                pass
    return told


def seeds_by_label(folder: Path) -> dict[str, int]:
    return {c.label: len(c.trials) for c in read_experiment(folder).candidates}


# --- what is trained


def test_seeds_are_added_look_by_look_and_losers_leave(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """The seeds of a hopeless candidate are what is saved."""
    train = fake_train(**NUMBERS)
    told = run(hostile / "tiny", study(make_experiment), train)
    assert [[taken.seeds for taken in work.looks] for work in told] == [[], [5], [8], [12], [20]]
    assert [len(work.left) for work in told] == [20, 6, 8, 16, 0]
    assert len(train.begun) == len(set(train.begun)) == 50
    assert seeds_by_label(hostile / "tiny") == {"relu": 20, "elu": 20, "selu": 5, "sigmoid": 5}
    looks = read_experiment(hostile / "tiny").looks
    assert looks is not None
    assert (looks.margin, looks.confidence, looks.looks, looks.family) == (0.001, 0.95, (5, 8, 12, 20), 6)
    assert (looks.seeds, looks.examples, looks.metric) == (tuple(range(20)), 10, "val_accuracy")
    first = looks.taken[0]
    assert {(one.label, one.why) for one in first.left} == {("selu", "worse"), ("sigmoid", "worse")}
    assert first.stays == ("relu", "elu")
    decisions = {(pair.a, pair.b): pair.decision for pair in looks.pairs}
    assert decisions["relu", "sigmoid"] == "better"
    assert decisions["relu", "elu"] == "undecided"
    assert looks.has_ended


def test_a_wide_margin_ends_at_the_first_look(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    told = run(hostile / "tiny", study(make_experiment, ["relu", "elu"]), fake_train(**NUMBERS), UntilDecided(0.1))
    assert [len(work.left) for work in told] == [10, 0]
    looks = read_experiment(hostile / "tiny").looks
    assert looks is not None
    assert looks.taken[0].stays == ()
    assert looks.pairs[0].decision == "tied"


def test_seeds_are_the_files_then_the_next_and_none_that_tuned(make_experiment: Callable[..., Any]) -> None:
    """A seed that chose a setting must not be compared by."""
    experiment = study(make_experiment, seeds=(7, 3), tuning_seeds=(8, 9, 10))
    assert until_decided.seeds_of(experiment, 6) == (7, 3, 11, 12, 13, 14)
    assert until_decided.seeds_of(replace(experiment, seeds=(2**32 - 1,)), 3) == (2**32 - 1, 0, 1)
    assert until_decided.seeds_of(replace(experiment, seeds=tuple(range(30))), 20) == tuple(range(20))


def test_with_tuning_seeds_the_chosen_settings_are_decided_between(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """Three kinds of stages in one run, none of whose trials is the other's."""
    accuracies = {"relu 0.1": 0.9, "relu 0.2": 0.8, "selu 0.1": 0.6, "selu 0.2": 0.7}
    train = fake_train(accuracies=accuracies, noise=0.002)
    told = run(hostile / "tiny", tuned(make_experiment), train)
    assert [len(work.left) for work in told] == [12, 10, 0]
    result = read_experiment(hostile / "tiny")
    assert result.looks is not None
    assert [dict(one.setting) for one in result.looks.contenders] == [dict(one.setting) for one in result.chosen]
    assert result.looks.pairs[0].decision == "better"
    assert [len(candidate.trials) for candidate in result.compared] == [5, 5]


def test_diverging_contenders_are_told_and_end(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """Twenty divergences say no more than five."""
    run(hostile / "tiny", study(make_experiment, ["relu", "selu"]), fake_train(diverges=["selu"], **NUMBERS))
    looks = read_experiment(hostile / "tiny").looks
    assert looks is not None
    assert [(one.label, one.why) for one in looks.taken[0].left] == [("relu", "settled"), ("selu", "none completed")]


def test_a_look_waits_for_what_failed(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """A seed that is missing for want of memory is no reason to decide without it."""
    experiment, folder = study(make_experiment, ["relu", "selu"]), hostile / "tiny"
    broken = fake_train(fails=["selu"], **NUMBERS)
    told = run(folder, experiment, broken)
    assert len(broken.begun) == 10
    assert told[-1].stage.waiting == ("the look at 5 seeds waits for 5 trials that failed",)
    assert [len(work.left) for work in run(folder, experiment, fake_train(**NUMBERS))] == [5, 0]


# --- killed, resumed, changed


def test_what_was_fixed_beforehand_stays_fixed(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """A margin that is chosen after a look at the data is no margin."""
    experiment, folder = study(make_experiment, ["relu", "selu"]), hostile / "tiny"
    run(folder, experiment, fake_train(**NUMBERS), UntilDecided(0.002, 0.9, 12))
    before = without_lock(folder)
    for until, told in (
        (UntilDecided(margin=0.001), "--margin 0.001: it was 0.002"),
        (UntilDecided(confidence=0.95), "--confidence 0.95: it was 0.9"),
        (UntilDecided(max_seeds=20), "--max-seeds 20: it was 12"),
    ):
        with pytest.raises(StoreError, match=told):
            run(folder, experiment, fake_train(), until)
    for changed in (
        study(make_experiment, ["relu", "selu", "elu"]),
        study(make_experiment, ["relu", "elu"]),
        make_experiment(["relu", "selu"], epochs=3)[0],
    ):
        with pytest.raises(StoreError, match="other contenders"):
            run(folder, changed, fake_train())
    assert without_lock(folder) == before
    run(folder, experiment, fake_train(), UntilDecided(margin=0.002))
    run(folder, experiment, fake_train(), UntilDecided())
    assert without_lock(folder) == before


def test_a_plain_run_keeps_the_looks_and_asks_for_the_files_seeds(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """Trials beyond the file's seeds were paid for, and stay; those of the file are trained for who left, too."""
    experiment, folder = study(make_experiment, seeds=tuple(range(7))), hostile / "tiny"
    run(folder, experiment, fake_train(**NUMBERS))
    looks = (folder / "looks.json").read_bytes()
    (told,) = run(folder, experiment, fake_train(**NUMBERS), until=None)
    assert sorted((t.candidate.label, t.seed) for t in told.left) == [
        *(("selu", 5), ("selu", 6), ("sigmoid", 5), ("sigmoid", 6))
    ]
    assert (told.stage.is_last, told.stage.to_follow, told.stage.foreseen) == (True, 0, ())
    assert seeds_by_label(folder) == {"relu": 20, "elu": 20, "selu": 7, "sigmoid": 7}
    assert (folder / "looks.json").read_bytes() == looks
    result = read_experiment(folder)
    assert result.stranded == ()
    assert result.looks is not None
    (again,) = run(folder, experiment, fake_train(**NUMBERS))
    assert again.left == ()
    assert seeds_by_label(folder) == {"relu": 20, "elu": 20, "selu": 7, "sigmoid": 7}


def test_after_a_plain_run_the_looks_take_what_is_there(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """The first look is at five seeds, though there are seven; nothing is left out or trained again."""
    experiment, folder = study(make_experiment, seeds=tuple(range(7))), hostile / "tiny"
    run(folder, experiment, fake_train(**NUMBERS), until=None)
    train = fake_train(**NUMBERS)
    told = run(folder, experiment, train)
    assert [taken.seeds for taken in told[0].looks] == [5]
    assert [len(work.left) for work in told] == [2, 8, 16, 0]
    assert seeds_by_label(folder) == {"relu": 20, "elu": 20, "selu": 7, "sigmoid": 7}
    assert read_experiment(folder).stranded == ()


def test_a_plain_run_in_the_middle_of_a_look_leaves_nothing_behind(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    experiment, folder = study(make_experiment), hostile / "tiny"
    train = fake_train(**NUMBERS)

    def interrupted(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        if trial.seed == 7:
            raise KeyboardInterrupt
        yield from train(trial, checkpoint)

    with pytest.raises(KeyboardInterrupt):
        run(folder, experiment, interrupted)
    (told,) = run(folder, experiment, fake_train(**NUMBERS), until=None)
    assert told.left == ()
    assert read_experiment(folder).stranded == ()
    rest = fake_train(**NUMBERS)
    run(folder, experiment, rest)
    assert len(train.begun) + len(rest.begun) == 50


def test_damaged_looks_are_taken_anew_to_the_same_bytes(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """They follow from the trials; an edited margin is damage, too."""
    experiment, folder = study(make_experiment, ["relu", "elu", "sigmoid"]), hostile / "tiny"
    run(folder, experiment, fake_train(**NUMBERS))
    path = folder / "looks.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"margin": 0.001', b'"margin": 0.01'))
    result = read_experiment(folder)
    assert result.looks is None
    assert any("looks.json: is damaged" in problem for problem in result.problems)
    told = run(folder, experiment, fake_train(**NUMBERS))
    assert any("looks.json: is damaged" in problem for problem in told[0].problems)
    assert path.read_bytes() == whole


def test_looks_of_other_trials_are_not_shown(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """After a change of settings, decisions about the former trials would be told of the new ones."""
    folder = hostile / "tiny"
    run(folder, study(make_experiment, ["relu", "selu"]), fake_train(**NUMBERS))
    run(folder, make_experiment(["relu", "selu"], epochs=3)[0], fake_train(**NUMBERS), until=None)
    result = read_experiment(folder)
    assert result.looks is None
    assert any("does not ask for any more" in problem for problem in result.problems)


def test_what_cannot_be_decided_is_refused(make_experiment: Callable[..., Any]) -> None:
    """With several settings of each activation there is no telling what is to be decided."""
    with pytest.raises(UserError, match="add tuning_seeds: 3"):
        until_decided.check_decidable(replace(tuned(make_experiment), tuning_seeds=()))
    until_decided.check_decidable(tuned(make_experiment))
    with pytest.raises(UserError, match="one activation alone"):
        until_decided.check_decidable(study(make_experiment, ["relu"]))


def test_a_choice_that_changes_is_another_study(make_experiment: Callable[..., Any]) -> None:
    """The looks were taken at one setting; another one chosen meanwhile (by a larger grid) was not looked at."""
    experiment = tuned(make_experiment)
    found = {"relu 0.1": 0.9, "relu 0.2": 0.8, "selu 0.1": 0.6, "selu 0.2": 0.7}
    looks = Looks(experiment, HASH)
    record = looks.propose(ResultsSoFar(results(found))).looks
    assert record is not None
    with pytest.raises(UserError, match="relu is gone or another"):
        looks.propose(ResultsSoFar(results(found | {"relu 0.2": 0.95}), record))


# --- the command


def write_study(write_experiment: Write) -> Path:
    path = write_experiment(activations="[relu, elu, selu, sigmoid]")
    path.write_text(path.read_text(encoding="utf-8").replace("seeds: [0]\n", "seeds: 2\n"), encoding="utf-8")
    return path


def test_run_says_what_each_look_decided(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    hostile: Path,
) -> None:
    """For a log that is read in the morning; and what may come is said before anything is trained."""
    train = training(**NUMBERS)
    path = write_study(write_experiment)
    dry = actsearch_("run", path, "--until-decided", "--dry-run")
    assert "tiny: 20 trials, 20 to train" in dry.out
    assert "then up to 60 more, until it is decided" in dry.out
    done = actsearch_("run", path, "--until-decided", "--no-plots")
    assert (done.code, done.err) == (0, "")
    assert [line for line in done.out.splitlines() if line.startswith("look ")] == [
        "look 1 of 4 (5 seeds): selu leaves (worse than relu); sigmoid leaves (worse than relu); 2 go on",
        "look 2 of 4 (8 seeds): 2 go on",
        "look 3 of 4 (12 seeds): 2 go on",
        "look 4 of 4 (20 seeds): the last look; undecided: relu and elu",
    ]
    assert len(train.begun) == 50
    again = actsearch_("run", path, "--until-decided", "--no-plots")
    assert "all 50 trials are finished already" in again.out
    assert "look " not in again.out
    assert "the looks ended at 20 seeds, undecided: relu and elu" in again.out
    assert "look 4 of 4" in actsearch_("status", "results").out
    row = json.loads(actsearch_("status", "results", "--json").out)
    assert [look["seeds"] for look in row["looks"]] == [5, 8, 12, 20]
    refused = actsearch_("run", path, "--until-decided", "--margin", "0.5")
    assert refused.code == 2
    assert "results/tiny: --margin 0.5: it was 0.001" in refused.err
    assert len(refused.err.splitlines()) == 1
    assert actsearch_("run", path, "--until-decided", "--margin", "0.5", "--fresh", "--no-plots").code == 0
    assert (hostile / "results" / "tiny" / "looks.json").is_file()


def test_json_tells_looks(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
) -> None:
    training(**NUMBERS)
    done = actsearch_("run", write_study(write_experiment), "--until-decided", "--no-plots", "--json")
    looks = [row for row in map(json.loads, done.out.splitlines()) if row["event"] == "look"]
    assert [(look["look"], look["of"], look["seeds"]) for look in looks] == [
        (1, 4, 5),
        (2, 4, 8),
        (3, 4, 12),
        (4, 4, 20),
    ]
    assert {one["label"] for one in looks[0]["left"]} == {"selu", "sigmoid"}


@pytest.mark.parametrize(
    ("arguments", "more", "told"),
    [
        (("--margin", "0.1"), "", "say how to run --until-decided; add it"),
        (("--until-decided", "--max-seeds", "2"), "", "2 is not in the range"),
        (("--until-decided",), MORE.partition("\n")[2], "tiny.yaml:7: grid: gives an activation several settings"),
    ],
)
def test_mistakes_are_told(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    arguments: tuple[str, ...],
    more: str,
    told: str,
) -> None:
    done = actsearch_("run", write_experiment(more=more), *arguments)
    assert done.code == 2
    assert told in done.err


def test_a_failed_trial_is_exit_code_1_and_a_note(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
) -> None:
    training(fails=["sigmoid"], **NUMBERS)
    done = actsearch_("run", write_study(write_experiment), "--until-decided", "--no-plots")
    assert done.code == 1
    assert "note: the look at 5 seeds waits for 5 trials that failed" in done.err


def test_a_notebook_runs_until_it_is_decided(
    write_experiment: Write,
    training: Callable[..., Any],
    hostile: Path,
) -> None:
    import actsearch

    training(**NUMBERS)
    result = actsearch.run(
        actsearch.load(write_study(write_experiment)), hostile / "out", until_decided=True, max_seeds=5
    )
    assert result.looks is not None
    assert result.looks.looks == (5,)
    assert result.looks.has_ended


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"max_seeds": 2}, "max_seeds: 2; give a whole number from 3"),
        ({"max_seeds": 4.5}, "max_seeds: 4.5; give a whole number"),
        ({"margin": -0.001}, "margin: -0.001 is not a difference"),
        ({"margin": math.nan}, "margin: nan is not a difference"),
        ({"confidence": 1.0}, "confidence: 1.0; give at least 0.5 and below 1"),
        ({"confidence": 0.0}, "confidence: 0.0; give at least 0.5"),
        ({"until_decided": False, "margin": 0.1}, "add until_decided=True"),
    ],
    ids=str,
)
def test_a_notebooks_mistakes_are_told_before_anything_is_trained(
    write_experiment: Write, hostile: Path, how: dict[str, Any], told: str
) -> None:
    """A negative margin would train all seeds for a rule that can never hold."""
    import actsearch

    loaded = actsearch.load(write_study(write_experiment))
    with pytest.raises(UserError, match=re.escape(told)):
        actsearch.run(loaded, hostile / "out", **{"until_decided": True, **how})
    assert not (hostile / "out").exists()


def test_a_margin_is_a_difference_of_the_tasks_own_metric() -> None:
    """A rent in francs is not below 1, and 1.5 is no difference of accuracies."""
    rents = Task("rents", (Metric("loss", False), Metric("mae", False, 0, margin=0.5)), "mae")
    until_decided.check_rule(UntilDecided(250.0), rents)
    for margin, task, wrong in (
        (-1, rents, "margin: -1 is not a difference of values of mae; give 0 or more, such as 0.5"),
        (1.5, MULTICLASS, "margin: 1.5 is not a difference of accuracies; give 0 or more, below 1, such as 0.001"),
    ):
        with pytest.raises(UserError) as refused:
            until_decided.check_rule(UntilDecided(margin), task)
        assert str(refused.value) == wrong


def test_the_command_line_takes_the_numbers_that_python_takes() -> None:
    """A study that was begun in one must go on in the other."""
    options = {option.name: option.type for option in commands.commands["run"].params}
    seeds, margin, confidence = (options[name] for name in ("max_seeds", "margin", "confidence"))
    until_decided.check_rule(UntilDecided(margin.min, confidence.min, seeds.min), MULTICLASS)
    highest = UntilDecided(math.nextafter(margin.max or 1, 0), math.nextafter(confidence.max, 0), seeds.max)
    until_decided.check_rule(highest, MULTICLASS)
    for beyond in (UntilDecided(max_seeds=seeds.min - 1), UntilDecided(max_seeds=seeds.max + 1)):
        with pytest.raises(UserError):
            until_decided.check_rule(beyond, MULTICLASS)
