"""Which points of a long line are drawn, so that the page stays small and no peak is lost."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence


def thinned(
    middle: Sequence[float], low: Sequence[float], high: Sequence[float], most: int, always: Collection[int] = ()
) -> list[int]:
    """The places of a line that are drawn: all, or of each stretch the extremes, so that no peak is lost.

    About `most`, and besides them the ends, those of `always`, and where values are missing, the first that is.
    """
    n = len(middle)
    if n <= most:
        return list(range(n))
    has_band = any(a < b for a, b in zip(low, high, strict=True))
    stretches = max(1, most // (4 if has_band else 2))
    extremes = [(middle, min), (middle, max), *([(low, min), (high, max)] if has_band else [])]
    kept = {0, n - 1, *(place for place in always if place < n)}
    kept |= {i for i in range(1, n) if math.isfinite(middle[i - 1]) and not math.isfinite(middle[i])}
    for k in range(stretches):
        known = [i for i in range(k * n // stretches, (k + 1) * n // stretches) if math.isfinite(middle[i])]
        kept |= {extreme(known, key=row.__getitem__) for row, extreme in extremes if known}
    return sorted(kept)


def thinning_note(drawn: tuple[int, int] | None, places: str = "epochs") -> Iterator[str]:
    """What a caption says of a chart of which not every epoch is drawn: how many at most, and of how many."""
    if drawn is not None:
        yield f"Drawn of a line: at most {drawn[0]} of {drawn[1]} {places}, extremes kept."
