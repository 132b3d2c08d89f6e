"""Findings about trials that diverged, and what was seen before."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.analysis.findings.finding import (
    Finding,
    _finding,
    _in,
    _largest,
)
from actsearch.analysis.findings.updates import _of_norm
from actsearch.analysis.number_text import epochs, number
from actsearch.analysis.readings import Readings
from actsearch.analysis.spreads import Spread


def _diverged(one: Readings) -> Iterator[Finding]:
    gone = one.only([probe for probe in one.probes if probe.trial.status == "diverged"])
    if not gone.probes:
        return
    ends = sorted(probe.trial.epochs_done for probe in gone.probes)
    seeds = len(one.candidate.trials)
    which = "the loss" if seeds == 1 else f"the loss of {len(ends)} of {seeds} seeds"
    text = "; ".join([f"{which} diverged in {epochs(ends[0], ends[-1])}", *_before_divergence(gone)])
    yield _finding(gone, "diverged", text, epochs=(ends[0], ends[-1]), value=float(len(ends)))


def _before_divergence(gone: Readings) -> Iterator[str]:
    """What was seen, before the epoch of the divergence, of the layer with the largest gradient then."""
    before = gone.before_divergence

    def last(quantity: str) -> dict[str, Spread]:
        return before.by_layer(lambda probe, layer: row[max(row)] if (row := probe.row(layer, quantity)) else None)

    norms, updates = last("gradient_norm_kernel"), last("update_ratio_kernel")
    if norms:
        layer = _largest(norms)[0]
        start = gone.when("start", "gradient_norm_kernel").get(layer)
        untrained = f" ({number(start.median)} untrained)" if start is not None and start != norms[layer] else ""
        look = _earlier_look(before, layer, "gradient_norm_kernel")
        when = "before it" if look is None else f"before it, {_in(look[0]) if look[0] == look[1] else epochs(*look)}"
        yield f"{when}, the gradient norm of {layer} was {norms[layer].said(number)}{untrained}"
    if updates:
        layer = _largest(updates)[0]
        look = _earlier_look(before, layer, "update_ratio_kernel")
        which = "the epoch before it" if look is None else f"the last epoch looked at before it ({epochs(*look)})"
        yield f"{which} changed {layer}'s weights by {_of_norm(updates[layer])}"


def _earlier_look(before: Readings, layer: str, quantity: str) -> tuple[int, int] | None:
    """The last epochs with a value, the first and the last over the seeds; None if each is that before the divergence.

    Not every epoch is looked at.
    """
    looks = [(max(row), probe.trial.epochs_done) for probe in before.probes if (row := probe.row(layer, quantity))]
    last = [epoch for epoch, _ in looks]
    return None if all(epoch == end - 1 for epoch, end in looks) else (min(last), max(last))
