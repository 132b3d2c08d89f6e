"""A proposer from outside the package: after each seed the better half of the candidates goes on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from actsearch.core.experiment import Candidate, Experiment, Trial
from actsearch.core.trial_results import FINISHED, TrialResult
from actsearch.study.asked_trials import OpenTrials, TrialMaker
from actsearch.study.proposer import ResultsSoFar, Stage


class Halving:
    """See `actsearch.study.proposer.Proposer`. It ends where one candidate is left, or with the last seed of the file.

    Goes by the mean, after the last epoch, of the validation metric that decides; who diverged comes last.
    """

    def __init__(self, experiment: Experiment, data_sha256: str) -> None:
        self._make = TrialMaker(experiment, data_sha256)

    def propose(self, results: ResultsSoFar) -> Stage:
        seeds, left = self._make.experiment.seeds, self._make.candidates
        trials: list[Trial] = []
        halvings: list[dict[str, Any]] = []
        for place, seed in enumerate(seeds, start=1):
            trials += [self._make(candidate, seed) for candidate in left]
            of_each = [[results.of(self._make(candidate, s)) for s in seeds[:place]] for candidate in left]
            statuses = [result.status for of_candidate in of_each for result in of_candidate]
            if any(status not in FINISHED for status in statuses):
                return self._stage(trials, halvings, waiting=_waits_for(seed, statuses.count("failed")))
            left = self._better_half(left, of_each)
            halvings.append({"seed": seed, "stays": [candidate.label for candidate in left]})
            if len(left) == 1:
                break
        return self._stage(trials, halvings, is_last=True)

    def _better_half(
        self, candidates: Sequence[Candidate], of_each: Sequence[Sequence[TrialResult]]
    ) -> tuple[Candidate, ...]:
        """In the order of the file."""
        best_first = sorted(range(len(candidates)), key=lambda place: self._worse_by(of_each[place]))
        return tuple(candidates[place] for place in sorted(best_first[: math.ceil(len(candidates) / 2)]))

    def _worse_by(self, results: Sequence[TrialResult]) -> float:
        """A number that is the lower the better."""
        task = self._make.experiment.task
        values = [result.history[task.validated_by][-1] if result.history else None for result in results]
        if any(result.status == "diverged" for result in results) or None in values:
            return math.inf
        mean = math.fsum(float(value or 0) for value in values) / len(values)
        return -mean if task.decisive.higher_is_better else mean

    def _stage(self, trials: Sequence[Trial], halvings: Sequence[Any], **more: Any) -> Stage:
        later = OpenTrials(self._make, self._make.candidates, self._make.experiment.seeds)
        return Stage(tuple(trials), decisions={"halvings": [*halvings]}, later=later, **more)


def _waits_for(seed: int, failed: int) -> tuple[str, ...]:
    return (f"the halving after seed {seed} waits for failed trials ({failed})",) if failed else ()
