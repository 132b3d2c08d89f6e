"""Several experiments as one, where it makes sense to compare their candidates. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from actsearch.analysis.trials import trials_of_all
from actsearch.core.errors import UserError
from actsearch.core.json_values import canonical_json
from actsearch.core.results import ExperimentResult, names_apart
from actsearch.core.trial_results import CandidateResult
from actsearch.core.words import in_words

OF_THE_ACTIVATION = ("model.kernel_initializer", "model.dropout_layer")
"""Settings that `auto` takes from the activation, and that may differ for that."""


def pooled(results: Sequence[ExperimentResult]) -> ExperimentResult:
    """One experiment with the candidates of all; one that two of them share counts once.

    Raises:
        UserError: their data or settings differ, or they have no seed in common.
    """
    first, *others = results
    if others:
        for result in results:
            _check_is_fixed(result)
        for result in others:
            _check_settings(first, result)
        seeds = [frozenset(trial.seed for trial in trials_of_all(result.candidates)) for result in results]
        if not frozenset.intersection(*seeds):
            folders = " and ".join(result.folder for result in results)
            raise UserError(f"{folders}: no seed in common, so no pairs to compare")
    return replace(
        first,
        name=" + ".join(result.name for result in results),
        folder=", ".join(result.folder for result in results),
        candidates=tuple(_candidates_of_all(results)),
        warnings=tuple(dict.fromkeys(chain.from_iterable(result.warnings for result in results))),
        problems=tuple(chain.from_iterable(result.problems for result in results)),
        stranded=(),
        again=(),
        earlier_seeds=tuple(sorted(set(chain.from_iterable(result.earlier_seeds for result in results)))),
    )


def _check_is_fixed(result: ExperimentResult) -> None:
    if result.tuning_seeds or result.looks is not None:
        kind = "chooses settings on tuning seeds" if result.tuning_seeds else "was run --until-decided"
        raise UserError(f"--together: {result.folder} {kind}, which holds for it alone; compare each by itself")


def _check_settings(first: ExperimentResult, second: ExperimentResult) -> None:
    differences = _differing_settings(first, second)
    if differences:
        lines = "".join(f"\n  {line}" for line in differences)
        raise UserError(
            f"{first.folder} and {second.folder} can't be compared with each other, only each by itself (leave out"
            f" --together):{lines}"
        )


# --- the candidates


def _candidates_of_all(results: Sequence[ExperimentResult]) -> list[CandidateResult]:
    """Each once; those that share their label and setting, and no trial, are told apart by their experiments."""
    candidates: list[CandidateResult] = []
    origins: list[str] = []
    for result, name in zip(results, names_apart(results), strict=True):
        for candidate in result.candidates:
            place = next((i for i, known in enumerate(candidates) if _share_a_trial(known, candidate)), None)
            if place is None:
                candidates.append(candidate)
                origins.append(name)
            else:
                candidates[place] = _with_more_seeds(candidates[place], candidate)
    counts = Counter(map(_label_and_setting, candidates))
    return [
        candidate
        if counts[_label_and_setting(candidate)] == 1
        else replace(candidate, label=f"{candidate.label} ({origin})")
        for candidate, origin in zip(candidates, origins, strict=True)
    ]


def _share_a_trial(first: CandidateResult, second: CandidateResult) -> bool:
    """Then they are one candidate, perhaps with other seeds."""
    return not {trial.id for trial in first.trials}.isdisjoint(trial.id for trial in second.trials)


def _with_more_seeds(candidate: CandidateResult, more: CandidateResult) -> CandidateResult:
    seeds = {trial.seed for trial in candidate.trials}
    new = tuple(trial for trial in more.trials if trial.seed not in seeds)
    return replace(candidate, trials=(*candidate.trials, *new))


def _label_and_setting(candidate: CandidateResult) -> tuple[str, str]:
    return candidate.label, canonical_json(candidate.setting)


# --- the settings


def _differing_settings(first: ExperimentResult, second: ExperimentResult) -> list[str]:
    """The settings in which two experiments differ throughout, a line each."""
    left, right = _settings_in_common(first), _settings_in_common(second)
    for result, settings in ((first, left), (second, right)):
        if not settings:
            raise UserError(f"{result.folder}: no trial is finished, so its settings are not known yet; run it first")
    in_both = [key for key in left if key in right and key not in OF_THE_ACTIVATION]
    in_one = [key for key in sorted(left.keys() ^ right.keys()) if not key.startswith(OF_THE_ACTIVATION)]
    compared = _varied_keys(first) | _varied_keys(second)
    either = left | right
    return [
        *(f"{key}: {_brief(left[key])} -> {_brief(right[key])}" for key in in_both if left[key] != right[key]),
        *(f"{key}: {_brief(either[key])} in one of them alone" for key in in_one if not _is_within(key, compared)),
    ]


def _is_within(key: str, keys: set[str]) -> bool:
    """Whether a key is one of these, or part of one."""
    return any(key == whole or key.startswith(f"{whole}.") for whole in keys)


def _varied_keys(result: ExperimentResult) -> set[str]:
    """The settings that an experiment compares."""
    rows = _rows_of_settings(result)
    keys = set(chain.from_iterable(rows))
    return {key for key in keys if len({in_words(row.get(key)) for row in rows}) > 1} | set(result.grid)


def _settings_in_common(result: ExperimentResult) -> dict[str, Any]:
    """What all finished trials of an experiment were trained with, by dotted key."""
    rows = _rows_of_settings(result)
    if not rows:
        return {}
    first, *others = rows
    return {key: value for key, value in first.items() if all(key in row and row[key] == value for row in others)}


def _rows_of_settings(result: ExperimentResult) -> list[dict[str, Any]]:
    """A finished trial each."""
    return [_by_dotted_key(trial.settings) for trial in trials_of_all(result.candidates) if trial.settings]


def _by_dotted_key(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Without the activation and the seed."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if not prefix and key in ("activation", "seed"):
            continue
        if isinstance(value, Mapping):
            flat |= _by_dotted_key(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _brief(value: Any) -> str:
    text = in_words(value)
    return text if len(text) <= 20 else f"{text[:19]}…"
