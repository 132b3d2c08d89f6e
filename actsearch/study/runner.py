"""Runs an experiment: expands it, drops what is finished, hands the rest to an engine, retries, and stores.

Prints nothing; the caller shows the events. TensorFlow is imported only once there is something to train.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from actsearch.core import capacity
from actsearch.core.errors import DataError, StoreError, UserError
from actsearch.core.events import Engine, Event, Failed, Lost, MakeTrain, Train
from actsearch.core.experiment import DataSpec, Experiment, Trial
from actsearch.core.looks_record import LookTaken
from actsearch.core.results import Choice
from actsearch.core.trial_results import FINISHED, Status, TrialResult
from actsearch.data import datasets
from actsearch.data.datasets import Dataset
from actsearch.store.resuming import Origin
from actsearch.store.survey import Survey
from actsearch.store.writer import Store
from actsearch.study import stages
from actsearch.study.stages import Asked, UntilDecided

if TYPE_CHECKING:
    from actsearch.training.checkpoints import Spacing

SaveModel = Literal["best", "last"]
EngineName = Literal["processes", "in-process", "ray"]
RETRIES = 2
MOST_SEEDS = 10_000
"""Of a run until it is decided."""


@dataclass(frozen=True)
class Plan:
    """An experiment with its trials; the data's path is absolute."""

    experiment: Experiment
    trials: tuple[Trial, ...]
    """What is asked for while nothing has come out; `ask` says what is asked for later."""
    until: UntilDecided | None = None
    """That seeds are added until it is decided."""

    @property
    def data_sha256(self) -> str:
        return self.trials[0].data_sha256

    @property
    def in_stages(self) -> bool:
        """Whether what comes out decides what is trained next."""
        return bool(self.experiment.tuning_seeds) or self.until is not None

    @property
    def threads(self) -> int:
        """TensorFlow's threads in an operation: one number for the whole experiment."""
        return self.experiment.candidates[0].training.threads


@dataclass(frozen=True)
class Work:
    """What a plan and its folder leave to be done."""

    left: tuple[Trial, ...]
    asked: Asked
    """What is asked for now, what is finished included."""
    status: Mapping[str, Status]
    """Of each trial, before anything is trained."""
    origins: Mapping[str, Origin]
    """The checkpoints that trials left to do can go on from."""
    longer: frozenset[str]
    """Trials that are a finished one of the plan before with more epochs."""
    problems: tuple[str, ...]
    """What was found damaged and moved aside, a line each."""
    undiagnosed: frozenset[str] = frozenset()
    """Finished trials that lack the diagnostics asked for: to be trained again, beside what they have."""
    otherwise: int = 0
    """How many finished trials were looked at with other settings than are asked for now."""
    differing: int = 0
    """How many finished trials were trained again once, and came out otherwise."""
    unseen: frozenset[str] = frozenset()
    """Trials that have begun, but without what is asked to be looked at: they begin anew."""
    held: int = 0
    """How many finished trials are left out for now, and asked for again if what comes out asks for them."""
    chosen: tuple[Choice, ...] = ()
    """The settings that were chosen since the last round; in the first, all that are chosen."""
    looks: tuple[LookTaken, ...] = ()
    """The looks taken since the last round, or since the run before."""
    tried: int = 0
    """How many trials of the rounds before came to no end that counts: they failed."""

    @property
    def finished(self) -> frozenset[str]:
        """The trials of which nothing is left to be done."""
        done = (i for i, status in self.status.items() if status in FINISHED)
        return frozenset(done) - self.undiagnosed


def plan(experiment: Experiment, folder: Path, until: UntilDecided | None = None) -> Plan:
    """The trials of an experiment whose relative paths are relative to `folder`. Loads no data, only their hash.

    Raises:
        DataError: the data cannot be had.
        UserError: it cannot be run `until` it is decided (see `stages.check_decidable`), or not by such a rule.
    """
    if until is not None:
        _check_rule(until)
        stages.check_decidable(experiment)
    located = replace(experiment, data=datasets.locate(experiment.data, folder))
    sha256 = datasets.fingerprint(located.data)
    return Plan(located, stages.ask(located, sha256, _nothing_yet, until=until).trials, until)


