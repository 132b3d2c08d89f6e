"""Findings about trials that diverged, and what was seen before."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.analysis.findings.finding import Finding, finding_from, in_epoch, largest_first
from actsearch.analysis.findings.readings import ProbedSeed, Readings
from actsearch.analysis.findings.spreads import Spread, share_of_norm_text
from actsearch.analysis.number_format import epochs_text, three_digits


def divergence_findings(readings: Readings) -> Iterator[Finding]:
    diverged = readings.only([probe for probe in readings.probes if probe.trial.status == "diverged"])
    if not diverged.probes:
        return
    ends = sorted(probe.trial.epochs_done for probe in diverged.probes)
    seeds = readings.seeds_asked
    which = "the loss" if seeds == 1 else f"the loss of {len(ends)} of {seeds} seeds"
    parts = [f"{which} diverged in {epochs_text(ends[0], ends[-1])}", *_before_divergence(diverged)]
    yield finding_from(diverged, "diverged", "; ".join(parts), epochs=(ends[0], ends[-1]), value=float(len(ends)))


def _before_divergence(diverged: Readings) -> Iterator[str]:
    """What was seen, before the epoch of the divergence, of the layer with the largest gradient then."""
    before = diverged.before_divergence
    norms = _last_values(before, "gradient_norm_kernel")
    if norms:
        layer = largest_first(norms)[0]
        start = diverged.when("start", "gradient_norm_kernel").get(layer)
        untrained = "" if start is None or start == norms[layer] else f" ({three_digits(start.median)} untrained)"
        when = _when_norm_was_seen(_earlier_look(before, layer, "gradient_norm_kernel"))
        yield f"{when}, the gradient norm of {layer} was {norms[layer].text(three_digits)}{untrained}"
    updates = _last_values(before, "update_ratio_kernel")
    if updates:
        layer = largest_first(updates)[0]
        look = _earlier_look(before, layer, "update_ratio_kernel")
        epoch = "the epoch before it" if look is None else f"the last epoch looked at before it ({epochs_text(*look)})"
        yield f"{epoch} changed {layer}'s weights by {share_of_norm_text(updates[layer])}"


def _last_values(before: Readings, quantity: str) -> dict[str, Spread]:
    """Of each layer, in the last epoch of each seed that has a value."""

    def last(probe: ProbedSeed, layer: str) -> float | None:
        row = probe.row(layer, quantity)
        return row[max(row)] if row else None

    return before.by_layer(last)


def _when_norm_was_seen(look: tuple[int, int] | None) -> str:
    if look is None:
        return "before it"
    first, last = look
    return f"before it, {in_epoch(first) if first == last else epochs_text(first, last)}"


def _earlier_look(before: Readings, layer: str, quantity: str) -> tuple[int, int] | None:
    """The last epochs with a value, the first and the last over the seeds; None if each is that before the divergence.

    Not every epoch is looked at.
    """
    probes = [probe for probe in before.probes if probe.row(layer, quantity)]
    last = [max(probe.row(layer, quantity)) for probe in probes]
    if last == [probe.trial.epochs_done - 1 for probe in probes]:
        return None
    return min(last), max(last)
