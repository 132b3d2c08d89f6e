"""What an experiment may ask for although it would mislead: it is allowed, and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from actsearch.config.activation_entries import own_parameters
from actsearch.core.architecture import Surroundings
from actsearch.core.experiment import Candidate, DataSpec
from actsearch.core.sentences import file_warnings
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
        yield file_warnings.VALIDATION_IS_THE_TEST_SET()
    if seeds == 1:
        yield file_warnings.ONE_SEED_ASKED_FOR()


def _tuning_warnings(data: DataSpec, candidates: Sequence[Candidate]) -> Iterator[str]:
    if data.holdout is None:
        yield file_warnings.SETTINGS_CHOSEN_ON_TEST_SET()
    settings = Counter(candidate.label for candidate in candidates)
    if len(set(settings.values())) > 1:
        least, most = min(settings, key=settings.__getitem__), max(settings, key=settings.__getitem__)
        yield file_warnings.UNEQUAL_SETTINGS(
            most=most, settings_of_most=settings[most], least=least, settings_of_least=settings[least]
        )


def _loss_warnings(candidates: Sequence[Candidate]) -> Iterator[str]:
    losses = sorted({candidate.training.loss for candidate in candidates})
    if len(losses) > 1:
        yield file_warnings.DIFFERENT_LOSSES(losses=", ".join(losses))


def _selu_warnings(candidate: Candidate) -> Iterator[str]:
    around, label = candidate.model.surroundings(), candidate.label
    if around is None:
        return
    if candidate.activation.name == "selu":
        broken = list(_broken_conditions(around))
        if broken:
            yield file_warnings.SELU_NOT_NORMALISING(label=label, conditions="; ".join(broken))
    elif around.dropout_layer == "alpha_dropout" and around.drops_out:
        yield file_warnings.ALPHA_DROPOUT_WITHOUT_SELU(label=label)


def _broken_conditions(around: Surroundings) -> Iterator[str]:
    """What SELU needs and a network does not give it."""
    if around.kernel_initializer != "lecun_normal":
        yield file_warnings.NOT_LECUN_NORMAL(initializer=around.kernel_initializer)
    if around.dropout_layer != "alpha_dropout" and around.drops_out:
        yield file_warnings.NOT_ALPHA_DROPOUT()
    if around.batch_normalization:
        yield file_warnings.BATCH_NORMALISATION_BETWEEN()


def _flat_formula_warnings(entries: Any) -> Iterator[str]:
    for entry in entries:
        text = getattr(entry, "formula", None)
        if text is not None:
            formula = formulas.parse_formula(text, own_parameters(entry.model_dump()))
            if formulas.is_flat(formula):
                label = entry.label or formula.canonical
                yield file_warnings.FLAT_FORMULA(label=label)
