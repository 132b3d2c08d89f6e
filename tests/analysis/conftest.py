"""What several tests of this room begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from measured_studies import SIX

from actsearch.core.experiment import Experiment


@pytest.fixture
def six(make_experiment: Callable[..., Any]) -> Experiment:
    """Six activations, ten seeds."""
    experiment: Experiment = make_experiment(SIX, seeds=10)[0]
    return experiment
