"""The proposer of a plain run: every candidate with every seed of the file."""

from __future__ import annotations

from functools import cached_property

from actsearch.core.experiment import Experiment
from actsearch.core.identity import expand
from actsearch.study.asked_trials import TrialMaker
from actsearch.study.look_by_look import stage_beside_looks
from actsearch.study.proposer import ResultsSoFar, Stage
from actsearch.study.tuned_settings import tuned_settings


class SeedsOfTheFile:
    """See `proposer.Proposer`. One stage; trials that an earlier run looked at stay among what is asked for."""

    def __init__(self, experiment: Experiment, data_sha256: str) -> None:
        self._experiment, self._data_sha256 = experiment, data_sha256

    def propose(self, results: ResultsSoFar) -> Stage:
        if results.looks is None:
            return self._all_seeds
        make = TrialMaker(self._experiment, self._data_sha256)
        settings = tuned_settings(self._experiment, self._data_sha256, results.of)
        return stage_beside_looks(results.looks, make, settings, results.of)

    @cached_property
    def _all_seeds(self) -> Stage:
        return Stage(expand(self._experiment, self._data_sha256), is_last=True)
