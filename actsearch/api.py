"""The program as a few functions for a notebook or a script. Prints nothing, exits nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.question import Question, scores_needed
from actsearch.config import loading
from actsearch.config.file_schema import Tables
from actsearch.config.loading import Loaded
from actsearch.core.errors import UserError
from actsearch.core.events import Engine, Event
from actsearch.core.experiment import Trial
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import TASKS, Task
from actsearch.data.source_keys import SourceKeys
from actsearch.data.sources import SOURCES
from actsearch.networks.architecture_keys import ArchitectureKeys
from actsearch.networks.architectures import ARCHITECTURES
from actsearch.store import reader, writer
from actsearch.study import plans, rounds, runner
from actsearch.study.plans import Plan
from actsearch.study.proposer import MakeProposer
from actsearch.study.proposers import PROPOSERS
from actsearch.study.until_decided import UntilDecided
from actsearch.training.checkpoint_pace import Spacing


def load(
    path: str | Path,
    overrides: Sequence[str] = (),
    *,
    tasks: Mapping[str, Task] = TASKS,
    architectures: Mapping[str, type[ArchitectureKeys]] = ARCHITECTURES,
    sources: Mapping[str, type[SourceKeys]] = SOURCES,
) -> Loaded:
    """Reads and checks an experiment file.

    Args:
        path: the YAML file.
        overrides: texts such as `"training.epochs=2"`.
        tasks: what the file can ask for as `task`; one of your own is a row more, and so with the other tables
            (CONTRIBUTING.md walks through adding one). It is kept in a module that workers can import.
        architectures: the kinds of network, by `model.kind`.
        sources: the kinds of data, by the key of `data` that tells them.

    Raises:
        InvalidExperiment: with every mistake in the file, each with its line.
    """
    return loading.load_experiment(Path(path), overrides, Tables(tasks, architectures, sources))


def run(
    loaded: Loaded,
    out: str | Path = "results",
    on_event: Callable[[Event, Trial], None] | None = None,
    accept_changes: bool = False,
    *,
    until_decided: bool = False,
    margin: float | None = None,
    confidence: float | None = None,
    max_seeds: int | None = None,
    jobs: int = 1,
    proposer: str | None = None,
    proposers: Mapping[str, MakeProposer] = PROPOSERS,
) -> ExperimentResult:
    """Trains every trial of an experiment that is not finished, and returns the results.

    Args:
        loaded: what `load` returned.
        out: the folder below which the experiment's own folder lies.
        on_event: called with each event and its trial, such as an `EpochDone`.
        accept_changes: go on though finished trials do not belong to the experiment any more.
        until_decided: add seeds until it is decided which activations differ, by looks that are fixed beforehand.
        margin: within which a difference then counts as none; by default, that of the metric that decides (0.001 for
            accuracies).
        confidence: with which all that is decided holds together (0.95).
        max_seeds: how many seeds there are at most (20).
        jobs: how many trials to train at a time, each in a worker process; 1: one by one in this process. Workers of a
            script need its `if __name__ == "__main__":`.
        proposer: the name of what says which trials are trained; by default `tuning` for an experiment with tuning
            seeds, else `seeds`.
        proposers: the table that it is from; one of your own is a row more (see `study.proposer.Proposer`).

    Raises:
        ActsearchError: the data or the folder cannot be used. A trial that fails is a result with status `failed`.
        UserError: a number is no margin, no confidence, or too few seeds or jobs, or given without `until_decided`; or
            there is no such proposer.
    """
    if not until_decided and (margin, confidence, max_seeds) != (None, None, None):
        raise UserError("margin, confidence and max_seeds say how to run until it is decided; add until_decided=True")
    until = UntilDecided(margin, confidence, max_seeds) if until_decided else None
    if jobs < 1:
        raise UserError(f"jobs={jobs}: give 1 or more")
    if until is not None and proposer is not None:
        raise UserError("until_decided and proposer each say which trials are trained; give one of them")
    plan = plans.make_plan(loaded.experiment, loaded.folder, until, proposer=proposer, proposers=proposers)
    kept = writer.Store(Path(out) / plan.experiment.name)
    with kept.locked(), contextlib.ExitStack() as closing:
        engine = None
        for work in rounds.rounds_of_work(plan, kept, accept_changes=accept_changes):
            if engine is None and work.left:
                engine = closing.enter_context(contextlib.closing(_engine_of(plan, jobs)))
            if engine is not None:
                for event, trial in runner.train_all(work.left, kept, engine, keep_engine=not work.stage.is_last):
                    if on_event is not None:
                        on_event(event, trial)
    return reader.read_experiment(kept.folder)


def _engine_of(plan: Plan, jobs: int) -> Engine:
    dataset = plans.load_checked_data(plan)  # whose mistakes are told here, not by a worker
    name: runner.EngineName = "in-process" if jobs == 1 else "processes"
    make_train = runner.make_train_of(name, plan, dataset, Spacing())
    return runner.engine(name, make_train, jobs=jobs, threads=plan.threads, data_bytes=dataset.nbytes)


def load_model(path: str | Path) -> Any:
    """A network that `--save-models` kept, or another one with the activation functions and losses of this package.

    A function of one's own must lie where Python looks for modules.
    """
    import keras

    from actsearch.networks import keras_task, own_activations  # noqa: F401  (importing it registers all with Keras)

    for task in TASKS.values():
        keras_task.keras_half(task)  # registers its losses
    return keras.saving.load_model(path)


def read_results(path: str | Path, diagnostics: bool = False) -> tuple[ExperimentResult, ...]:
    """The results of every experiment at or below a path, as values; TensorFlow is not needed.

    Args:
        path: a folder of one experiment or of several.
        diagnostics: read what their layers did as well, which takes longer.

    Raises:
        UserError: there is no experiment.
    """
    scores = [*scores_needed(Question(at="last")), *scores_needed(Question(at="best"))]
    experiments = reader.find_experiments(Path(path))
    return tuple(reader.read_experiment(folder, False, diagnostics, scores) for folder, _ in experiments)


def compare(results: ExperimentResult | Sequence[ExperimentResult], **question: Any) -> tuple[Comparison, ...]:
    """What `actsearch compare` prints, as values: one comparison, or with a grid one for each of its points.

    Args:
        results: of one experiment, or of several as `read_results` gives them: then each is compared by itself.
        question: `metric`, `at`, `margin`, `confidence`, `baseline`, `by`, `target`, see `comparison.Question`.

    Raises:
        UserError: the question does not fit the experiment, or fewer than two candidates have a completed trial.
    """
    asked = Question(**({**question, "at": str(question["at"])} if "at" in question else question))
    several = [results] if isinstance(results, ExperimentResult) else results
    if not all(isinstance(result, ExperimentResult) for result in several):
        raise UserError("compare takes results: compare(read_results(path)), or what run returned")
    comparisons: list[Comparison] = []
    for result in several:
        comparisons += comparisons_of(result, asked)
    return tuple(comparisons)
