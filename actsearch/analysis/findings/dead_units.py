"""Findings about dead units, and about sparsity, which is their healthy kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from actsearch.analysis.findings.finding import Finding, finding_from, in_epoch, largest_from, shares_of_layers
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.number_format import share_text

MANY_DEAD = 0.05
"""One unit in twenty: fewer change little, and a few die in most ReLU networks."""
CAME_BACK = 0.02
"""By how much a share of dead units has to fall until it is said that some came back."""
SPARSE = 0.1
"""So many activations of exactly 0 in a layer are called sparsity."""


def dead_unit_findings(readings: Readings) -> Iterator[Finding]:
    readings = readings.before_divergence
    ends = readings.when("end", "dead")
    layers = largest_from(MANY_DEAD, ends)
    if layers:
        worst, *others = layers
        units = "channels" if worst.startswith("conv") else "units"
        course = _course_of_death(readings.course(worst, "dead")) if readings.last else ""
        text = (
            f"{ends[worst].text(share_text)} of {worst}'s {units} are dead {in_epoch(readings.last)}"
            f"{shares_of_layers(others, ends)}{course}"
        )
        yield finding_from(readings, "dead", text, ends[worst], layers=layers, epochs=(readings.last, readings.last))


def _course_of_death(course: Mapping[int, float]) -> str:
    """When the share was reached, and whether it ever fell."""
    end, peak = course[max(course)], max(course, key=lambda epoch: course[epoch])
    untrained = f", {share_text(course[0])} untrained" if 0 in course else ""
    if course[peak] - end >= CAME_BACK:
        return f"{untrained}; it was {share_text(course[peak])} in epoch {peak}, so some came back"
    half = min(epoch for epoch, dead in course.items() if dead >= end / 2)
    by_half = f"; half of them by epoch {half}" if half else ""
    return f"{untrained}{by_half}; no sign that any came back"


def sparsity_findings(readings: Readings) -> Iterator[Finding]:
    readings = readings.before_divergence
    zeros = readings.when("end", "zeros")
    layers = largest_from(SPARSE, zeros)
    if layers:
        most, least = layers[0], layers[-1]
        least_share, most_share = share_text(zeros[least].median), share_text(zeros[most].median)
        shares = most_share if least_share == most_share else f"{least_share} ({least}) to {most_share} ({most})"
        text = (
            f"{shares} of a layer's activations are 0 {in_epoch(readings.last)}{_while_few_are_dead(readings, layers)}"
        )
        yield finding_from(
            readings, "sparsity", text, zeros[most], layers=layers, epochs=(readings.last, readings.last)
        )


def _while_few_are_dead(readings: Readings, layers: Sequence[str]) -> str:
    dead = [spread.median for layer, spread in readings.when("end", "dead").items() if layer in layers]
    if not dead or max(dead) >= MANY_DEAD:
        return ""
    how_many = f"at most {share_text(max(dead))} of a layer's units are" if max(dead) else "no unit is"
    return f", while {how_many} dead: the healthy kind"
