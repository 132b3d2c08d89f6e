"""Runs in a local MLflow store, an SQLite database. Loads MLflow and SQLAlchemy when it writes.

Of MLflow's two local stores the folder of files takes no new features any more and is refused by MLflow itself; the
database is its default, and needs SQLAlchemy and Alembic beside `mlflow-skinny`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import re
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from actsearch.core.dotted_keys import by_dotted_key
from actsearch.core.errors import UserError
from actsearch.core.json_values import canonical_json
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import Task
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.core.words import in_words
from actsearch.store.exporters.runs import metrics_by_epoch, or_nan, seed_of

DATABASE = "mlflow.db"
TRIAL_TAG = "actsearch.trial"
"""Of the runs that are from here: their trial."""
CONTENT_TAG = "actsearch.content"
"""A hash of what was written, which is written last."""
METRICS_AT_ONCE = 1000
PARAMETERS_AT_ONCE = 100
LONGEST_VALUE = 5000
"""What MLflow takes in one call, and as a parameter's or tag's value."""
UNFIT_IN_NAMES = re.compile(r"[^\w./: -]")
"""What MLflow does not take in names."""
ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # nothing of ours talks to a server
    "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",  # by itself MLflow writes the working directory's path down
}
STATUS = {
    "completed": "FINISHED",
    "diverged": "FINISHED",
    "failed": "FAILED",
    "running": "RUNNING",
    "interrupted": "KILLED",
    "waiting": "SCHEDULED",
}


def write(results: Sequence[ExperimentResult], out: Path) -> list[str]:
    """Writes `mlflow.db`, or into one that is there: an MLflow experiment for each, a run for each trial.

    A run that is there and says the same is left alone, with what was added to it. One that says something else, or
    whose trial is gone, goes to MLflow's trash. Runs that are not from here are not touched. A run begins at the time
    of the export, and lasts as long as its training did.
    """
    path = out.resolve() / DATABASE
    if "?" in str(path):  # it ends the path of SQLAlchemy's addresses
        raise UserError(f"{out}: MLflow can't keep a database in a folder with ? in its path; give another --out")
    with _mlflow(path) as client:
        new = same = 0
        for result in results:
            experiment = _experiment_id(client, result.name, out)
            known = _exported_runs(client, experiment)
            for candidate in result.candidates:
                for trial in candidate.all_trials:
                    run = _MlflowRun.of(candidate, trial, result.task)
                    before = known.pop(trial.id, [])
                    if [earlier.data.tags.get(CONTENT_TAG) for earlier in before] == [run.content]:
                        same += 1
                        continue
                    _delete(client, before)
                    run.log(client, experiment)
                    new += 1
            for runs in known.values():
                _delete(client, runs)
    uri = shlex.quote(f"sqlite:///{path}")
    unchanged = f", {same:,} unchanged" if same else ""
    ui = "" if importlib.util.find_spec("flask") else "pip install mlflow; "  # mlflow-skinny comes without its pages
    return [f"{out / DATABASE}: {new:,} new runs{unchanged}; to look at them: {ui}mlflow ui --backend-store-uri {uri}"]


@contextmanager
def _mlflow(path: Path) -> Iterator[Any]:
    """A client of the database, with MLflow's and Alembic's notices and its telemetry turned off.

    Raises:
        UserError: what MLflow needs is not installed, or it cannot use the database.
    """
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    loggers = [logging.getLogger(name) for name in ("mlflow.store.db.utils", "alembic")]
    levels = [logger.level for logger in loggers]
    try:
        try:
            import alembic  # noqa: F401
            import sqlalchemy.exc
            from mlflow.exceptions import MlflowException
            from mlflow.tracking import MlflowClient
        except ImportError as error:
            remedy = "pip install 'actsearch[mlflow]'"
            raise UserError(f"--to mlflow needs mlflow-skinny, SQLAlchemy and Alembic; {remedy}") from error
        for logger in loggers:
            logger.setLevel(logging.WARNING)
        try:
            uri = f"sqlite:///{path}"
            yield MlflowClient(tracking_uri=uri, registry_uri=uri)
        except (MlflowException, sqlalchemy.exc.SQLAlchemyError) as error:
            cause = getattr(error, "orig", None) or error  # SQLAlchemy adds the statement and a link to its own pages
            what = " ".join(str(cause).split())[:300]
            raise UserError(f"{path}: MLflow can't use it ({what}); give another --out") from error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        _restore(before)


def _restore(before: Mapping[str, str]) -> None:
    for name in ENVIRONMENT:
        if name in before:
            os.environ[name] = before[name]
        else:
            del os.environ[name]


def _experiment_id(client: Any, name: str, out: Path) -> str:
    """The id of MLflow's experiment of this name, made where there is none."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return str(client.create_experiment(name))
    if experiment.lifecycle_stage != "active":
        remedy = f"mlflow experiments restore -x {experiment.experiment_id}, or give another --out"
        raise UserError(f"{out / DATABASE}: its experiment {name} was deleted; {remedy}")
    return str(experiment.experiment_id)


