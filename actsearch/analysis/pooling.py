"""Several experiments as one, where it makes sense to compare their candidates. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

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
    first = results[0]
    for result in results if len(results) > 1 else ():
        kind = "chooses settings on tuning seeds" if result.tuning_seeds else "was run --until-decided"
        if result.tuning_seeds or result.looks is not None:
            raise UserError(f"--together: {result.folder} {kind}, which holds for it alone; compare each by itself")
    for other in results[1:]:
        differences = _differences(first, other)
        if differences:
            listed = "".join(f"\n  {line}" for line in differences)
            raise UserError(
                f"{first.folder} and {other.folder} can't be compared with each other, only each by itself (leave out"
                f" --together):{listed}"
            )
    seeds = [_seeds(result) for result in results]
    if len(results) > 1 and not frozenset.intersection(*seeds):
        raise UserError(f"{' and '.join(r.folder for r in results)}: no seed in common, so no pairs to compare")
    return replace(
        first,
        name=" + ".join(result.name for result in results),
        folder=", ".join(result.folder for result in results),
        candidates=tuple(_candidates(results)),
        warnings=tuple(dict.fromkeys(text for result in results for text in result.warnings)),
        problems=tuple(text for result in results for text in result.problems),
        stranded=(),
        again=(),
        earlier_seeds=tuple(sorted({n for result in results for n in result.earlier_seeds})),
    )


def _candidates(results: Sequence[ExperimentResult]) -> list[CandidateResult]:
    """Each once; those that share their label and setting, and no trial, are told apart by their experiments."""
    found: list[CandidateResult] = []
    origins: list[str] = []
    for result, name in zip(results, names_apart(results), strict=True):
        for candidate in result.candidates:
            same = next((i for i, one in enumerate(found) if _is_same(one, candidate)), None)
            if same is not None:
                have = {trial.seed for trial in found[same].trials}
                more = tuple(trial for trial in candidate.trials if trial.seed not in have)
                found[same] = replace(found[same], trials=(*found[same].trials, *more))
            else:
                found.append(candidate)
                origins.append(name)
    shared = Counter((one.label, canonical_json(one.setting)) for one in found)
    return [
        one if shared[one.label, canonical_json(one.setting)] == 1 else replace(one, label=f"{one.label} ({origin})")
        for one, origin in zip(found, origins, strict=True)
    ]


def _is_same(one: CandidateResult, other: CandidateResult) -> bool:
    """Whether they share a trial: then they are one candidate, perhaps with other seeds."""
    return bool({trial.id for trial in one.trials} & {trial.id for trial in other.trials})


def _differences(one: ExperimentResult, other: ExperimentResult) -> list[str]:
    """The settings in which two experiments differ throughout, a line each."""
    left, right = _shared(one), _shared(other)
    if not left or not right:
        empty = one if not left else other
        raise UserError(f"{empty.folder}: no trial is finished, so its settings are not known yet; run it first")
    return [
        f"{key}: {_said(left[key])} -> {_said(right[key])}"
        for key in left
        if key in right and left[key] != right[key] and key not in OF_THE_ACTIVATION
    ] + [
        f"{key}: {_said((left | right)[key])} in one of them alone"
        for key in sorted(left.keys() ^ right.keys())
        if not key.startswith(OF_THE_ACTIVATION) and not _varies(key, one, other)
    ]


def _varies(key: str, one: ExperimentResult, other: ExperimentResult) -> bool:
    """Whether either experiment compares settings of this key."""
    return any(key == varied or key.startswith(f"{varied}.") for r in (one, other) for varied in _varied(r))


def _varied(result: ExperimentResult) -> set[str]:
    rows = [_flat(trial.settings) for c in result.candidates for trial in c.trials if trial.settings]
    keys = {key for row in rows for key in row}
    return {key for key in keys if len({in_words(row.get(key)) for row in rows}) > 1} | set(result.grid)


def _shared(result: ExperimentResult) -> dict[str, Any]:
    """What all finished trials of an experiment were trained with, by dotted key."""
    rows = [_flat(trial.settings) for c in result.candidates for trial in c.trials if trial.settings]
    if not rows:
        return {}
    return {k: v for k, v in rows[0].items() if all(k in row and row[k] == v for row in rows[1:])}


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if not prefix and key in ("activation", "seed"):
            continue
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _seeds(result: ExperimentResult) -> frozenset[int]:
    return frozenset(trial.seed for candidate in result.candidates for trial in candidate.trials)


def _said(value: Any) -> str:
    text = in_words(value)
    return text if len(text) <= 20 else f"{text[:19]}…"
