"""What an experiment asks for, on disk: read as it was made, and what it remembers of the plan before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from store_runs import FakeTrain, Make, begun, run

from actsearch.config import loading
from actsearch.core.events import Failed
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import plans


def test_the_plan_is_read_as_it_was_made(folder: Path, make_experiment: Make) -> None:
    """Warnings, grid and settings are what a reader of the figures is told."""
    experiment, _ = make_experiment(["relu"])
    candidate = replace(experiment.candidates[0], setting={"training.batch_size": 8})
    experiment = replace(
        experiment,
        data=replace(experiment.data, holdout=None),
        candidates=(candidate,),
        warnings=("Be careful: ü.",),
        document={"name": "tiny", "grid": {"training.batch_size": [8]}},
    )
    folder.mkdir(parents=True)
    Store(folder).begin(experiment, ())
    result = read_experiment(folder)
    assert result.validation_is_test
    assert result.warnings == ("Be careful: ü.",)
    assert result.grid == {"training.batch_size": [8]}
    assert result.candidates[0].setting == {"training.batch_size": 8}
    assert result.loss == "categorical_crossentropy"


def test_the_kept_experiment_file_asks_for_the_same_trials(hostile: Path, repository: Path) -> None:
    """`experiment.yaml` is what a reader of the results trains again: it must mean what was run."""
    for name in ("article-12", "sound", "starter"):
        loaded = loading.load_experiment(repository / "configs" / f"{name}.yaml")
        plan = plans.make_plan(loaded.experiment, loaded.folder)
        kept = Store(hostile / name)
        kept.folder.mkdir()
        kept.begin(plan.experiment, plan.trials)
        again = loading.load_experiment(kept.folder / "experiment.yaml")
        assert plans.make_plan(again.experiment, again.folder).trials == plan.trials


def test_seeds_that_are_added_to_a_finished_study_are_remembered(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """Whoever goes on until it pleases is told so, however often the command is given in between."""
    for seeds, before in ((3, ()), (3, ()), (5, (3,)), (5, (3,)), (8, (3, 5)), (4, (3,)), (2, ())):
        experiment, trials = make_experiment(["relu", "selu"], seeds=seeds)
        run(folder, experiment, trials, fake_train(), accept_changes=True)
        assert read_experiment(folder).earlier_seeds == before


def test_a_trial_that_failed_does_not_hide_that_the_others_were_seen(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """Nine of ten results are enough to go on by."""
    experiment, trials = make_experiment(["relu", "selu"], seeds=3)
    kept = Store(folder)
    folder.mkdir(parents=True, exist_ok=True)
    kept.begin(experiment, trials)
    for trial in trials[:-1]:
        for event in fake_train()(trial):
            kept.record(event, trial)
    kept.record(Failed(trials[-1].id, "ValueError", "Traceback"), trials[-1])
    kept.begin(*make_experiment(["relu", "selu"], seeds=5))
    assert read_experiment(folder).earlier_seeds == (3,)


def test_seeds_that_are_added_before_the_first_are_finished_are_nobodys_business(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """Nothing was seen yet that one could go by."""
    experiment, trials = make_experiment(["relu", "selu"], seeds=3)
    begun(folder, experiment, trials)
    run(folder, *make_experiment(["relu", "selu"], seeds=5), fake_train())
    assert read_experiment(folder).earlier_seeds == ()
