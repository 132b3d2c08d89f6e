"""A study that is run until it is decided: what was fixed beforehand, and the looks taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TURNED: Mapping[str, str] = {"better": "worse", "worse": "better"}
"""What a verdict on one of two is on the other; all else is the same of both."""


@dataclass(frozen=True)
class LookedPair:
    """Two contenders at a look, by their labels: the first minus the second."""

    a: str
    b: str
    n: int
    """How many seeds both completed."""
    difference: float | None
    low: float | None
    high: float | None
    """The interval, which holds together with those of all pairs at all looks; None with fewer than 2 seeds."""
    decision: str
    """See `sequential.Decision`: the first against the second, what an earlier look settled included."""

    def turned(self) -> LookedPair:
        """The second against the first."""
        mean, low, high = (None if v is None else -v for v in (self.difference, self.high, self.low))
        return LookedPair(self.b, self.a, self.n, mean, low, high, TURNED.get(self.decision, self.decision))


@dataclass(frozen=True)
class Left:
    """A contender that left at a look."""

    label: str
    why: str
    """`worse`, `settled` (all its pairs are), or `none completed` (none of its trials)."""
    than: str | None = None
    """Of one that is worse: than which."""


@dataclass(frozen=True)
class LookTaken:
    """What a look decided."""

    seeds: int
    """How many seeds it was taken at."""
    contenders: tuple[str, ...]
    """The labels of those that were in."""
    pairs: tuple[LookedPair, ...]
    """Each pair of those once."""
    left: tuple[Left, ...]
    stays: tuple[str, ...]
    """Those that go on; after the last look, those of which a pair stays undecided."""


@dataclass(frozen=True)
class LookContender:
    """What takes part in a sequential study."""

    label: str
    setting: Mapping[str, Any]
    first: str
    """The id of its trial with the first of the seeds: by its hash it is known what was looked at."""


@dataclass(frozen=True)
class LooksRecord:
    """A sequential study: what was fixed before it began, and the looks taken since. `looks.json`."""

    metric: str
    margin: float
    confidence: float
    max_seeds: int
    looks: tuple[int, ...]
    """The numbers of seeds at which it looks."""
    family: int
    """The number of pairs at the start."""
    examples: int | None
    """Of the validation set."""
    seeds: tuple[int, ...]
    """In their order."""
    contenders: tuple[LookContender, ...]
    taken: tuple[LookTaken, ...] = ()

    @property
    def has_ended(self) -> bool:
        return bool(self.taken) and (not self.taken[-1].stays or len(self.taken) == len(self.looks))

    @property
    def pairs(self) -> tuple[LookedPair, ...]:
        """Each pair as it was when it was settled, or else as it was last looked at.

        The interval of a later look may say something else: it is not what the decision went by.
        """
        return tuple(pair for pair, _ in self._settled())

    def both_ways(self) -> Iterator[tuple[LookedPair, tuple[int, ...]]]:
        """`pairs`, each as well with its second against the first, and the seeds that it went by."""
        for pair, taken in self._settled():
            seeds = self.seeds[: taken.seeds]
            yield pair, seeds
            yield pair.turned(), seeds

    def _settled(self) -> Iterator[tuple[LookedPair, LookTaken]]:
        settled: dict[tuple[str, str], tuple[LookedPair, LookTaken]] = {}
        for taken in self.taken:
            for pair in taken.pairs:
                if (before := settled.get((pair.a, pair.b))) is None or before[0].decision == "undecided":
                    settled[pair.a, pair.b] = pair, taken
        yield from settled.values()