def _exported_runs(client: Any, experiment: str) -> dict[str, list[Any]]:
    """The runs that are from here, by the id of their trial."""
    known: dict[str, list[Any]] = {}
    token = None
    while True:
        page = client.search_runs([experiment], f"tags.`{TRIAL_TAG}` LIKE '%'", max_results=1000, page_token=token)
        for run in page:
            known.setdefault(run.data.tags[TRIAL_TAG], []).append(run)
        token = page.token
        if not token:
            return known


def _delete(client: Any, runs: Sequence[Any]) -> None:
    for run in runs:
        client.delete_run(run.info.run_id)


@dataclass(frozen=True)
class _MlflowRun:
    """What is written of a trial."""

    name: str
    status: str
    seconds: Sequence[float]
    """Of each epoch."""
    metrics: Mapping[int, Mapping[str, float | None]]
    """By epoch, then by name."""
    parameters: Mapping[str, str]
    tags: Mapping[str, str]

    @classmethod
    def of(cls, candidate: CandidateResult, trial: TrialResult, task: Task) -> _MlflowRun:
        settings = trial.settings or {"activation": candidate.activation.as_plain(), "seed": trial.seed}
        by_key = by_dotted_key({**candidate.setting, **by_dotted_key(settings)})
        parameters = {"label": candidate.label, **{key: in_words(value) for key, value in by_key.items()}}
        tags = {
            TRIAL_TAG: trial.id,
            "status": trial.status,
            "label": candidate.label,
            "seed": str(trial.seed),
            "role": trial.role,
            **({"error": trial.error} if trial.error else {}),
        }
        return cls(
            name=f"{candidate.name} {seed_of(trial)}",
            status=STATUS[trial.status],
            seconds=trial.seconds_per_epoch,
            metrics=metrics_by_epoch(trial, task),
            parameters={_fitting_name(key): _fitting_value(value) for key, value in parameters.items()},
            tags={key: _fitting_value(value) for key, value in tags.items()},
        )

    @cached_property
    def content(self) -> str:
        """A hash of all of it."""
        metrics = [[epoch, dict(row)] for epoch, row in self.metrics.items()]
        everything = [self.name, self.status, metrics, dict(self.parameters), dict(self.tags)]
        return hashlib.sha256(canonical_json(everything).encode("ascii")).hexdigest()[:16]

    def log(self, client: Any, experiment: str) -> None:
        from mlflow.entities import Metric, Param

        begin = int(time.time() * 1000)
        run = client.create_run(experiment, start_time=begin, tags=dict(self.tags), run_name=self.name).info.run_id
        metrics = []
        for epoch, row in self.metrics.items():
            time_of_epoch = begin + self._milliseconds(epoch)
            metrics += [Metric(_fitting_name(key), or_nan(value), time_of_epoch, epoch) for key, value in row.items()]
        client.set_terminated(run, self.status, begin + self._milliseconds(len(self.seconds)))
        parameters = [Param(key, value) for key, value in self.parameters.items()]
        for part in _in_parts(parameters, PARAMETERS_AT_ONCE):
            client.log_batch(run, params=part)
        for part in _in_parts(metrics, METRICS_AT_ONCE):
            client.log_batch(run, metrics=part)
        client.set_tag(run, CONTENT_TAG, self.content)  # now it is whole

    def _milliseconds(self, epochs: int) -> int:
        return int(1000 * sum(self.seconds[:epochs]))


def _in_parts(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for i in range(0, len(values), size):
        yield values[i : i + size]


def _fitting_name(name: str) -> str:
    return UNFIT_IN_NAMES.sub("_", name)


def _fitting_value(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"
