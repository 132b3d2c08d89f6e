"""Experiment files that tests write, and what loading them comes to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from actsearch.config.loading import load_experiment
from actsearch.core.errors import InvalidExperiment
from actsearch.core.experiment import Candidate, Experiment

Write = Callable[[str | bytes], Path]
"""Writes `x.yaml` into the current folder."""


def problems(path: Path, *overrides: str) -> list[str]:
    """The mistakes that are told of a file."""
    with pytest.raises(InvalidExperiment) as caught:
        load_experiment(path, overrides)
    return [str(problem) for problem in caught.value.problems]


def experiment(write: Write, rest: str, *overrides: str) -> Experiment:
    """What a file with a name and these lines comes to."""
    return load_experiment(write("name: a\n" + rest), overrides).experiment


def only(write: Write, rest: str, *overrides: str) -> Candidate:
    """Its only candidate."""
    (candidate,) = experiment(write, rest, *overrides).candidates
    return candidate


def again(of: Experiment) -> Experiment:
    """What the `experiment.yaml` beside the results is read as."""
    Path("again.yaml").write_text(yaml.safe_dump(dict(of.document), sort_keys=False), encoding="utf-8")
    return load_experiment(Path("again.yaml")).experiment
