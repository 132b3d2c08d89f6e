"""Findings about dead units, and about sparsity, which is their healthy kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from actsearch.analysis.findings.finding import Finding, finding_from, largest_from, shares_of_layers, when_in_training
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.findings.spreads import Spread
from actsearch.analysis.number_format import share_text
from actsearch.core.sentences import findings

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
        worst = layers[0]
        course = readings.course(worst, "dead") if readings.last else {}
        text = "; ".join([_dead_in_the_end(readings, layers, ends, course.get(0)), *_course_of_death(course)])
        yield finding_from(readings, "dead", text, ends[worst], layers=layers, epochs=(readings.last, readings.last))


def _dead_in_the_end(
    readings: Readings, layers: Sequence[str], ends: Mapping[str, Spread], untrained: float | None
) -> str:
    worst, *others = layers
    values: dict[str, object] = {
        "share": ends[worst].text(share_text),
        "layer": worst,
        "convolution": worst.startswith("conv"),
        "when": when_in_training(readings.last),
    }
    if others:
        values["others"] = shares_of_layers(others, ends)
    if untrained is None:
        return findings.DEAD_AND_OTHERS(**values) if others else findings.DEAD(**values)
    sentence = findings.DEAD_AND_OTHERS_AND_UNTRAINED if others else findings.DEAD_AND_UNTRAINED
    return sentence(**values, untrained=share_text(untrained))


def _course_of_death(course: Mapping[int, float]) -> Iterator[str]:
    """When the share was reached, and whether it ever fell."""
    if not course:
        return
    end, peak = course[max(course)], max(course, key=lambda epoch: course[epoch])
    if course[peak] - end >= CAME_BACK:
        yield findings.SOME_CAME_BACK(share=share_text(course[peak]), epoch=peak)
        return
    half = min(epoch for epoch, dead in course.items() if dead >= end / 2)
    if half:
        yield findings.HALF_DEAD(epoch=half)
    yield findings.NONE_CAME_BACK()


def sparsity_findings(readings: Readings) -> Iterator[Finding]:
    readings = readings.before_divergence
    zeros = readings.when("end", "zeros")
    layers = largest_from(SPARSE, zeros)
    if layers:
        most, least = layers[0], layers[-1]
        least_share, most_share = share_text(zeros[least].median), share_text(zeros[most].median)
        shares = most_share
        if least_share != most_share:
            shares = findings.RANGE_OVER_LAYERS(least=least_share, least_layer=least, most=most_share, most_layer=most)
        text = _sparsity_text(readings, layers, shares)
        yield finding_from(
            readings, "sparsity", text, zeros[most], layers=layers, epochs=(readings.last, readings.last)
        )


def _sparsity_text(readings: Readings, layers: Sequence[str], shares: str) -> str:
    """With how few units are dead, where they are few."""
    when = when_in_training(readings.last)
    dead = [spread.median for layer, spread in readings.when("end", "dead").items() if layer in layers]
    if not dead or max(dead) >= MANY_DEAD:
        return findings.SPARSE_LAYERS(shares=shares, when=when)
    if not max(dead):
        return findings.SPARSE_AND_NONE_DEAD(shares=shares, when=when)
    return findings.SPARSE_AND_FEW_DEAD(shares=shares, when=when, dead=share_text(max(dead)))