def _check_rule(until: UntilDecided) -> None:
    """That the numbers mean something; the command line refuses others by itself, with the names of its options."""
    from actsearch.analysis.statistics import FEWEST_SEEDS  # which loads SciPy, as looks do

    margin, confidence, most = until.margin, until.confidence, until.max_seeds
    wrong = []
    if margin is not None and not 0 <= margin < 1:
        wrong.append(f"margin: {margin!r} is not a difference of accuracies; give 0 or more, below 1, such as 0.001")
    if confidence is not None and not 0.5 <= confidence < 1:
        wrong.append(f"confidence: {confidence!r}; give at least 0.5 and below 1, such as 0.95")
    if most is not None and not (isinstance(most, int) and FEWEST_SEEDS <= most <= MOST_SEEDS):
        wrong.append(f"max_seeds: {most!r}; give a whole number from {FEWEST_SEEDS} to {MOST_SEEDS:,}, such as 20")
    if wrong:
        raise UserError("\n".join(wrong))


def ask(plan: Plan, store: Store, anew: bool = False) -> Asked:
    """What a plan asks for now, from what lies in the store's folder; nothing is changed there.

    With `anew`, as if nothing lay there.

    Raises:
        StoreError: looks were taken in another way than is asked for, or of another experiment.
    """
    if anew:
        return stages.ask(plan.experiment, plan.data_sha256, _nothing_yet, until=plan.until)
    record = store.looks()
    if not plan.in_stages and record is None:
        return Asked(plan.trials)
    known: dict[str, TrialResult] = {}

    def result_of(trial: Trial) -> TrialResult:
        if trial.id not in known:
            known[trial.id] = store.result(trial)
        return known[trial.id]

    examples = datasets.validation_examples(plan.experiment.data) if record is None and plan.until is not None else None
    try:
        return stages.ask(
            plan.experiment, plan.data_sha256, result_of, until=plan.until, record=record, examples=examples
        )
    except UserError as error:
        raise StoreError(f"{store.folder}: {error}") from error


def load_data(plan: Plan) -> Dataset:
    """The plan's data, checked against its experiment: splits possible, networks fit.

    Raises:
        DataError: the data are missing or damaged.
        UnsuitableSetting: a setting does not fit them.
    """
    dataset = datasets.load(plan.experiment.data)
    datasets.split(dataset, plan.experiment.data)
    datasets.check_networks(dataset, plan.experiment.candidates)
    return dataset


def rounds(
    plan: Plan, store: Store, *, accept_changes: bool = False, only_failed: bool = False
) -> Generator[Work, None, None]:
    """What is left to do, round after round: when all of one is trained, what came out may ask for more.

    The caller holds the store's lock, and trains all that is left before it asks for the next round, or stops. The
    first round comes in any case; that nothing is left ends the rounds. No trial is in two of them: what failed is
    tried again by the next run.

    Args and errors are those of `begin`.
    """
    tried: set[str] = set()
    chosen: tuple[Choice, ...] = ()
    while True:
        work = begin(plan, store, accept_changes=accept_changes or bool(tried), only_failed=only_failed, tried=tried)
        yield replace(work, chosen=tuple(choice for choice in work.chosen if choice not in chosen))
        if not plan.in_stages or not work.left:
            return
        chosen = work.chosen
        tried |= {trial.id for trial in work.left}


def begin(
    plan: Plan,
    store: Store,
    *,
    accept_changes: bool = False,
    only_failed: bool = False,
    tried: Collection[str] = (),
) -> Work:
    """Writes the plan into the store's folder, and says what is left to do. The caller holds the store's lock.

    Args:
        plan: what is asked for.
        store: where.
        accept_changes: go on though finished trials do not belong to the experiment any more.
        only_failed: leave to do only the trials that failed.
        tried: trials that this run has trained already: they are not left to do, whatever came out.

    Raises:
        StoreError: the folder cannot be used, or (`Stranding`) finished trials would be left out.
    """
    problems = store.set_damaged_plan_aside()
    before = store.looks()
    asked = ask(plan, store)
    held = store.held(asked.trials, asked.may_follow) if asked.may_follow else 0
    longer = store.begin(
        plan.experiment, asked.trials, accept_changes, may_follow=asked.may_follow, chosen=asked.chosen
    )
    if asked.looks is not None:
        store.keep_looks(asked.looks)
    survey = store.survey(asked.trials)
    undiagnosed = frozenset() if only_failed else frozenset(survey.undiagnosed.difference(tried))
    store.train_again(undiagnosed)
    wanted = [trial for trial in to_train(asked.trials, survey, only_failed) if trial.id not in tried]
    problems += [*survey.problems, *store.set_damaged_checkpoints_aside(wanted)]
    origins = {trial.id: origin for trial in wanted if (origin := store.origin(trial)) is not None}
    return Work(
        left=tuple(wanted),
        asked=asked,
        status=survey.status,
        origins=origins,
        longer=longer,
        problems=tuple(problems),
        undiagnosed=undiagnosed,
        otherwise=len(survey.otherwise),
        differing=len(survey.differing),
        unseen=frozenset(trial.id for trial in wanted if trial.id not in origins and store.has_unseen(trial)),
        held=held,
        chosen=asked.chosen,
        looks=() if asked.looks is None else asked.looks.taken[0 if before is None else len(before.taken) :],
        tried=sum(survey.status.get(trial_id) not in FINISHED for trial_id in tried),
    )


