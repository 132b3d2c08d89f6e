"""Which contenders a figure shows."""

from __future__ import annotations

import pytest
from comparison_cases import a_candidate, a_study

from actsearch.analysis.charts import comparison_figures
from actsearch.core.errors import UserError
from actsearch.core.results import ExperimentResult


def test_names_in_without_are_checked() -> None:
    """A typing error must not draw everything in silence."""
    study: ExperimentResult = a_study(a_candidate("relu", [0.9]), a_candidate("leaky_relu", [0.9]))
    assert comparison_figures.drawn_labels(study, ["leaky-relu"]) == {"relu"}
    with pytest.raises(UserError, match="did you mean 'relu'"):
        comparison_figures.drawn_labels(study, ["rely"])
