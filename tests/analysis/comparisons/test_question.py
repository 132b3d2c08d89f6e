"""A question is filled in, or refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from compared_studies import the, three
from comparison_cases import looked

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.question import Question
from actsearch.core.errors import UserError


def test_the_margin_that_was_fixed_beforehand_is_the_one_that_counts() -> None:
    """And the confidence; what is given counts, though it be the default of other studies."""
    record = replace(looked().looks, margin=0.2, confidence=0.9)  # type: ignore[type-var]
    study = replace(looked(), looks=record)
    assert (the(study).margin, the(study).confidence) == (0.2, 0.9)
    assert (the(study, margin=0.2).confidence, the(study, margin=0.2).looks) == (0.9, record)
    assert (the(study, confidence=0.95).confidence, the(study, confidence=0.95).looks) == (0.95, None)


@pytest.mark.parametrize(
    ("question", "said"),
    [({"margin": -1.0}, "--margin"), ({"margin": math.nan}, "--margin"), ({"confidence": 95.0}, "--confidence"),
     ({"baseline": "rellu"}, "did you mean 'relu'")],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(question: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        comparisons_of(three(), Question(**question))
