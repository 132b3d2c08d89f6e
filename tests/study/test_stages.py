"""Runs in stages: what comes out decides what is trained next, and a killed run must decide the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Done
from staged_studies import HASH, MORE, RATE, Write, results, tuned, waiting, without_lock

from actsearch.core.events import Event, Failed, Train
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.identity import expand
from actsearch.engines.in_process import InProcess
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import rounds, runner
from actsearch.study.plans import plan_for
from actsearch.study.proposer import ResultOf, ResultsSoFar, Stage

ACCURACIES = {"relu 0.1": 0.9, "relu 0.2": 0.8, "selu 0.1": 0.6, "selu 0.2": 0.7}
"""The best settings are relu 0.1 and selu 0.2."""


def stage_of(experiment: Experiment, result_of: ResultOf) -> Stage:
    return plan_for(experiment, HASH).proposer.propose(ResultsSoFar(result_of))


def run(folder: Path, experiment: Experiment, train: Train, **how: Any) -> list[rounds.Work]:
    """What `actsearch run` does with a folder, without its display."""
    kept, engine, told = Store(folder), InProcess(lambda: train), []
    with kept.locked():
        for work in rounds.rounds_of_work(plan_for(experiment, HASH), kept, **how):
            told.append(work)
            for _ in runner.train_all(work.left, kept, engine, keep_engine=True):
                pass
    return told


def names(trials: tuple[Trial, ...]) -> list[str]:
    return [f"{t.candidate.label} {t.candidate.setting[RATE]} {t.seed}" for t in trials]


# --- what is asked for


def test_settings_are_tried_on_tuning_seeds_first(make_experiment: Callable[..., Any]) -> None:
    """What is compared must not have been chosen on the same seeds."""
    stage = stage_of(tuned(make_experiment), waiting)
    assert len(stage.trials) == 12
    assert {trial.seed for trial in stage.trials} == {1000, 1001, 1002}
    assert stage.to_follow == 4
    assert stage.foreseen == ((0, 2), (1, 3)) * 2
    assert stage.later is not None
    may_follow = expand(tuned(make_experiment), HASH)
    assert all(len(stage.later(trial.seed, trial.trajectory)) == 1 for trial in may_follow)
    assert not any(stage.later(trial.seed, trial.trajectory) for trial in stage.trials)
    assert stage.chosen == ()


def test_each_activation_is_compared_at_its_own_best_setting(make_experiment: Callable[..., Any]) -> None:
    """One setting for all would favour whichever it suits."""
    stage = stage_of(tuned(make_experiment), results(ACCURACIES))
    assert names(stage.trials[12:]) == ["relu 0.1 0", "selu 0.2 0", "relu 0.1 1", "selu 0.2 1"]
    assert [(c.label, c.setting[RATE], round(c.mean or 0, 6)) for c in stage.chosen] == [
        ("relu", 0.1, 0.9),
        ("selu", 0.2, 0.7),
    ]
    assert (stage.to_follow, stage.later, stage.waiting) == (0, None, ())


def test_an_activation_is_chosen_for_as_soon_as_its_own_trials_are_finished(
    make_experiment: Callable[..., Any],
) -> None:
    """And the choice is the same whatever else is finished: a run that was killed goes on with the same."""
    stage = stage_of(tuned(make_experiment), results(ACCURACIES | {"selu 0.1 1002": "interrupted"}))
    assert names(stage.trials[12:]) == ["relu 0.1 0", "relu 0.1 1"]
    assert [c.label for c in stage.chosen] == ["relu"]
    assert stage.to_follow == 2


@pytest.mark.parametrize(
    ("found", "rate"),
    [
        ({"relu 0.1": 0.5, "relu 0.2": 0.5}, 0.1),
        ({"relu 0.1": 0.9, "relu 0.1 1001": "diverged", "relu 0.2": 0.2}, 0.2),
        ({"relu 0.1": "diverged", "relu 0.1 1000": 0.3, "relu 0.2": "diverged"}, 0.1),
        ({"relu 0.1": "diverged", "relu 0.2": "diverged"}, 0.1),
    ],
    ids=["the first of equals", "no divergence first", "fewer divergences first", "all diverged"],
)
def test_how_a_setting_is_chosen(make_experiment: Callable[..., Any], found: dict[str, Any], rate: float) -> None:
    """A setting that diverges on one seed in three is no setting to compare at, whatever the other two reach."""
    (choice,) = stage_of(tuned(make_experiment), results(found)).chosen
    assert (choice.label, choice.setting[RATE]) == ("relu", rate)


def test_nothing_is_chosen_while_a_tuning_trial_has_failed(make_experiment: Callable[..., Any]) -> None:
    """A setting that lost by running out of memory has not lost."""
    stage = stage_of(tuned(make_experiment), results(ACCURACIES | {"relu 0.2 1000": "failed"}))
    assert [c.label for c in stage.chosen] == ["selu"]
    assert stage.waiting == ("relu: its setting can be chosen once 1 of its tuning trials that failed can be trained",)


def test_a_trial_is_the_same_in_either_role(make_experiment: Callable[..., Any]) -> None:
    """What was trained as one is not trained again as the other."""
    experiment = tuned(make_experiment)
    other = replace(experiment, tuning_seeds=(), seeds=(1000,))
    assert {t.id for t in stage_of(other, waiting).trials} < {t.id for t in stage_of(experiment, waiting).trials}


# --- on disk


def test_the_folder_tells_roles_and_choices(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """A table that mixed tuning trials in would compare what was chosen with the seeds that chose it."""
    train = fake_train(accuracies=ACCURACIES)
    told = run(hostile / "tiny", tuned(make_experiment), train)
    assert [len(work.left) for work in told] == [12, 4]
    assert [[c.label for c in work.chosen] for work in told] == [[], ["relu", "selu"]]
    assert len(train.begun) == len(set(train.begun)) == 16
    plan = json.loads((hostile / "tiny" / "plan.json").read_bytes())
    assert plan["tuning_seeds"] == [1000, 1001, 1002]
    assert [row["setting"] for row in plan["chosen"]] == [{RATE: 0.1}, {RATE: 0.2}]
    result = read_experiment(hostile / "tiny")
    assert [[t.seed for t in c.trials] for c in result.candidates] == [[0, 1], [], [], [0, 1]]
    assert [[t.seed for t in c.tuning] for c in result.candidates] == [[1000, 1001, 1002]] * 4
    assert {t.role for c in result.candidates for t in c.tuning} == {"tuning"}
    assert [c.label for c in result.compared] == ["relu", "selu"]
    assert result.stranded == ()
    assert [choice.setting[RATE] for choice in result.chosen] == [0.1, 0.2]


def test_without_tuning_seeds_the_plan_is_as_it_was(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """Experiments of earlier versions are not written anew."""
    run(hostile / "tiny", replace(tuned(make_experiment), tuning_seeds=()), fake_train())
    plan = json.loads((hostile / "tiny" / "plan.json").read_bytes())
    assert not {"tuning_seeds", "chosen"} & set(plan)
    assert all(set(trial) == {"id", "seed", "epochs"} for row in plan["candidates"] for trial in row["trials"])


def test_a_damaged_tuning_trial_leaves_nothing_behind(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """Until it is trained again nothing is chosen, and what was compared is asked for again afterwards."""
    experiment, folder = tuned(make_experiment), hostile / "tiny"
    run(folder, experiment, fake_train(accuracies=ACCURACIES))
    before = {name: one for name, one in without_lock(folder).items() if "damaged" not in name}
    damaged = next(t for t in read_experiment(folder).candidates[0].tuning)
    (folder / "trials" / damaged.id / "history.json").write_text("{}", encoding="ascii")
    train = fake_train(accuracies=ACCURACIES)
    told = run(folder, experiment, train)
    assert train.begun == [damaged.id]
    assert told[0].held == 2
    assert {name: one for name, one in without_lock(folder).items() if "damaged" not in name} == before


def test_what_failed_is_tried_once_a_run(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """A run that tried a broken trial again and again would never end; the next run tries it, and goes on."""
    experiment, folder = tuned(make_experiment), hostile / "tiny"
    broken = fake_train(fails=["relu"], accuracies=ACCURACIES)
    told = run(folder, experiment, broken)
    assert len(broken.begun) == len(set(broken.begun)) == 12 + 2
    assert told[-1].left == ()
    assert len(told[-1].stage.waiting) == 1
    assert [c.label for c in read_experiment(folder).chosen] == ["selu"]
    assert [len(work.left) for work in run(folder, experiment, fake_train(accuracies=ACCURACIES))] == [6, 2]


def test_retry_failed_trains_those_alone(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    experiment, folder = tuned(make_experiment), hostile / "tiny"
    run(folder, experiment, fake_train(fails=["relu"], accuracies=ACCURACIES))
    told = run(folder, experiment, fake_train(accuracies=ACCURACIES), only_failed=True)
    assert [len(work.left) for work in told] == [6, 0]
    assert [c.label for c in read_experiment(folder).chosen] == ["relu", "selu"]


def test_a_larger_grid_may_choose_otherwise(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """What was compared at the former setting stays on disk and out of the tables, and the run does not stop at it."""
    whole, folder = tuned(make_experiment), hostile / "tiny"
    smaller = replace(whole, candidates=whole.candidates[:2])
    run(folder, smaller, fake_train(accuracies=ACCURACIES))
    told = run(folder, whole, fake_train(accuracies=ACCURACIES))
    assert told[0].held == 4
    result = read_experiment(folder)
    assert [choice.setting[RATE] for choice in result.chosen] == [0.1, 0.2]
    assert len(result.stranded) == 2


# --- the command


def test_run_tells_what_was_chosen(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """In the order in which it happens, for a log that is read in the morning."""
    train = training(accuracies=ACCURACIES)
    path = write_experiment(more=MORE)
    dry = actsearch_("run", path, "--dry-run")
    assert "tiny: 12 trials, 12 to train" in dry.out
    assert "then 2 more, at the settings chosen" in dry.out
    done = actsearch_("run", path, "--no-plots")
    assert (done.code, done.err) == (0, "")
    assert len(train.begun) == 14
    lines = [line.partition(" (")[0] for line in done.out.splitlines() if ": chosen" in line or "tiny: t" in line]
    assert lines == [
        "tiny: training 12 trials in 2 processes; TensorFlow is loading",
        "relu: chosen learning_rate=0.1",
        "selu: chosen learning_rate=0.2",
        "tiny: training 2 trials more",
    ]
    again = actsearch_("run", path, "--no-plots")
    assert "all 14 trials are finished already" in again.out
    assert len(train.begun) == 14
    assert "then " not in actsearch_("run", path, "--dry-run").out


def test_status_marks_tuning_trials(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """They are most of what there is to see, and none of what is compared."""
    training(accuracies=ACCURACIES)
    actsearch_("run", write_experiment(more=MORE), "--no-plots")
    shown = actsearch_("status", "results").out
    assert shown.count("completed (tuning)") == 12
    assert "relu: chosen learning_rate=0.1 (mean val_accuracy 0.9000, 3 tuning seeds)" in shown
    row = json.loads(actsearch_("status", "results", "--json").out)
    assert [trial["role"] for trial in row["trials"]].count("comparison") == 2
    assert row["chosen"][1] == {
        "label": "selu",
        "setting": {RATE: 0.2},
        "mean": pytest.approx(0.7),
        "seeds": [1000, 1001, 1002],
    }


def test_figures_and_tables_show_what_is_compared(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Each activation once, at its own setting; and before that a word, not a traceback."""
    train = training(accuracies=ACCURACIES, fails=["relu", "selu"])
    path = write_experiment(more=MORE)
    failed = actsearch_("run", path)
    assert failed.code == 1
    assert "relu: its setting can be chosen once 6 of its tuning trials that failed can be trained" in failed.err
    for command in ("plot", "explain", "compare"):
        done = actsearch_(command, "results")
        assert done.code == 2
        assert len(done.err.splitlines()) == 1
    train = training(accuracies=ACCURACIES)
    done = actsearch_("run", path)
    assert done.code == 0
    assert len(train.begun) == 14
    assert (hostile / "results" / "tiny" / "accuracy.png").is_file()
    assert actsearch_("explain", "results").code == 0
    summary = [line for line in done.out.splitlines() if line.startswith(("relu l", "selu l")) and "seed" not in line]
    assert [line.split()[1] for line in summary] == ["learning_rate=0.1", "learning_rate=0.2"]


