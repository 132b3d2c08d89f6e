"""Experiment files as the commands take them: all mistakes at once, each with its line, those of the data as well."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from actsearch.core.errors import InvalidExperiment, Problem, UnsuitableSetting, UserError

if TYPE_CHECKING:
    from actsearch.config.loading import Loaded
    from actsearch.data.dataset import Dataset
    from actsearch.study.plans import Plan


def load_all(files: Sequence[Path], overrides: Sequence[str]) -> list[Loaded]:
    """Every file's experiment; the mistakes of all the files at once."""

    from actsearch.config.loading import load_experiment

    experiments, problems = [], []
    for file in files:
        try:
            experiments.append(load_experiment(file, overrides))
        except InvalidExperiment as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        raise InvalidExperiment(problems)
    return experiments


def thread_counts(experiments: Sequence[Loaded]) -> list[int]:
    """How many threads the experiments are trained with; in one process there can be one number."""
    return sorted({loaded.experiment.candidates[0].training.threads for loaded in experiments})


def require_tensorflow() -> None:
    if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
        backend = os.environ["KERAS_BACKEND"]
        raise UserError(f"KERAS_BACKEND is {backend}: trainings need tensorflow; unset it")


def data_of(loaded: Loaded, plan: Plan) -> Dataset:
    from actsearch.study import plans

    with located(loaded):
        return plans.load_checked_data(plan)


class located:  # noqa: N801  (used as a function)
    """Gives an error that came to light with the data the line of the experiment file that it is about."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, UnsuitableSetting):
            where = self.loaded.where(error.key)
            raise InvalidExperiment([Problem(where, error.key, error.what, error.remedy)]) from error
