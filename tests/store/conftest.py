"""What the tests of the store share: a folder for results, and experiments as files ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from store_runs import Asked, Make

from actsearch.core.experiment import Experiment, Trial
from actsearch.core.identity import expand


@pytest.fixture
def folder(hostile: Path) -> Path:
    """Where an experiment's results go; it does not exist yet, nor does the folder above it."""
    return hostile / "results" / "tiny"


@pytest.fixture
def asked(make_experiment: Make) -> Asked:
    """An experiment as a file asks for it: `asked(batch_size=16, labels=["relu"], seeds=2, epochs=3, sha256="1" * 64)`.

    With `rates`, it has a grid of them.
    """

    def make(
        labels: Sequence[str] = ("relu", "selu"),
        seeds: int = 2,
        epochs: int = 3,
        batch_size: int = 8,
        rates: Sequence[float] = (),
        sha256: str = "0" * 64,
        **changes: Any,
    ) -> tuple[Experiment, tuple[Trial, ...]]:
        experiment, _ = make_experiment(labels, seeds=seeds, epochs=epochs)
        candidates = []
        for candidate in experiment.candidates:
            sized = replace(candidate, training=replace(candidate.training, batch_size=batch_size))
            for rate in rates or (0.01,):
                optimizer = replace(sized.training.optimizer, arguments={"learning_rate": rate})
                candidates.append(replace(sized, training=replace(sized.training, optimizer=optimizer)))
        document: dict[str, Any] = {
            "name": "tiny",
            "seeds": list(range(seeds)),
            "training": {"epochs": epochs, "batch_size": batch_size},
            "activations": [{"name": label, "label": label} for label in labels],
        }
        if rates:
            document["grid"] = {"training.optimizer.learning_rate": list(rates)}
        experiment = replace(experiment, candidates=tuple(candidates), document=document, **changes)
        return experiment, expand(experiment, sha256)

    return make
