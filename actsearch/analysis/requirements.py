"""What a user demands of a comparison, such as `gelu >= relu - 0.002`, and whether the data contradict it. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from actsearch.analysis import intervals, verdicts
from actsearch.analysis.comparison import Comparison, Contender
from actsearch.analysis.verdicts import FEWEST_SEEDS
from actsearch.core.errors import UserError
from actsearch.core.spelling import did_you_mean

State = Literal["holds", "contradicted", "undecided"]
EXAMPLE = "gelu >= relu - 0.002"

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUOTED = r"(?:\"[^\"]+\"|'[^']+')"
_NAME = rf"(?:{_QUOTED}|[^<>=]+?)"
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
    state: State
    difference: float
    low: float
    high: float
    seeds: int


def parse(text: str, names: Sequence[str] = ()) -> Requirement:
    """Reads a requirement. `names`, where given, are the labels there are: they may hold any character.

    Raises:
        UserError: it is not of that form.
    """
    found = _FORM.fullmatch(text)
    if not names and re.search(r"(?<![<>])[<>](?!=)", re.sub(_QUOTED, "", text)):
        raise UserError(f"--require {text!r}: only >= and <= can be asked for; write it as {EXAMPLE!r}")
    by_label = _with_known_names(text, names)
    if by_label is not None:
        return _finite(by_label)
    if found is None or (found["number"] is None and not found["other"]):
        raise UserError(f"--require {text!r}: cannot be read; write it as {EXAMPLE!r} or 'gelu >= 0.98'")
    at_least = found["sign"] == ">="
    if found["number"] is not None:
        return _finite(Requirement(text, _bare(found["name"]), None, float(found["number"]), at_least))
    shift = float(found["by"] or 0) * (-1 if found["shift"] == "-" else 1)
    return _finite(Requirement(text, _bare(found["name"]), _bare(found["other"]), shift, at_least))


def _finite(requirement: Requirement) -> Requirement:
    if not math.isfinite(requirement.shift):
        raise UserError(f"--require {requirement.text!r}: the number is too large")
    return requirement


def _with_known_names(text: str, names: Sequence[str]) -> Requirement | None:
    """With names as they are, the longest first: `relu - 0.1` may be a label."""
    ordered = sorted(names, key=len, reverse=True)
    either = "|".join(re.escape(form) for name in ordered for form in (name, f'"{name}"', f"'{name}'"))
    form = rf"\s*({either})\s*(<=|>=)\s*(?:([+-]?{_NUMBER})|({either})\s*(?:([+-])\s*({_NUMBER}))?)\s*"
    found = re.fullmatch(form, text) if names else None
    if found is None:
        return None
    name, sign, number, other, shift, by = found.groups()
    if number is not None:
        return Requirement(text, _known(name, names), None, float(number), sign == ">=")
    moved = float(by or 0) * (-1 if shift == "-" else 1)
    return Requirement(text, _known(name, names), _known(other, names), moved, sign == ">=")


def _known(text: str, names: Sequence[str]) -> str:
    return text if text in names else text[1:-1]


def _bare(text: str) -> str:
    return text[1:-1] if text[0] == text[-1] and text[0] in "\"'" and len(text) > 2 else text


def check(comparison: Comparison, texts: Sequence[str], tables: int = 1) -> tuple[Outcome, ...]:
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
    names = [one.name for one in comparison.contenders]
    requirements = [parse(text, names) for text in texts]
    family = len(requirements) * tables * comparison.planned_looks
    return tuple(_outcome(comparison, requirement, family) for requirement in requirements)


def _outcome(comparison: Comparison, requirement: Requirement, family: int) -> Outcome:
    places = [_place(comparison, name, requirement) for name in (requirement.name, requirement.other) if name]
    ones = [comparison.contenders[place] for place in places]
    _check_completed(ones, requirement)
    if len({*places}) < len(places):
        raise UserError(f"--require {requirement.text!r}: {ones[0].name} is compared with itself; name another")
    if comparison.measure.is_accuracy and abs(requirement.shift) > 1:
        raise UserError(f"--require {requirement.text!r}: accuracies are shares, from 0 to 1: 0.97 and not 97")
    values = ones[0].values if len(ones) == 1 else ones[0].values - ones[1].values
    excess = values[~np.isnan(values)] - requirement.shift
    if not requirement.at_least:
        excess = -excess
    n = len(excess)
    good, bad = _lucky(comparison, requirement, ones)
    if n == 0:
        nothing = math.nan
        gone = good and not all(one.completed for one in ones)
        return Outcome(requirement, "contradicted" if gone else "undecided", nothing, nothing, nothing, 0)
    found = intervals.difference(excess, family=family, confidence=comparison.confidence, examples=comparison.examples)
    state: State = "undecided"
    if n >= FEWEST_SEEDS:
        state = "holds" if found.low >= 0 else "contradicted" if found.high < 0 else "undecided"
    if (state == "holds" and good) or (state == "contradicted" and bad):
        state = "undecided"
    return Outcome(requirement, state, found.mean, found.low, found.high, n)


def _check_completed(ones: Sequence[Contender], requirement: Requirement) -> None:
    for one in ones:
        if not one.completed and not one.diverged:
            states = ", ".join(dict.fromkeys(trial.status for trial in one.trials))
            raise UserError(f"--require {requirement.text!r}: no trial of {one.name} is completed ({states})")


def _lucky(comparison: Comparison, requirement: Requirement, ones: Sequence[Contender]) -> tuple[bool, bool]:
    """Whether the one that is to be good, and the one that may be bad, lost more seeds to divergence than the other.

    Those that are left are its luckier ones, so that the first does not meet, nor the second contradict anything.
    """
    wants_first = requirement.at_least == comparison.measure.higher_is_better
    if len(ones) == 1:
        return (ones[0].diverged > 0, False) if wants_first else (False, ones[0].diverged > 0)
    more = verdicts.diverged_more_often(*np.array([(o.diverged, o.diverged + o.completed) for o in ones]).T)
    first, second = bool(more[0, 1]), bool(more[1, 0])
    return (first, second) if wants_first else (second, first)


def _place(comparison: Comparison, name: str, requirement: Requirement) -> int:
    names = [one.name for one in comparison.contenders]
    if name in names:
        return names.index(name)
    raise UserError(f"--require {requirement.text!r}: no candidate is labelled {name!r}; {did_you_mean(name, names)}")