def to_train(trials: Sequence[Trial], survey: Survey, only_failed: bool = False) -> list[Trial]:
    """Those that are not finished or lack their diagnostics; with `only_failed`, those that failed."""
    if only_failed:
        return [t for t in trials if survey.status[t.id] not in FINISHED and t.id in survey.failed]
    return [t for t in trials if survey.status[t.id] not in FINISHED or t.id in survey.undiagnosed]


def run(
    trials: Sequence[Trial],
    store: Store,
    engine: Engine,
    *,
    retries: int = RETRIES,
    fail_fast: bool = False,
    keep_engine: bool = False,
) -> Generator[tuple[Event, Trial], None, None]:
    """Trains the trials, stores each event, and yields it with its trial.

    The caller holds the store's lock. Whatever ends the loop, an exception or the caller, closes the engine.

    Args:
        trials: what to train.
        store: what is told of it is written here, and checkpoints are read from here.
        engine: what trains; it is closed in the end.
        retries: how often a trial is begun again whose worker was lost; after that it is failed.
        fail_fast: stop at the first trial that failed.
        keep_engine: leave the engine open when all trials have ended, for those of the next round; its workers have
            loaded TensorFlow already.
    """
    all_ended = False
    by_id = {trial.id: trial for trial in trials}
    lost: Counter[str] = Counter()
    try:
        for trial in trials:
            engine.submit(trial, partial(store.checkpoint, trial))
        for event in engine.events():
            trial = by_id[event.trial_id]
            if isinstance(event, Lost):
                lost[trial.id] += 1
                if lost[trial.id] > retries:
                    event = _given_up(event, lost[trial.id])
                else:
                    engine.submit(trial, partial(store.checkpoint, trial))
            store.record(event, trial)
            yield event, trial
            if fail_fast and isinstance(event, Failed):
                return
        all_ended = True
    finally:
        if not (keep_engine and all_ended):
            engine.close()


def engine(
    name: EngineName,
    make_train: MakeTrain,
    *,
    jobs: int,
    threads: int = 1,
    data_bytes: int = capacity.MNIST_BYTES,
    ray_address: str | None = None,
    ray_gpus: float = 0,
) -> Engine:
    """The engine of a name.

    Raises:
        UserError: Ray is not installed, or cannot be reached.
    """
    if name == "in-process":
        from actsearch.engines.in_process import InProcess

        return InProcess(make_train)
    if name == "processes":
        from actsearch.engines.processes import Processes

        return Processes(make_train, jobs, gpus=capacity.gpus())
    from actsearch.engines.ray import Ray

    memory = capacity.worker_memory(data_bytes)
    return Ray(make_train, address=ray_address, jobs=jobs, cpus=threads, gpus=ray_gpus, memory=memory)


def trainer(dataset: Dataset, spacing: Spacing | None = None, save_model: SaveModel | None = None) -> Train:
    """What trains trials on these data in this process. Imports TensorFlow."""
    from actsearch.core.native_output import held_back

    with held_back():
        from actsearch.networks import models
        from actsearch.training import batches, loop
    networks, pipelines = models.Networks(), batches.Pipelines(dataset)

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        return loop.train(
            trial,
            dataset,
            checkpoint,
            networks=networks,
            pipelines=pipelines,
            spacing=spacing,
            save_model=save_model,
        )

    return train


def loading_trainer(
    spec: DataSpec, sha256: str, spacing: Spacing | None = None, save_model: SaveModel | None = None
) -> Train:
    """The same for another process of this machine, which loads the data itself and checks that they are the same.

    Raises:
        DataError: the data are not there any more, or others.
    """
    if datasets.fingerprint(spec) != sha256:
        raise DataError(f"{spec.path or spec.name}: has changed since the run began; run the experiment again")
    return trainer(datasets.load(spec), spacing, save_model)


def _nothing_yet(trial: Trial) -> TrialResult:
    return TrialResult(trial.id, trial.seed, "waiting", trial.candidate.training.epochs)


def _given_up(event: Lost, times: int) -> Failed:
    often = f", {times} times" if times > 1 else ""
    text = f"{event.cause}{often}\n\nThe last that it wrote:\n{event.output}" if event.output else event.cause
    return Failed(event.trial_id, f"{event.cause}{often}", text + "\n")
