"""The proposer of an experiment with tuning seeds: they choose a setting of each activation, which is then compared."""

from __future__ import annotations

from actsearch.core.experiment import Experiment
from actsearch.core.identity import expand
from actsearch.study.asked_trials import OpenTrials, TrialMaker
from actsearch.study.foreseen_stages import settings_to_choose
from actsearch.study.look_by_look import stage_beside_looks
from actsearch.study.proposer import ResultsSoFar, Stage
from actsearch.study.tuned_settings import tuned_settings


class Tuning:
    """See `proposer.Proposer`. Every candidate with every tuning seed, then each activation at its best setting.

    An activation whose trials of the tuning seeds are finished is asked for with the seeds of the file, whatever is
    still to come of the others.
    """

    def __init__(self, experiment: Experiment, data_sha256: str) -> None:
        self._experiment, self._data_sha256 = experiment, data_sha256

    def propose(self, results: ResultsSoFar) -> Stage:
        experiment = self._experiment
        make = TrialMaker(experiment, self._data_sha256)
        settings = tuned_settings(experiment, self._data_sha256, results.of)
        if results.looks is not None:
            return stage_beside_looks(results.looks, make, settings, results.of)
        foreseen = settings_to_choose(experiment, settings.open) * len(experiment.seeds)
        return Stage(
            trials=(*settings.trials, *expand(experiment, self._data_sha256, candidates=settings.compared)),
            is_last=not settings.open,
            chosen=settings.chosen,
            waiting=settings.waiting,
            later=OpenTrials(make, settings.open, experiment.seeds) if settings.open else None,
            to_follow=len(foreseen),
            foreseen=foreseen,
        )
