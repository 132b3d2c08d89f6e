"""Which trials an experiment expands to, and the ids that tell them apart."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from actsearch.core.activation import Scalar
from actsearch.core.experiment import Candidate, DataSpec, Experiment, Trial
from actsearch.core.json_values import canonical_json
from actsearch.core.tasks import MULTICLASS, Task

IDENTITY_VERSION = 1
"""Raised when the same settings begin to mean another training, so that old trials are not taken for new ones."""


def expand(
    experiment: Experiment,
    data_sha256: str,
    seeds: Sequence[int] | None = None,
    candidates: Sequence[Candidate] | None = None,
) -> tuple[Trial, ...]:
    """The trials of an experiment, seed by seed, so that every candidate is seen early.

    Args:
        experiment: whose.
        data_sha256: of its data.
        seeds: which ones; None: `experiment.seeds`.
        candidates: which of its own; None: all of them.
    """
    pairs = itertools.product(
        experiment.seeds if seeds is None else seeds, experiment.candidates if candidates is None else candidates
    )
    return tuple(_trial(experiment, candidate, seed, data_sha256) for seed, candidate in pairs)


def identity(
    candidate: Candidate, seed: int, data: DataSpec, data_sha256: str, task: Task = MULTICLASS
) -> dict[str, Any]:
    """Everything that can change the history of a trial, as plain values.

    Keys at None or False are left out: a key added later, neutral by default, renames no old trial.
    """
    whole = {
        "version": IDENTITY_VERSION,
        "activation": candidate.activation.as_plain(),
        "model": candidate.model.identity(),
        "training": asdict(candidate.training),
        "data": {"sha256": data_sha256, **data.identity()},
        "seed": seed,
        # The usual task has no key: the trials of before there were others keep their names.
        **({} if task == MULTICLASS else {"task": task.name}),
    }
    return {key: _without_neutral(value) for key, value in whole.items()}


def _trial(experiment: Experiment, candidate: Candidate, seed: int, data_sha256: str) -> Trial:
    whole = identity(candidate, seed, experiment.data, data_sha256, experiment.task)
    without_epochs = {**whole, "training": {key: value for key, value in whole["training"].items() if key != "epochs"}}
    return Trial(
        id=f"{_readable(candidate, seed)}-{_identity_hash(whole)}",
        trajectory=_identity_hash(without_epochs),
        candidate=candidate,
        seed=seed,
        data=experiment.data,
        data_sha256=data_sha256,
        task=experiment.task,
        diagnostics=experiment.diagnostics,
    )


def _readable(candidate: Candidate, seed: int) -> str:
    """A name of at most 69 ASCII characters, from the identity alone (labels may change, folders may not)."""
    activation, training = candidate.activation, candidate.training
    given = {key: value for key, value in activation.parameters.items() if value is not False}
    parameters = "".join(f"_{_short_parameter(key, value)}" for key, value in given.items())
    rate = training.optimizer.arguments.get("learning_rate", "")
    # The epochs end a trial's name and the seed stands before them, so that a long name loses the least telling part.
    tail = f"-seed{seed}-{training.epochs}ep"
    head = re.sub(r"[^A-Za-z0-9_.-]+", "_", f"{activation.name}{parameters}-{training.optimizer.name}_{rate}")
    return head[: 69 - len(tail)] + tail


def _short_parameter(key: str, value: Scalar) -> str:
    if value is True:
        return key
    return value if isinstance(value, str) else f"{value:g}"


def _identity_hash(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode("ascii")).hexdigest()[:10]


def _without_neutral(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_neutral(entry) for key, entry in value.items() if not _is_neutral(entry)}
    if isinstance(value, (list, tuple)):
        return [_without_neutral(entry) for entry in value]
    return value


def _is_neutral(value: Any) -> bool:
    return value is None or value is False
