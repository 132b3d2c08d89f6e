"""Findings about updates of weights that are very small or very large."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.analysis.findings.finding import (
    NAMED,
    Finding,
    _finding,
    _over,
)
from actsearch.analysis.number_text import epochs, share
from actsearch.analysis.readings import Readings
from actsearch.analysis.spreads import Spread, factors
from actsearch.core.words import listed

STILL = 1e-3
"""An epoch (not a step) that changes a layer's weights by less than a thousandth of their norm hardly moves them."""


LARGE = 1.0
"""An epoch that changes a layer's weights by more than their norm leaves little of what they were."""


def _small_updates(one: Readings) -> Iterator[Finding]:
    usual = one.when("usual", "update_ratio_kernel")
    still = [layer for layer in usual if usual[layer].median < STILL]
    if still:
        least = min(still, key=lambda layer: usual[layer].median)
        known = one.course(least, "update_ratio_kernel")
        whose = f"{least}'s" if still[1:] else "them"
        text = (
            f"the weights of {listed(still, NAMED)} hardly move: an epoch changes {whose} by {_of_norm(usual[least])}"
        )
        text += f" (median over {epochs(min(known), max(known))})"
        yield _finding(one, "updates", text, usual[least], layers=tuple(still), epochs=(min(known), max(known)))


def _large_updates(one: Readings) -> Iterator[Finding]:
    """Where no epoch is wild in most of the seeds, each of them may still have its own."""
    peaks, most = one.peaks("update_ratio_kernel"), one.when("most", "update_ratio_kernel")
    together = _over({layer: update for layer, (_, update) in peaks.items()}, LARGE)
    wild = together or _over(most, LARGE)
    if wild:
        epoch, update = peaks[wild[0]] if together else (None, most[wild[0]])
        when = "another one from seed to seed" if epoch is None else f"epoch {epoch}"
        text = f"one epoch changes {wild[0]}'s weights by {_of_norm(update)} ({when})"
        text += f"; so does some epoch in {listed(wild[1:], NAMED)}" if wild[1:] else ""
        about = (1, one.last) if epoch is None else (epoch, epoch)
        yield _finding(one, "updates", text, update, layers=tuple(wild), epochs=about)


def _of_norm(update: Spread) -> str:
    """`17 % of their norm`, `3.2 times their norm`."""
    return f"{update.said(share)} of their norm" if update.median < 1 else f"{factors(update)} times their norm"
