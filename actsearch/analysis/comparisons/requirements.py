"""What a user demands of a comparison, such as `gelu >= relu - 0.002`, and whether the data contradict it. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.contenders import Contender
from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.comparisons.verdicts import diverged_more_often
from actsearch.analysis.statistics.intervals import MeanDifference, mean_difference
from actsearch.core.errors import UserError
from actsearch.core.metrics import Metric
from actsearch.core.spelling import did_you_mean

RequirementState = Literal["holds", "contradicted", "undecided"]
EXAMPLE = "gelu >= relu - 0.002"
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUOTED_NAME = r"(?:\"[^\"]+\"|'[^']+')"
_NAME = rf"(?:{_QUOTED_NAME}|[^<>=]+?)"
_FORM = re.compile(
    rf"\s*(?P<name>{_NAME})\s*(?P<sign><=|>=)\s*(?:(?P<number>[+-]?{_NUMBER})|(?P<other>{_NAME}?)\s*"
    rf"(?:(?P<shift>[+-])\s*(?P<by>{_NUMBER}))?)\s*"
)


@dataclass(frozen=True)
class Requirement:
    """`name >= other + shift`, or `name >= shift` where there is no other; with `<=` where `at_least` is false."""

    text: str
    name: str
    other: str | None
    shift: float
    at_least: bool = True


@dataclass(frozen=True)
class Outcome:
    """Whether it holds, by an interval of what it has to spare, in the metric's unit: 0 or more holds."""

    requirement: Requirement
    state: RequirementState
    difference: float
    low: float
    high: float
    seeds: int


def requirement_of(text: str, names: Sequence[str] = ()) -> Requirement:
    """Reads a requirement. `names`, where given, are the labels there are: they may hold any character.

    Raises:
        UserError: it is not of that form.
    """
    match = _FORM.fullmatch(text)
    if not names and re.search(r"(?<![<>])[<>](?!=)", re.sub(_QUOTED_NAME, "", text)):
        raise UserError(f"--require {text!r}: only >= and <= can be asked for; write it as {EXAMPLE!r}")
    by_label = _with_known_names(text, names)
    if by_label is not None:
        return _with_finite_shift(by_label)
    if match is None or (match["number"] is None and not match["other"]):
        raise UserError(f"--require {text!r}: cannot be read; write it as {EXAMPLE!r} or 'gelu >= 0.98'")
    at_least = match["sign"] == ">="
    if match["number"] is not None:
        return _with_finite_shift(Requirement(text, _bare(match["name"]), None, float(match["number"]), at_least))
    shift = _signed_shift(match["shift"], match["by"])
    return _with_finite_shift(Requirement(text, _bare(match["name"]), _bare(match["other"]), shift, at_least))


def _signed_shift(sign: str | None, by: str | None) -> float:
    return float(by or 0) * (-1 if sign == "-" else 1)


def _with_finite_shift(requirement: Requirement) -> Requirement:
    if not math.isfinite(requirement.shift):
        raise UserError(f"--require {requirement.text!r}: the number is too large")
    return requirement


def _with_known_names(text: str, names: Sequence[str]) -> Requirement | None:
    """With names as they are, the longest first: `relu - 0.1` may be a label."""
    if not names:
        return None
    ordered = sorted(names, key=len, reverse=True)
    forms = chain.from_iterable((name, f'"{name}"', f"'{name}'") for name in ordered)
    either = "|".join(map(re.escape, forms))
    form = rf"\s*({either})\s*(<=|>=)\s*(?:([+-]?{_NUMBER})|({either})\s*(?:([+-])\s*({_NUMBER}))?)\s*"
    match = re.fullmatch(form, text)
    if match is None:
        return None
    name, sign, number, second, shift, by = match.groups()
    if number is not None:
        return Requirement(text, _unquoted_label(name, names), None, float(number), sign == ">=")
    labels = (_unquoted_label(name, names), _unquoted_label(second, names))
    return Requirement(text, *labels, _signed_shift(shift, by), sign == ">=")


def _unquoted_label(text: str, names: Sequence[str]) -> str:
    return text if text in names else text[1:-1]


def _bare(text: str) -> str:
    return text[1:-1] if text[0] == text[-1] and text[0] in "\"'" and len(text) > 2 else text


