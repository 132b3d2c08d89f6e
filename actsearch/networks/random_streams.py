"""The seed of every random draw of a trial.

Each draw has its own, from the trial's seed, the draw's purpose and its place. So what one candidate draws does not
shift what another draws.
"""

from __future__ import annotations

import numpy as np

KERNEL_STREAM, ORDER_STREAM, DROPOUT_STREAM, BIAS_STREAM = 0, 1, 2, 3
"""The purposes: initial kernels, order of the examples, dropout, initial biases."""


def seed_of_draw(seed: int, purpose: int, place: int) -> int:
    """A seed below 2^31 for one draw of a trial.

    Args:
        seed: the trial's.
        purpose: one of the streams above.
        place: which draw of that purpose it is, from 0.
    """
    return int(np.random.SeedSequence([seed, purpose, place]).generate_state(1)[0] >> 1)
