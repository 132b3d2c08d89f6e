"""When a training makes a checkpoint: so seldom that it costs little. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PACKING_SPEED = 50e6
"""Bytes a second of a checkpoint, assumed on the slow side until one was made."""


@dataclass(frozen=True)
class Spacing:
    """When a training yields checkpoints: so seldom that they cost at most this share of its time.

    `at_end`: after the last epoch too, whatever it costs, for a longer training to go on from.
    """

    share: float = 0.01
    at_end: bool = False


class Pace:
    """Spaces checkpoints by what the last one cost: its making, and until the driver has taken it."""

    def __init__(self, spacing: Spacing | None, clock: Callable[[], float]) -> None:
        self._spacing, self._clock = spacing, clock
        self._last = clock()
        self._began = 0.0
        self._cost: float | None = None

    def wants_checkpoint(self, model: Any, last: bool) -> bool:
        """Whether to make one of this Keras model now, after an epoch; the clock runs until `took_checkpoint`."""
        if self._spacing is None:
            return False
        if self._cost is None:
            self._cost = sum(variable.value.numpy().nbytes for variable in model.variables) * 4 / PACKING_SPEED
        self._began = self._clock()
        if last:
            return self._spacing.at_end
        return bool((self._began - self._last) * self._spacing.share >= self._cost)

    def took_checkpoint(self) -> None:
        self._last = self._clock()
        self._cost = self._last - self._began