def outcomes_of(comparison: Comparison, texts: Sequence[str], tables: int = 1) -> tuple[Outcome, ...]:
    """Judges requirements that were written down before the results were seen.

    Their intervals hold together for all of `texts` in all tables, not for all pairs of candidates: no other pair is
    looked at. Of a study that was stopped by looks they hold for each of those looks, whatever is required.

    Args:
        comparison: what is judged.
        texts: the requirements.
        tables: of how many comparisons the same is required at once.

    Raises:
        UserError: one cannot be read, or names no contender.
    """
    names = [contender.name for contender in comparison.contenders]
    requirements = [requirement_of(text, names) for text in texts]
    family = len(requirements) * tables * comparison.planned_looks
    return tuple(_judged_requirement(comparison, requirement, family) for requirement in requirements)


def _judged_requirement(comparison: Comparison, requirement: Requirement, family: int) -> Outcome:
    contenders = _contenders_named(comparison, requirement)
    good_is_lucky, bad_is_lucky = _luckier(comparison, requirement, contenders)
    excess = _excess(requirement, contenders)
    n = len(excess)
    if n == 0:
        is_gone = good_is_lucky and not all(contender.completed for contender in contenders)
        state: RequirementState = "contradicted" if is_gone else "undecided"
        return Outcome(requirement, state, math.nan, math.nan, math.nan, 0)
    spare = mean_difference(excess, family=family, confidence=comparison.confidence, examples=comparison.examples)
    state = _state_by_interval(spare) if n >= FEWEST_SEEDS else "undecided"
    if (state == "holds" and good_is_lucky) or (state == "contradicted" and bad_is_lucky):
        state = "undecided"
    return Outcome(requirement, state, spare.mean, spare.low, spare.high, n)


def _state_by_interval(spare: MeanDifference) -> RequirementState:
    """By what a requirement has to spare."""
    if spare.low >= 0:
        return "holds"
    return "contradicted" if spare.high < 0 else "undecided"


def _excess(requirement: Requirement, contenders: Sequence[Contender]) -> np.ndarray:
    """By seed, how much more the first has than it needs; below 0 where it has less."""
    values = contenders[0].values if len(contenders) == 1 else contenders[0].values - contenders[1].values
    excess: np.ndarray = values[~np.isnan(values)] - requirement.shift
    return excess if requirement.at_least else -excess


def _contenders_named(comparison: Comparison, requirement: Requirement) -> list[Contender]:
    """The contender or the two that a requirement is about.

    Raises:
        UserError: nothing can be said of them.
    """
    names = [name for name in (requirement.name, requirement.other) if name]
    places = [_place_of(comparison, name, requirement) for name in names]
    contenders = [comparison.contenders[place] for place in places]
    _check_completed(contenders, requirement)
    if len({*places}) < len(places):
        raise UserError(f"--require {requirement.text!r}: {contenders[0].name} is compared with itself; name another")
    if abs(requirement.shift) > comparison.measure.kind.widest_difference:
        raise UserError(f"--require {requirement.text!r}: {_scale(comparison.measure.kind)}")
    return contenders


def _scale(metric: Metric) -> str:
    return f"{metric.scale}, from 0 to 1: 0.97 and not 97" if metric.is_share else metric.scale


def _check_completed(contenders: Sequence[Contender], requirement: Requirement) -> None:
    for contender in contenders:
        if not contender.completed and not contender.diverged:
            states = ", ".join(dict.fromkeys(trial.status for trial in contender.trials))
            raise UserError(f"--require {requirement.text!r}: no trial of {contender.name} is completed ({states})")


def _luckier(comparison: Comparison, requirement: Requirement, contenders: Sequence[Contender]) -> tuple[bool, bool]:
    """Whether the one that is to be good, and the one that may be bad, lost more seeds to divergence than the other.

    Those that are left are its luckier ones, so that the first does not meet, nor the second contradict anything.
    """
    if len(contenders) == 1:
        first, second = contenders[0].diverged > 0, False
    else:
        diverged = np.array([contender.diverged for contender in contenders])
        completed = np.array([contender.completed for contender in contenders])
        more = diverged_more_often(diverged, diverged + completed)
        first, second = bool(more[0, 1]), bool(more[1, 0])
    wants_first = requirement.at_least == comparison.measure.higher_is_better
    return (first, second) if wants_first else (second, first)


def _place_of(comparison: Comparison, name: str, requirement: Requirement) -> int:
    names = [contender.name for contender in comparison.contenders]
    if name in names:
        return names.index(name)
    raise UserError(f"--require {requirement.text!r}: no candidate is labelled {name!r}; {did_you_mean(name, names)}")
