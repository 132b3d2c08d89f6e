"""Findings about dead units, and about sparsity, which is their healthy kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from actsearch.analysis.findings.finding import (
    Finding,
    _beside,
    _finding,
    _in,
    _over,
)
from actsearch.analysis.number_text import share
from actsearch.analysis.readings import Readings

DEAD = 0.05
"""One unit in twenty: fewer change little, and a few die in most ReLU networks."""


CAME_BACK = 0.02
"""By how much a share of dead units has to fall until it is said that some came back."""


SPARSE = 0.1
"""So many activations of exactly 0 in a layer are called sparsity."""


def _dead(one: Readings) -> Iterator[Finding]:
    one = one.before_divergence
    ends = one.when("end", "dead")
    much = _over(ends, DEAD)
    if much:
        worst, *others = much
        units = "channels" if worst.startswith("conv") else "units"
        text = f"{ends[worst].said(share)} of {worst}'s {units} are dead {_in(one.last)}{_beside(others, ends)}"
        text += _course_of_death(one.course(worst, "dead")) if one.last else ""
        yield _finding(one, "dead", text, ends[worst], layers=tuple(much), epochs=(one.last, one.last))


def _course_of_death(course: Mapping[int, float]) -> str:
    """When the share was reached, and whether it ever fell."""
    end, peak = course[max(course)], max(course, key=lambda epoch: course[epoch])
    half = min(epoch for epoch, dead in course.items() if dead >= end / 2)
    said = f", {share(course[0])} untrained" if 0 in course else ""
    if course[peak] - end >= CAME_BACK:
        return f"{said}; it was {share(course[peak])} in epoch {peak}, so some came back"
    said += f"; half of them by epoch {half}" if half else ""
    return f"{said}; no sign that any came back"


def _sparsity(one: Readings) -> Iterator[Finding]:
    one = one.before_divergence
    zeros = one.when("end", "zeros")
    sparse = _over(zeros, SPARSE)
    if sparse:
        most, least = sparse[0], sparse[-1]
        least_, most_ = share(zeros[least].median), share(zeros[most].median)
        shares = most_ if least_ == most_ else f"{least_} ({least}) to {most_} ({most})"
        text = f"{shares} of a layer's activations are 0 {_in(one.last)}"
        text += _without_death(one, sparse)
        yield _finding(one, "sparsity", text, zeros[most], layers=tuple(sparse), epochs=(one.last, one.last))


def _without_death(one: Readings, sparse: Sequence[str]) -> str:
    dead = [spread.median for layer, spread in one.when("end", "dead").items() if layer in sparse]
    if not dead or max(dead) >= DEAD:
        return ""
    how_many = f"at most {share(max(dead))} of a layer's units are" if max(dead) else "no unit is"
    return f", while {how_many} dead: the healthy kind"
