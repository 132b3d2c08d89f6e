"""Which trials have a row where the window is too low for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from actsearch.cli.screens.standing import ORDER_OF_STATUSES
from actsearch.cli.screens.text import StyledLine
from actsearch.cli.screens.trial_rows import TrialRow


def rows_that_fit(
    slots: Sequence[TrialRow | None], troubled: Sequence[TrialRow], room: int
) -> tuple[Sequence[TrialRow | None], list[StyledLine]]:
    """What is shown in so many lines: the first slots, the last of the troubled, and a line on the rest."""
    places, kept = places_for(len(slots), len(troubled), room)
    shown = [*slots[:places], *troubled[len(troubled) - kept :]]
    if places == len(slots) and kept == len(troubled):
        return shown, []
    hidden = [*slots[places:], *troubled[: len(troubled) - kept]]
    return shown, [StyledLine((_rest(hidden), "dim"))]


def _rest(hidden: Sequence[TrialRow | None]) -> str:
    """`and 2 more failed, 3 more running`."""
    counts = Counter(row.status for row in hidden if row is not None and row.status != "completed")
    more = [f"{counts[status]} more {status}" for status in ORDER_OF_STATUSES if counts[status]]
    return f"and {', '.join(more)}" if more else ""


def places_for(slots: int, troubled: int, room: int) -> tuple[int, int]:
    """How many of the slots and of the troubled are shown in so many lines, where one may be needed for the rest.

    The slots have their place first, but a quarter of it is given up to trouble.
    """
    if slots + troubled <= room:
        return slots, troubled
    room = max(room - 1, 0)
    kept = min(troubled, max(room // 4, room - slots))
    return min(slots, room - kept), kept


def is_running(row: TrialRow | None) -> bool:
    return row is not None and row.status == "running"
