"""The rule of a study that is run until it is decided, and which seeds it may use. Pure."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from actsearch.core.errors import UnsuitableSetting, UserError
from actsearch.core.experiment import Experiment
from actsearch.core.tasks import Task
from actsearch.study.tuned_settings import by_label

MAX_SEEDS = 20
"""Unless it is said otherwise."""
MOST_MAX_SEEDS = 10_000
"""No study may ask for more seeds."""


@dataclass(frozen=True)
class UntilDecided:
    """Seeds are added, by looks fixed beforehand, until every pair is settled. None: as recorded, or the default."""

    margin: float | None = None
    confidence: float | None = None
    max_seeds: int | None = None


def check_rule(until: UntilDecided, task: Task) -> None:
    """That the numbers mean something; the command line refuses most by itself, with the names of its options.

    The margin is one of the metric by which the task decides.

    Raises:
        UserError: they do not.
    """
    from actsearch.analysis.comparisons.standards import FEWEST_SEEDS

    margin, confidence, most = until.margin, until.confidence, until.max_seeds
    wrong = []
    kind = task.decisive
    if margin is not None and not 0 <= margin < kind.widest_difference:
        below = f", below {kind.widest_difference:g}" if math.isfinite(kind.widest_difference) else ""
        such = f", such as {kind.margin:g}" if kind.margin else ""
        wrong.append(f"margin: {margin!r} is not a difference of {kind.in_plural}; give 0 or more{below}{such}")
    if confidence is not None and not 0.5 <= confidence < 1:
        wrong.append(f"confidence: {confidence!r}; give at least 0.5 and below 1, such as 0.95")
    if most is not None and not (isinstance(most, int) and FEWEST_SEEDS <= most <= MOST_MAX_SEEDS):
        wrong.append(f"max_seeds: {most!r}; give a whole number from {FEWEST_SEEDS} to {MOST_MAX_SEEDS:,}, such as 20")
    if wrong:
        raise UserError("\n".join(wrong))


def check_decidable(experiment: Experiment) -> None:
    """That an experiment can be run until it is decided.

    Raises:
        UnsuitableSetting: it has several settings of an activation and no seeds to choose one with.
        UserError: it has one activation alone.
    """
    settings = by_label(experiment.candidates)
    if not experiment.tuning_seeds and any(len(candidates) > 1 for candidates in settings.values()):
        what = "gives an activation several settings, and --until-decided decides between activations"
        raise UnsuitableSetting("grid", what, "add tuning_seeds: 3, with which a setting of each is chosen first")
    if len(settings) < 2:
        raise UserError(f"--until-decided: {experiment.name} has one activation alone; give it a second one")


def seeds_of(experiment: Experiment, most: int) -> tuple[int, ...]:
    """The experiment's seeds in their order, then the next that are not used, `most` in all."""
    used = {*experiment.seeds, *experiment.tuning_seeds}
    beyond = itertools.chain(range(max(experiment.seeds) + 1, 2**32), range(max(experiment.seeds)))
    more = (seed for seed in beyond if seed not in used)
    return tuple(itertools.islice(itertools.chain(experiment.seeds, more), most))
