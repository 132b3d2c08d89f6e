"""How an experiment stands, in three lines: how far it is, in what states its trials are, and the best one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.cells import cell_len

from actsearch.cli.screens.numbers import table_number
from actsearch.cli.screens.text import StyledLine, shortened_to_cells
from actsearch.cli.screens.trial_rows import STATUS_STYLE, TrialRow

ORDER_OF_STATUSES = ("failed", "diverged", "running", "restarting", "interrupted", "completed", "waiting")
"""In which they are counted: what must not be missed first, for the last give way where the window is narrow."""


@dataclass(frozen=True)
class Standing:
    """How an experiment stands, as its head tells it."""

    title: str
    trials: int
    ended: int
    counts: Mapping[str, int]
    share: float
    """Of the work, from 0 to 1."""
    left: str
    best: TrialRow | None
    best_of: str


def best_row(rows: Iterable[TrialRow]) -> TrialRow | None:
    """The row that is best by the validation metric that decides, after its last epoch; of equals, the first."""
    known = (row for row in rows if row.decisive is not None and row.status not in ("failed", "diverged"))
    return max(known, key=_rank, default=None)


def _rank(row: TrialRow) -> float:
    value = row.decisive or 0.0
    return value if row.task.decisive.higher_is_better else -value


def standing_lines(standing: Standing, width: int) -> list[StyledLine]:
    """Three lines: how far it is, in what states the trials are, and the best one."""
    return [_progress(standing, width), StyledLine(*counts_that_fit(standing, width)), _best(standing, width)]


def _progress(standing: Standing, width: int) -> StyledLine:
    title = shortened_to_cells(standing.title, max(12, width - 46))
    length = max(6, min(40, width - cell_len(title) - len("      41%  about 3 h 20 min left")))
    halves = math.floor(2 * length * standing.share + 1e-6)
    done = "━" * (halves // 2) + "╸" * (halves % 2)
    rest = "─" * (length - len(done))
    percent = f"  {math.floor(100 * standing.share + 1e-6):3d}%"
    left = f"  {standing.left}" if standing.left else ""
    return StyledLine((f"{title}  ", "bold"), (done, "cyan"), (rest, "dim"), (percent + left, ""))


def counts_that_fit(standing: Standing, width: int) -> list[tuple[str, str]]:
    """As many whole counts as there is room for."""
    parts = [(f"{standing.ended}/{standing.trials} trials", "")]
    room = width - len(parts[0][0])
    for status in ORDER_OF_STATUSES:
        part = f"  {standing.counts.get(status, 0)} {status}"
        if standing.counts.get(status) and len(part) <= room:
            parts.append((part, STATUS_STYLE[status]))
            room -= len(part)
    return parts


def _best(standing: Standing, width: int) -> StyledLine:
    """The best trial, and as much of a caution as there is room for."""
    row = standing.best
    if row is None:
        return StyledLine((f"best {standing.best_of}: no epoch yet", "dim"))
    tail = f" seed {row.seed}, epoch {row.epoch}"
    whole = f"best {standing.best_of}: {row.task.validated_by} {table_number(row.decisive)}, "
    short = whole.replace(f"{row.task.validated_by} ", "")
    ways = ((whole, row.name), (whole, row.brief), (short, row.brief))
    head, name = next((way for way in ways if cell_len("".join(way) + tail) <= width), ways[-1])
    text = head + shortened_to_cells(name, max(6, width - len(head + tail))) + tail
    cautions = (" (a validation value of one trial, not a verdict)", " (one trial, no verdict)", " (one trial)")
    caution = next((words for words in cautions if cell_len(text + words) <= width), "")
    return StyledLine((text, ""), (caution, "dim"))
