"""Which candidates a figure shows, and by what titles they are told apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from actsearch.analysis.trials import trials_of_all
from actsearch.core.errors import UserError
from actsearch.core.results import ExperimentResult
from actsearch.core.spelling import did_you_mean
from actsearch.core.trial_results import CandidateResult
from actsearch.core.words import point


def drawn_candidates(result: ExperimentResult, without: Collection[str]) -> tuple[CandidateResult, ...]:
    """The candidates that are compared, but for those with a label or activation in `without`.

    Raises UserError for a name that there is not, if nothing is left, and as long as all settings are to be chosen.
    """
    if not result.compared:
        raise UserError(
            f"{result.name}: no setting is chosen yet, and nothing compared; actsearch status shows how far"
        )
    names = _labels_and_activations(result.candidates)
    dropped = set()
    for wanted in without:
        name = wanted if wanted in names else wanted.replace("-", "_")  # the article writes leaky-relu
        if name not in names:
            raise UserError(f"without: {result.name} has no candidate {wanted}; {did_you_mean(wanted, names)}")
        dropped.add(name)
    left = tuple(candidate for candidate in result.compared if dropped.isdisjoint(_labels_and_activations([candidate])))
    if dropped and not left:
        raise UserError(f"without: nothing of {result.name} is left to draw; leave out fewer candidates")
    return left


def no_epoch_finished(folder: str, candidates: Sequence[CandidateResult]) -> UserError:
    """That no epoch has come to its end yet, and what to do."""
    if {trial.status for trial in trials_of_all(candidates)} == {"failed"}:
        return UserError(f"every trial in {folder} failed before it could be drawn; run it again")
    return UserError(f"no epoch is finished yet in {folder}; run it first")


def _labels_and_activations(candidates: Sequence[CandidateResult]) -> list[str]:
    """By which names a candidate may be left out, each once."""
    names: dict[str, None] = {}
    for candidate in candidates:
        names |= {candidate.label: None, candidate.activation.name: None}
    return list(names)


def grid_titles(candidates: Sequence[CandidateResult]) -> list[str]:
    """`learning_rate = 0.001`: of each the point of the grid, with names of keys that tell them apart in all."""
    keys = dict.fromkeys(chain.from_iterable(candidate.setting for candidate in candidates))
    return [point(candidate.setting, keys) for candidate in candidates]
