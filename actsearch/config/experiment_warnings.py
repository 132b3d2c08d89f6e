"""What an experiment may ask for although it would mislead: it is allowed, and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from actsearch.config.activation_entries import own_parameters
from actsearch.core.architecture import Surroundings
from actsearch.core.experiment import Candidate, DataSpec
from actsearch.functions import formulas


def warnings_of(
    data: DataSpec, seeds: Sequence[int], tuning_seeds: Sequence[int], candidates: Sequence[Candidate], entries: Any
) -> tuple[str, ...]:
    """Each warning once. `entries` are those of `activations`, as the file has them."""
    warnings = [*_data_warnings(data, len(seeds))]
    if tuning_seeds:
        warnings += _tuning_warnings(data, candidates)
    warnings += _loss_warnings(candidates)
    for candidate in candidates:
        warnings += _selu_warnings(candidate)
    warnings += _flat_formula_warnings(entries)
    return tuple(dict.fromkeys(warnings))


def _data_warnings(data: DataSpec, seeds: int) -> Iterator[str]:
    if data.holdout is None:
        yield (
            "Validation is the test set: choosing an epoch or an activation by it is choosing on test data."
            " The sound choice is validation: {holdout: n}."
        )
    if seeds == 1:
        yield "One seed: a difference between two activations may be chance."


def _tuning_warnings(data: DataSpec, candidates: Sequence[Candidate]) -> Iterator[str]:
    if data.holdout is None:
        yield "Settings are chosen on the test set, as validation is the test set: test values flatter what is chosen."
    settings = Counter(candidate.label for candidate in candidates)
    if len(set(settings.values())) > 1:
        least, most = min(settings, key=settings.__getitem__), max(settings, key=settings.__getitem__)
        yield (
            f"Not as many settings for each activation ({most}: {settings[most]}, {least}: {settings[least]}): more to"
            " choose from is an advantage by itself."
        )


def _loss_warnings(candidates: Sequence[Candidate]) -> Iterator[str]:
    losses = sorted({candidate.training.loss for candidate in candidates})
    if len(losses) > 1:
        yield f"The candidates minimise different losses ({', '.join(losses)}): compare accuracies, not losses."


def _selu_warnings(candidate: Candidate) -> Iterator[str]:
    around, label = candidate.model.surroundings(), candidate.label
    if around is None:
        return
    if candidate.activation.name == "selu":
        broken = list(_broken_conditions(around))
        if broken:
            yield f"{label}: SELU does not normalise itself here: {'; '.join(broken)}."
    elif around.dropout_layer == "alpha_dropout" and around.drops_out:
        yield f"{label}: alpha_dropout is made for SELU; other activations want dropout."


def _broken_conditions(around: Surroundings) -> Iterator[str]:
    """What SELU needs and a network does not give it."""
    if around.kernel_initializer != "lecun_normal":
        yield f"kernel_initializer is {around.kernel_initializer}, not lecun_normal"
    if around.dropout_layer != "alpha_dropout" and around.drops_out:
        yield "dropout_layer is dropout, not alpha_dropout"
    if around.batch_normalization:
        yield "batch normalisation comes between a layer and its SELU"


def _flat_formula_warnings(entries: Any) -> Iterator[str]:
    for entry in entries:
        text = getattr(entry, "formula", None)
        if text is not None:
            formula = formulas.parse_formula(text, own_parameters(entry.model_dump()))
            if formulas.is_flat(formula):
                label = entry.label or formula.canonical
                yield f"{label}: its slope is 0 on all of [-10, 10]; no gradient passes it."