def test_fail_fast_ends_all_stages(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    train = training(accuracies=ACCURACIES, fails=["selu"])
    assert actsearch_("run", write_experiment(more=MORE), "--fail-fast", "--no-plots").code == 1
    assert len(train.begun) == 2


def test_ctrl_c_in_the_second_stage(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    fake_train: Callable[..., Any],
) -> None:
    """It says how far all stages are, and the same command goes on in the second."""
    train = fake_train(accuracies=ACCURACIES)

    def interrupted(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        if trial.seed < 1000 and trial.candidate.label == "selu":
            raise KeyboardInterrupt
        yield from train(trial, checkpoint)

    monkeypatch.setattr("actsearch.study.runner.engine", lambda *_, **__: InProcess(lambda: interrupted))
    path = write_experiment(more=MORE)
    done = actsearch_("run", path, "--no-plots")
    assert done.code == 130
    assert "Stopped. 13 of 14 trials finished" in done.err
    rest = training(accuracies=ACCURACIES)
    assert actsearch_("run", path, "--no-plots").code == 0
    assert len(rest.begun) == 1


def test_json_tells_choices(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    training(accuracies=ACCURACIES)
    done = actsearch_("run", write_experiment(more=MORE), "--no-plots", "--json")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [row["label"] for row in rows if row["event"] == "chosen"] == ["relu", "selu"]
    assert (rows[-1]["event"], rows[-1]["failed"], rows[-1]["left"]) == ("finished", 0, 0)


def test_a_notebook_runs_all_stages(write_experiment: Write, training: Callable[..., Any], hostile: Path) -> None:
    """What the command does, `actsearch.run` does as well."""
    import actsearch

    train = training(accuracies=ACCURACIES)
    seen: list[Event] = []
    result = actsearch.run(
        actsearch.load(write_experiment(more=MORE)), hostile / "out", on_event=lambda event, _: seen.append(event)
    )
    assert len(train.begun) == 14
    assert [c.label for c in result.compared] == ["relu", "selu"]
    assert not any(isinstance(event, Failed) for event in seen)
