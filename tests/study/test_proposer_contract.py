"""What every proposer promises (see `proposer.Proposer`), run over each of them: add a new one to `MEMBERS`.

Without it a night that was killed would go on to other trials than it had begun with, or never end.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from daily import slow_but
from staged_studies import HASH, killed_at_write, tuned, waiting, without_lock
from toy_members.toy_proposer import Halving

from actsearch.core.events import Train
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.trial_results import TrialResult
from actsearch.engines.in_process import InProcess
from actsearch.store.writer import Store
from actsearch.study import rounds, runner
from actsearch.study.look_by_look import Looks
from actsearch.study.plans import plan_for
from actsearch.study.proposer import MakeProposer, ResultsSoFar, Stage
from actsearch.study.proposers import PROPOSERS
from actsearch.study.until_decided import UntilDecided

Make = Callable[..., Any]
ACCURACIES = {"relu": 0.9, "elu": 0.89, "selu": 0.6, "relu 0.1": 0.9, "relu 0.2": 0.8, "selu 0.1": 0.6, "selu 0.2": 0.7}
NOISE = 0.002


def plain(make_experiment: Make) -> Experiment:
    experiment: Experiment = make_experiment(["relu", "elu", "selu"], seeds=2)[0]
    return experiment


class Member(NamedTuple):
    make: MakeProposer
    study: Callable[[Make], Experiment] = plain
    """What it says the trials of."""


LOOKS = partial(Looks, until=UntilDecided(max_seeds=8))
MEMBERS: dict[str, Member] = {
    "seeds": Member(PROPOSERS["seeds"]),
    "tuning": Member(PROPOSERS["tuning"], tuned),
    "looks": Member(LOOKS),
    "looks at tuned settings": Member(LOOKS, tuned),
    "halving": Member(Halving),
}
MANY = 30
"""More rounds than any of them needs here."""
every_member = pytest.mark.parametrize("name", MEMBERS)


def test_every_proposer_of_the_table_is_a_member() -> None:
    """One that is not held to its promises breaks them unseen."""
    makers = {getattr(member.make, "func", member.make) for member in MEMBERS.values()}
    assert set(PROPOSERS.values()) <= makers


# --- what is proposed


def came_out(trial: Trial) -> TrialResult:
    """A result that depends on the trial alone; now and then it diverged."""
    rng = random.Random(trial.id)
    if rng.random() < 0.1:
        return replace(waiting(trial), status="diverged", history={"val_accuracy": [None]})
    value = ACCURACIES[trial.candidate.label] + rng.gauss(0, NOISE)
    return replace(waiting(trial), status="completed", history={"val_accuracy": [0.1, value]})


def finishing_one_by_one(member: Member, experiment: Experiment, seed: int) -> Iterator[tuple[ResultsSoFar, Stage]]:
    """A study whose trials are finished in a random order: what is known, and what is proposed."""
    proposer, rng = member.make(experiment, HASH), random.Random(seed)
    known: dict[str, TrialResult] = {}
    stage = Stage(())
    while True:
        now = dict(known)
        results = ResultsSoFar(lambda trial, now=now: now.get(trial.id, waiting(trial)), stage.looks, stage.decisions)
        stage = proposer.propose(results)
        yield results, stage
        left = [trial for trial in stage.trials if trial.id not in known]
        if not left:
            return
        chosen = rng.choice(left)
        known[chosen.id] = came_out(chosen)


@every_member
def test_the_same_results_give_the_same_stage(name: str, make_experiment: Make) -> None:
    """A run that was killed goes on in another process, where nothing is known but what lies in the folder."""
    member = MEMBERS[name]
    experiment = member.study(make_experiment)
    ends = set()
    for seed in range(2):
        for results, stage in finishing_one_by_one(member, experiment, seed):
            again = member.make(experiment, HASH)
            assert again.propose(results) == stage
            assert again.propose(results) == stage
        ends.add(tuple(trial.id for trial in stage.trials))
    assert len(ends) == 1, "it depends on the order in which they came"


@every_member
def test_decisions_that_are_lost_are_taken_again(name: str, make_experiment: Make) -> None:
    """A damaged file must not change what is trained."""
    member = MEMBERS[name]
    experiment = member.study(make_experiment)
    for results, stage in finishing_one_by_one(member, experiment, seed=0):
        assert member.make(experiment, HASH).propose(ResultsSoFar(results.of)) == stage


@every_member
def test_what_is_finished_stays_in_the_study(name: str, make_experiment: Make) -> None:
    """A trial that is not asked for any more is in no table, and a run stops at it."""
    member = MEMBERS[name]
    experiment = member.study(make_experiment)
    candidates = {id(candidate) for candidate in experiment.candidates}
    before: set[str] = set()
    for _, stage in finishing_one_by_one(member, experiment, seed=0):
        ids = [trial.id for trial in stage.trials]
        assert {id(trial.candidate) for trial in stage.trials} <= candidates
        assert len(ids) == len(set(ids))
        assert before <= set(ids)
        before = set(ids)
    assert before


@every_member
def test_a_last_stage_is_the_last(name: str, make_experiment: Make) -> None:
    """Nobody asks what follows it."""
    member = MEMBERS[name]
    last: tuple[Trial, ...] | None = None
    for _, stage in finishing_one_by_one(member, member.study(make_experiment), seed=0):
        if last is not None:
            assert (stage.trials, stage.is_last) == (last, True)
        if stage.is_last:
            last = stage.trials
            assert stage.to_follow == 0


@every_member
def test_a_result_that_is_lost_leaves_nothing_out(name: str, make_experiment: Make) -> None:
    """What was asked for because of a file that is damaged now may be asked for again, and a run does not stop."""
    member = MEMBERS[name]
    experiment = member.study(make_experiment)
    *_, (results, whole) = finishing_one_by_one(member, experiment, seed=0)
    for lost in whole.trials:
        now = ResultsSoFar(lambda trial, lost=lost: waiting(trial) if trial.id == lost.id else results.of(trial))
        stage = member.make(experiment, HASH).propose(now)
        ids = {trial.id for trial in stage.trials}
        assert lost.id in ids
        for trial in whole.trials:
            later = () if stage.later is None else stage.later(trial.seed, trial.trajectory)
            assert trial.id in ids or trial.id in {following.id for following in later}


# --- on disk


def run(folder: Path, name: str, experiment: Experiment, train: Train) -> list[rounds.Work]:
    """What `actsearch.run` does with a folder."""
    plan = plan_for(experiment, HASH, proposer=name, proposers={name: MEMBERS[name].make})
    kept, engine, works = Store(folder), InProcess(lambda: train), []
    with kept.locked():
        for work in rounds.rounds_of_work(plan, kept):
            works.append(work)
            assert len(works) < MANY
            for _ in runner.train_all(work.left, kept, engine, keep_engine=True):
                pass
    return works


@pytest.fixture
def training(fake_train: Make) -> Make:
    return partial(fake_train, accuracies=ACCURACIES, noise=NOISE)


@every_member
def test_it_ends_and_trains_each_trial_once(name: str, make_experiment: Make, training: Make, hostile: Path) -> None:
    """A run that is begun again, for a new figure, trains nothing."""
    experiment, train, again = MEMBERS[name].study(make_experiment), training(), training()
    run(hostile / "tiny", name, experiment, train)
    assert len(train.begun) == len(set(train.begun)) > 0
    before = without_lock(hostile / "tiny")
    (work,) = run(hostile / "tiny", name, experiment, again)
    assert again.begun == []
    assert set(train.begun) == {trial.id for trial in work.stage.trials}
    assert without_lock(hostile / "tiny") == before


@every_member
def test_it_ends_where_trials_fail(name: str, make_experiment: Make, training: Make, hostile: Path) -> None:
    """Each is tried once a run; mended, the study comes to what it would have been."""
    experiment, broken, mended = MEMBERS[name].study(make_experiment), training(fails=["selu"]), training()
    run(hostile / "tiny", name, experiment, broken)
    assert len(broken.begun) == len(set(broken.begun))
    run(hostile / "tiny", name, experiment, mended)
    run(hostile / "undisturbed", name, experiment, training())
    after, expected = without_lock(hostile / "tiny"), without_lock(hostile / "undisturbed")
    assert after == expected


@pytest.mark.parametrize("step", [47, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", slow_but({"tuning", "looks", "halving"}, [*MEMBERS]))
def test_killed_at_any_write_it_goes_on_to_the_same_bytes(
    name: str, step: int, make_experiment: Make, training: Make, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same decisions, the same trials, none trained twice, every file the same."""
    experiment = MEMBERS[name].study(make_experiment)
    train = partial(training, checkpoints=True)
    run(hostile / "undisturbed", name, experiment, train())
    expected = without_lock(hostile / "undisturbed")
    fatal = 1
    while True:
        folder, first, second = hostile / f"killed {fatal}", train(), train()
        died = killed_at_write(fatal, monkeypatch, partial(run, folder, name, experiment, first))
        finished = {path.parent.name for path in folder.glob("trials/*/trial.json")}
        run(folder, name, experiment, second)
        assert without_lock(folder) == expected
        assert not finished & set(second.begun)
        if not died:
            break
        fatal += step
    assert fatal > step


@every_member
def test_a_damaged_trial_alone_is_trained_again(
    name: str, make_experiment: Make, training: Make, hostile: Path
) -> None:
    """What followed from it is withheld until then, and neither refused nor trained anew."""
    folder, experiment = hostile / "tiny", MEMBERS[name].study(make_experiment)
    train, again = training(), training()
    run(folder, name, experiment, train)
    before = without_lock(folder)
    (folder / "trials" / train.begun[0] / "history.json").write_text("{}", encoding="ascii")
    run(folder, name, experiment, again)
    assert again.begun == train.begun[:1]
    assert {path: content for path, content in without_lock(folder).items() if "damaged" not in path} == before
