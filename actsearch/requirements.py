"""What a user demands of a comparison, such as `gelu >= relu - 0.002`, and whether the data contradict it. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from actsearch import statistics
from actsearch.comparison import Comparison
from actsearch.errors import UserError
from actsearch.spelling import did_you_mean
from actsearch.statistics import FEWEST_SEEDS

State = Literal["holds", "contradicted", "undecided"]
EXAMPLE = "gelu >= relu - 0.002"

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NAME = r"(?:\"[^\"]+\"|'[^']+'|[^<>=]+?)"
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
    if re.search(r"(?<![<>])[<>](?!=)", text) and not names:
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


def check(comparison: Comparison, texts: Sequence[str]) -> tuple[Outcome, ...]:
    """Judges requirements that were written down before the results were seen.

    Their intervals hold together for all of `texts`, not for all pairs of candidates: no other pair is looked at.

    Raises:
        UserError: one cannot be read, or names no contender.
    """
    names = [one.name for one in comparison.contenders]
    requirements = [parse(text, names) for text in texts]
    return tuple(_outcome(comparison, requirement, len(requirements)) for requirement in requirements)


def _outcome(comparison: Comparison, requirement: Requirement, family: int) -> Outcome:
    one = comparison.contenders[_place(comparison, requirement.name, requirement)]
    values = one.values
    if requirement.other is not None:
        values = values - comparison.contenders[_place(comparison, requirement.other, requirement)].values
    excess = values[~np.isnan(values)] - requirement.shift
    if not requirement.at_least:
        excess = -excess
    n = len(excess)
    _check_completed(comparison, requirement)
    if n == 0:
        state: State = "contradicted" if one.diverged and not one.completed else "undecided"
        return Outcome(requirement, state, math.nan, math.nan, math.nan, 0)
    found = statistics.difference(
        excess, family=family, confidence=comparison.question.confidence, examples=comparison.examples
    )
    state = "undecided"
    if n >= FEWEST_SEEDS:
        state = "holds" if found.low >= 0 else "contradicted" if found.high < 0 else "undecided"
    if state == "holds" and _lost_more(comparison, requirement):
        state = "undecided"
    return Outcome(requirement, state, found.mean, found.low, found.high, n)


def _check_completed(comparison: Comparison, requirement: Requirement) -> None:
    for name in (requirement.name, requirement.other):
        one = None if name is None else comparison.contenders[_place(comparison, name, requirement)]
        if one is not None and not one.completed and not one.diverged:
            states = ", ".join(dict.fromkeys(trial.status for trial in one.trials))
            raise UserError(f"--require {requirement.text!r}: no trial of {one.name} is completed ({states})")


def _lost_more(comparison: Comparison, requirement: Requirement) -> bool:
    """Whether the one that is to be good lost more seeds to divergence: those left are its luckier ones."""
    names = [name for name in (requirement.name, requirement.other) if name is not None]
    ones = [comparison.contenders[_place(comparison, name, requirement)] for name in names]
    good = requirement.at_least == comparison.measure.higher_is_better
    if len(ones) == 1:
        return good and ones[0].diverged > 0
    one, other = ones if good else ones[::-1]
    return statistics.diverged_more_often(
        one.diverged, one.diverged + one.completed, other.diverged, other.diverged + other.completed
    )


def _place(comparison: Comparison, name: str, requirement: Requirement) -> int:
    names = [one.name for one in comparison.contenders]
    if name in names:
        return names.index(name)
    raise UserError(f"--require {requirement.text!r}: no candidate is labelled {name!r}; {did_you_mean(name, names)}")


def in_words(outcome: Outcome) -> str:
    """`holds: gelu >= relu - 0.002 (0.0011 above, interval -0.0002 to 0.0024, 10 seeds)`."""
    n = f"{outcome.seeds} seed{'' if outcome.seeds == 1 else 's'}"
    if not math.isfinite(outcome.low):
        return f"{outcome.state}: {outcome.requirement.text} ({n})"
    sides = f"to spare: {outcome.difference:+.4f}, {outcome.low:+.4f} to {outcome.high:+.4f}"
    return f"{outcome.state}: {outcome.requirement.text} ({sides}, {n})"
