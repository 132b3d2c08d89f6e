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
from pathlib import Path
from typing import Any

from actsearch.core.errors import UserError
from actsearch.core.json_values import canonical_json
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.core.words import in_words
from actsearch.store.exporters.runs import metrics_by_epoch, seed_of

FILE = "mlflow.db"
TRIAL, CONTENT = "actsearch.trial", "actsearch.content"
"""Tags of the runs that are from here: their trial, and a hash of what was written, which is written last."""
METRICS_AT_ONCE = 1000
PARAMETERS_AT_ONCE = 100
LONGEST_VALUE = 5000
"""What MLflow takes in one call, and as a parameter's or tag's value."""
UNFIT = re.compile(r"[^\w./: -]")
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
    path = out.resolve() / FILE
    if "?" in str(path):  # it ends the path of SQLAlchemy's addresses
        raise UserError(f"{out}: MLflow can't keep a database in a folder with ? in its path; give another --out")
    with _mlflow(path) as client:
        new = same = 0
        for result in results:
            experiment = _experiment(client, result.name, out)
            known = _known(client, experiment)
            for candidate in result.candidates:
                for trial in candidate.all_trials:
                    run = _Run.of(candidate, trial)
                    before = known.pop(trial.id, [])
                    if [found.data.tags.get(CONTENT) for found in before] == [run.content]:
                        same += 1
                        continue
                    _delete(client, before)
                    run.log(client, experiment)
                    new += 1
            _delete(client, [found for runs in known.values() for found in runs])
    uri = shlex.quote(f"sqlite:///{path}")
    unchanged = f", {same:,} unchanged" if same else ""
    ui = "" if importlib.util.find_spec("flask") else "pip install mlflow; "  # mlflow-skinny comes without its pages
    return [f"{out / FILE}: {new:,} new runs{unchanged}; to look at them: {ui}mlflow ui --backend-store-uri {uri}"]


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


def _experiment(client: Any, name: str, out: Path) -> str:
    """The id of MLflow's experiment of this name, made where there is none."""
    found = client.get_experiment_by_name(name)
    if found is None:
        return str(client.create_experiment(name))
    if found.lifecycle_stage != "active":
        remedy = f"mlflow experiments restore -x {found.experiment_id}, or give another --out"
        raise UserError(f"{out / FILE}: its experiment {name} was deleted; {remedy}")
    return str(found.experiment_id)


def _known(client: Any, experiment: str) -> dict[str, list[Any]]:
    """The runs that are from here, by the id of their trial."""
    known: dict[str, list[Any]] = {}
    token = None
    while True:
        page = client.search_runs([experiment], f"tags.`{TRIAL}` LIKE '%'", max_results=1000, page_token=token)
        for run in page:
            known.setdefault(run.data.tags[TRIAL], []).append(run)
        token = page.token
        if not token:
            return known


def _delete(client: Any, runs: Sequence[Any]) -> None:
    for run in runs:
        client.delete_run(run.info.run_id)


class _Run:
    """What is written of a trial."""

    def __init__(
        self, name: str, status: str, seconds: Sequence[float], metrics: Mapping[int, Mapping[str, float | None]],
        parameters: Mapping[str, str], tags: Mapping[str, str],
    ) -> None:  # fmt: skip
        self._name, self._status, self._seconds = name, status, seconds
        self._metrics, self._parameters, self._tags = metrics, parameters, tags
        everything = [name, status, [[epoch, dict(row)] for epoch, row in metrics.items()], dict(parameters)]
        self.content = hashlib.sha256(canonical_json([*everything, dict(tags)]).encode("ascii")).hexdigest()[:16]

    @classmethod
    def of(cls, candidate: CandidateResult, trial: TrialResult) -> _Run:
        settings = trial.settings or {"activation": candidate.activation.as_plain(), "seed": trial.seed}
        parameters = {"label": candidate.label, **_flat({**candidate.setting, **_flat(settings)})}
        tags = {
            TRIAL: trial.id,
            "status": trial.status,
            "label": candidate.label,
            "seed": str(trial.seed),
            "role": trial.role,
            **({"error": trial.error} if trial.error else {}),
        }
        return cls(
            f"{candidate.name} {seed_of(trial)}",
            STATUS[trial.status],
            trial.seconds_per_epoch,
            metrics_by_epoch(trial),
            {_fit(key): _cut(value) for key, value in parameters.items()},
            {key: _cut(value) for key, value in tags.items()},
        )

    def log(self, client: Any, experiment: str) -> None:
        from mlflow.entities import Metric, Param

        begin = int(time.time() * 1000)
        run = client.create_run(experiment, start_time=begin, tags=dict(self._tags), run_name=self._name).info.run_id
        metrics = [
            Metric(_fit(key), float("nan") if value is None else value, begin + self._milliseconds(epoch), epoch)
            for epoch, row in self._metrics.items()
            for key, value in row.items()
        ]
        client.set_terminated(run, self._status, begin + self._milliseconds(len(self._seconds)))
        parameters = [Param(key, value) for key, value in self._parameters.items()]
        for i in range(0, len(parameters), PARAMETERS_AT_ONCE):
            client.log_batch(run, params=parameters[i : i + PARAMETERS_AT_ONCE])
        for i in range(0, len(metrics), METRICS_AT_ONCE):
            client.log_batch(run, metrics=metrics[i : i + METRICS_AT_ONCE])
        client.set_tag(run, CONTENT, self.content)  # now it is whole

    def _milliseconds(self, epochs: int) -> int:
        return int(1000 * sum(self._seconds[:epochs]))


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested settings by dotted keys, their values as text."""
    found: dict[str, str] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = in_words(value)
    return found


def _fit(name: str) -> str:
    return UNFIT.sub("_", name)


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"
