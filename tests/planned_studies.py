"""Small data and an experiment with tuning seeds, for the tests of what a run will cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from actsearch.core.experiment import DataSpec, Experiment
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.data.splitting import split

IMAGES = np.zeros((40, 28, 28, 1), np.uint8)
DATASET = Dataset(IMAGES, np.arange(40) % 4, IMAGES, np.arange(40) % 4, classes=4)
SPLITS = split(DATASET, DataSpec(NamedSource("mnist"), holdout=10))


def tuned_pair(make_experiment: Callable[..., Any]) -> Experiment:
    """Two activations at two learning rates each, three tuning seeds, two seeds."""
    experiment, _ = make_experiment(["relu", "relu", "gelu", "gelu"], seeds=2)
    return replace(experiment, tuning_seeds=(1000, 1001, 1002))
