"""The rows of `actsearch compare`: everything as plain values, for `--json` and for `--csv`."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actsearch.analysis.comparisons import conclusions
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.contenders import Contender
from actsearch.analysis.comparisons.pairs import ExampleNoise, Pair
from actsearch.analysis.comparisons.requirements import Outcome
from actsearch.cli.json_rows.conversion import finite, json_value
from actsearch.core import user_files


@dataclass(frozen=True)
class RankedRow:
    """An activation at one setting, over its seeds."""

    candidate: str
    label: str
    activation: str
    parameters: Mapping[str, Any]
    setting: Mapping[str, Any]
    leading: bool
    seeds: int
    completed: int
    diverged: int
    failed: int
    unfinished: int
    diverging_low: float | None
    diverging_high: float | None
    mean: float | None
    low: float | None
    high: float | None
    sd: float | None
    median: float | None
    interquartile_mean: float | None
    best_seed: float | None
    worst_seed: float | None
    seconds_per_epoch: float | None
    epochs_to_target: float | None
    best_epoch_flatters_by: float | None
    test_mean: float | None


@dataclass(frozen=True)
class DifferenceRow:
    """A contender minus another one; of the reference itself, which is compared with none, all is null."""

    common_seeds: int | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    verdict: str | None = None
    smaller_but_real: bool | None = None
    note: str | None = None
    seeds_needed: float | None = None
    seeds_needed_low: float | None = None
    seeds_needed_high: float | None = None
    correlation: float | None = None
    correlation_low: float | None = None
    correlation_high: float | None = None
    won: float | None = None
    sign_flip_p: float | None = None
    tests_disagree: bool | None = None
    examples: int | None = None
    seed_standard_error: float | None = None
    example_standard_error: float | None = None
    new_data_low: float | None = None
    new_data_high: float | None = None
    new_data_verdict: str | None = None
    mcnemar_p: float | None = None


@dataclass(frozen=True)
class RequirementRow:
    requirement: str
    state: str
    difference: float | None
    low: float | None
    high: float | None
    seeds: int


@dataclass(frozen=True)
class ComparisonRow:
    """A comparison with all its contenders and pairs."""

    experiment: str
    folder: str
    metric: str
    at: str
    split: str
    higher_is_better: bool
    margin: float
    confidence: float
    baseline: str | None
    setting: Mapping[str, Any]
    role: str
    seeds: tuple[int, ...]
    family: int
    target: float | None
    leading_group: tuple[str, ...]
    reference: str
    contenders: tuple[Mapping[str, Any], ...]
    """Of each the fields of `RankedRow`, those of `DifferenceRow` to the reference, and the `values`."""
    pairs: tuple[Mapping[str, Any], ...]
    """The names `a` and `b`, and the fields of `DifferenceRow`."""
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    requirements: tuple[RequirementRow, ...]


def comparison_row(comparison: Comparison, outcomes: Sequence[Outcome] = ()) -> ComparisonRow:
    """The row of a comparison, with what became of the requirements."""
    measure, contenders = comparison.measure, comparison.contenders
    return ComparisonRow(
        experiment=comparison.experiment,
        folder=comparison.folder,
        metric=measure.metric,
        at=measure.at,
        split=measure.split,
        higher_is_better=measure.higher_is_better,
        margin=comparison.margin,
        confidence=comparison.confidence,
        baseline=comparison.question.baseline,
        setting=comparison.setting,
        role=comparison.role,
        seeds=tuple(comparison.seeds),
        family=comparison.family,
        target=comparison.question.target,
        leading_group=tuple(contenders[i].name for i in comparison.leaders),
        reference=contenders[comparison.reference].name,
        contenders=tuple(_contenders_with_values(comparison)),
        pairs=tuple(_pair_row(comparison, pair) for pair in comparison.pairs()),
        sentences=tuple(conclusions.sentences(comparison)),
        warnings=tuple(comparison.warnings),
        requirements=tuple(map(_requirement_row, outcomes)),
    )


def contender_rows(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """A row a contender, with the difference to the reference."""
    for i, contender in enumerate(comparison.contenders):
        difference = DifferenceRow()
        if i != comparison.reference:
            difference = _difference_row(comparison.pair(i, comparison.reference))
        yield json_value(_ranked_row(contender, i in comparison.leaders)) | json_value(difference)


def _contenders_with_values(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for contender, row in zip(comparison.contenders, contender_rows(comparison), strict=True):
        yield {**row, "values": [finite(float(value)) for value in contender.values]}


def _ranked_row(contender: Contender, leading: bool) -> RankedRow:
    diverging_low, diverging_high = contender.divergence or (None, None)
    return RankedRow(
        candidate=contender.name,
        label=contender.label,
        activation=contender.activation.name,
        parameters=contender.activation.parameters,
        setting=contender.setting,
        leading=leading,
        seeds=len(contender.trials),
        completed=contender.completed,
        diverged=contender.diverged,
        failed=contender.failed,
        unfinished=contender.unfinished,
        diverging_low=diverging_low,
        diverging_high=diverging_high,
        mean=finite(contender.mean),
        low=finite(contender.low),
        high=finite(contender.high),
        sd=finite(contender.sd),
        median=finite(contender.median),
        interquartile_mean=contender.interquartile_mean,
        best_seed=finite(contender.best_seed),
        worst_seed=finite(contender.worst_seed),
        seconds_per_epoch=contender.seconds_per_epoch,
        epochs_to_target=contender.epochs_to_target,
        best_epoch_flatters_by=contender.flattery,
        test_mean=contender.test_mean,
    )


def _difference_row(pair: Pair) -> DifferenceRow:
    correlation, correlation_low, correlation_high = pair.correlation or (None, None, None)
    return DifferenceRow(
        common_seeds=pair.n,
        difference=finite(pair.difference),
        difference_low=finite(pair.low),
        difference_high=finite(pair.high),
        verdict=pair.verdict,
        smaller_but_real=pair.smaller_but_real,
        note=pair.note,
        correlation=finite(correlation),
        correlation_low=finite(correlation_low),
        correlation_high=finite(correlation_high),
        won=pair.won,
        sign_flip_p=pair.sign_flip_p,
        tests_disagree=pair.disagrees,
        **_forecast_fields(pair),
        **_new_data_fields(pair.examples),
    )


def _forecast_fields(pair: Pair) -> dict[str, Any]:
    forecast = pair.forecast
    if forecast is None:
        return {}
    return {
        "seeds_needed": forecast.seeds,
        "seeds_needed_low": forecast.low,
        "seeds_needed_high": forecast.high,
    }


def _new_data_fields(examples: ExampleNoise | None) -> dict[str, Any]:
    if examples is None:
        return {}
    return {
        "examples": examples.examples,
        "seed_standard_error": _root(examples.seed_variance),
        "example_standard_error": _root(examples.example_variance),
        "new_data_low": finite(examples.low),
        "new_data_high": finite(examples.high),
        "new_data_verdict": examples.verdict,
        "mcnemar_p": examples.mcnemar_p,
    }


def _root(variance: float) -> float | None:
    return math.sqrt(variance) if math.isfinite(variance) else None


def _pair_row(comparison: Comparison, pair: Pair) -> dict[str, Any]:
    a, b = (comparison.contenders[place].name for place in (pair.a, pair.b))
    return {"a": a, "b": b, **json_value(_difference_row(pair))}


def _requirement_row(outcome: Outcome) -> RequirementRow:
    return RequirementRow(
        requirement=outcome.requirement.text,
        state=outcome.state,
        difference=finite(outcome.difference),
        low=finite(outcome.low),
        high=finite(outcome.high),
        seeds=outcome.seeds,
    )


# --- CSV


def write_csv(path: Path, comparisons: Sequence[Comparison]) -> None:
    """Writes the rows of all of them; raises UserError or StoreError if that can't be done."""
    text = io.StringIO()
    rows: list[dict[str, Any]] = []
    for comparison in comparisons:
        rows += _flat_rows(comparison)
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    user_files.write_for_user(path, text.getvalue().encode("utf-8"), "--csv")


def _flat_rows(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """The rows of a comparison, flat: mappings as JSON, with what they are about before them."""
    about = {
        "experiment": comparison.experiment,
        "metric": comparison.measure.metric,
        "at": comparison.measure.at,
        "split": comparison.measure.split,
        "margin": comparison.margin,
        "confidence": comparison.confidence,
        "family": comparison.family,
        "table": json.dumps(dict(comparison.setting)),
        "role": comparison.role,
        "reference": comparison.contenders[comparison.reference].name,
    }
    for row in contender_rows(comparison):
        yield about | {key: json.dumps(value) if isinstance(value, Mapping) else value for key, value in row.items()}
