"""Trials that a study may ask for later. Nobody has a list of them all: it is asked of one training at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from actsearch.core.experiment import Trial

LaterTrials = Callable[[int, str], Sequence[Trial]]
"""By a seed and a trajectory: the trials of that training which a later stage may ask for; none, or several that differ
in their number of epochs."""
