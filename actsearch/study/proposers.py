"""The proposers that there are, by name, and which of them an experiment is run with."""

from __future__ import annotations

from collections.abc import Mapping

from actsearch.core.errors import UserError
from actsearch.core.experiment import Experiment
from actsearch.study.look_by_look import Looks
from actsearch.study.proposer import MakeProposer
from actsearch.study.seeds_of_the_file import SeedsOfTheFile
from actsearch.study.tuning import Tuning

PROPOSERS: Mapping[str, MakeProposer] = {
    "seeds": SeedsOfTheFile,
    "tuning": Tuning,
    "looks": Looks,
}


def usual_proposer(experiment: Experiment) -> str:
    """The name of the proposer that an experiment is run with unless it is said otherwise."""
    return "tuning" if experiment.tuning_seeds else "seeds"


def named_proposer(name: str, proposers: Mapping[str, MakeProposer]) -> MakeProposer:
    """The proposer of a name.

    Raises:
        UserError: there is none.
    """
    if name not in proposers:
        raise UserError(f"proposer: there is no {name!r}; there are: {', '.join(proposers)}")
    return proposers[name]
