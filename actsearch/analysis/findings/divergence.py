"""Findings about trials that diverged, and what was seen before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from actsearch.analysis.findings.finding import Finding, finding_from, largest_first, when_in_training
from actsearch.analysis.findings.readings import ProbedSeed, Readings
from actsearch.analysis.findings.spreads import Spread, share_of_norm_text
from actsearch.analysis.number_format import epochs_text, three_digits
from actsearch.core.sentences import findings


def divergence_findings(readings: Readings) -> Iterator[Finding]:
    diverged = readings.only([probe for probe in readings.probes if probe.trial.status == "diverged"])
    if not diverged.probes:
        return
    ends = sorted(probe.trial.epochs_done for probe in diverged.probes)
    seeds, epochs = readings.seeds_asked, epochs_text(ends[0], ends[-1])
    text = findings.LOSS_OF_SEEDS_DIVERGED(diverged=len(ends), seeds=seeds, epochs=epochs)
    if seeds == 1:
        text = findings.LOSS_DIVERGED(epochs=epochs)
    parts = [text, *_before_divergence(diverged)]
    yield finding_from(diverged, "diverged", "; ".join(parts), epochs=(ends[0], ends[-1]), value=float(len(ends)))


def _before_divergence(diverged: Readings) -> Iterator[str]:
    """What was seen, before the epoch of the divergence, of the layer with the largest gradient then."""
    before = diverged.before_divergence
    norms = _last_values(before, "gradient_norm_kernel")
    if norms:
        yield _norm_before(diverged, norms)
    updates = _last_values(before, "update_ratio_kernel")
    if updates:
        layer = largest_first(updates)[0]
        look = _earlier_look(before, layer, "update_ratio_kernel")
        change = share_of_norm_text(updates[layer])
        if look is None:
            yield findings.UPDATE_BEFORE(layer=layer, change=change)
        else:
            yield findings.UPDATE_EARLIER(epochs=epochs_text(*look), layer=layer, change=change)


def _norm_before(diverged: Readings, norms: Mapping[str, Spread]) -> str:
    """Of the layer with the largest gradient, and of the untrained network where it was another one."""
    layer = largest_first(norms)[0]
    start = diverged.when("start", "gradient_norm_kernel").get(layer)
    look = _earlier_look(diverged.before_divergence, layer, "gradient_norm_kernel")
    values: dict[str, object] = {"layer": layer, "norm": norms[layer].text(three_digits)}
    if look is not None:
        values["when"] = when_in_training(look[0]) if look[0] == look[1] else epochs_text(*look)
    if start is None or start == norms[layer]:
        return findings.NORM_BEFORE(**values) if look is None else findings.NORM_EARLIER(**values)
    sentence = findings.NORM_BEFORE_AND_UNTRAINED if look is None else findings.NORM_EARLIER_AND_UNTRAINED
    return sentence(**values, untrained=start.median)


def _last_values(before: Readings, quantity: str) -> dict[str, Spread]:
    """Of each layer, in the last epoch of each seed that has a value."""

    def last(probe: ProbedSeed, layer: str) -> float | None:
        row = probe.row(layer, quantity)
        return row[max(row)] if row else None

    return before.by_layer(last)


def _earlier_look(before: Readings, layer: str, quantity: str) -> tuple[int, int] | None:
    """The last epochs with a value, the first and the last over the seeds; None if each is that before the divergence.

    Not every epoch is looked at.
    """
    probes = [probe for probe in before.probes if probe.row(layer, quantity)]
    last = [max(probe.row(layer, quantity)) for probe in probes]
    if last == [probe.trial.epochs_done - 1 for probe in probes]:
        return None
    return min(last), max(last)
