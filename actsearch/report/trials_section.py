"""What the page says of every trial, of how settings were chosen, and of the looks of a sequential study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from actsearch.analysis.comparisons import tuning
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import metric_text
from actsearch.analysis.number_format import confidence_text
from actsearch.analysis.trials import trials_of_all
from actsearch.core.looks_record import Left, LooksRecord, LookTaken
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import Task
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.core.words import in_words, listed, point
from actsearch.report.page_colors import PagePen
from actsearch.report.page_template import without_folder

STATUSES = ("completed", "diverged", "failed", "running", "interrupted", "waiting")


def all_trials(result: ExperimentResult) -> list[TrialResult]:
    """Those of tuning seeds as well."""
    return list(chain.from_iterable(candidate.all_trials for candidate in result.candidates))


def counted_statuses(trials: Iterable[TrialResult], statuses: Sequence[str] = STATUSES) -> str:
    """`5 completed, 1 failed`."""
    of_all = [trial.status for trial in trials]
    return ", ".join(f"{of_all.count(status)} {status}" for status in statuses if status in of_all)


# --- every trial


def trials_view(
    result: ExperimentResult, comparisons: Sequence[Comparison], pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    """A row a candidate, a cell a seed: its value, or what became of it."""
    comparison = comparisons[0] if comparisons else None
    seeds = sorted({trial.seed for trial in trials_of_all(result.compared)})
    rows = []
    for candidate in result.compared:
        by_seed = {trial.seed: trial for trial in candidate.trials}
        cells = [_trial_cell(by_seed.get(seed), comparison) for seed in seeds]
        rows.append((candidate.name, pens[candidate.label].css, cells))
    failed = chain.from_iterable(_failures(candidate, result) for candidate in result.candidates)
    what = comparison.measure.in_words() if comparison else ""
    return {"seeds": seeds, "rows": rows, "failed": list(failed), "what": what}


def _trial_cell(trial: TrialResult | None, comparison: Comparison | None) -> tuple[str, str]:
    """What kind of cell it is, and its text."""
    if trial is None:
        return "none", "-"
    if trial.status == "completed":
        value = None if comparison is None else comparison.measure.of(trial)
        return "completed", "✓" if comparison is None or value is None else metric_text(comparison, value)
    if trial.status == "diverged":
        return "diverged", f"✕ diverged in epoch {trial.epochs_done}"
    if trial.status == "failed":
        return "failed", f"! failed after epoch {trial.epochs_done}" if trial.epochs_done else "! failed"
    if trial.status == "waiting":
        return "unfinished", "… waiting"
    return "unfinished", f"… {trial.status}, epoch {trial.epochs_done} of {trial.epochs}"


def _failures(candidate: CandidateResult, result: ExperimentResult) -> list[tuple[str, int, str]]:
    failed = [trial for trial in candidate.all_trials if trial.status == "failed"]
    return [(candidate.name, trial.seed, without_folder(trial.error or "no message", result)) for trial in failed]


# --- how settings were chosen


def tuning_view(result: ExperimentResult, pens: Mapping[str, PagePen]) -> list[dict[str, Any]]:
    """How each activation did at each setting on the tuning seeds, and which was chosen."""
    chosen = {(choice.label, in_words(choice.setting)) for choice in result.chosen}
    places = {label: i for i, label in enumerate(pens)}
    tuned = [candidate for candidate in result.candidates if candidate.tuning]
    tuned.sort(key=lambda candidate: places[candidate.label])
    return [
        {
            "label": candidate.label,
            "css": pens[candidate.label].css,
            "setting": point(candidate.setting),
            "chosen": (candidate.label, in_words(candidate.setting)) in chosen,
            **_values_on_tuning_seeds(candidate, result.task),
        }
        for candidate in tuned
    ]


def _values_on_tuning_seeds(candidate: CandidateResult, task: Task) -> dict[str, str]:
    known = [value for value in (tuning.value_of(trial, task) for trial in candidate.tuning) if value is not None]
    mean = tuning.mean_of(candidate.tuning, task)
    return {
        "mean": "-" if mean is None else f"{mean:.4f}",
        "spread": f"{min(known):.4f} to {max(known):.4f}" if len(known) > 1 else "",
        "missing": counted_statuses(candidate.tuning, STATUSES[1:]),
    }


# --- the looks of a sequential study


def looks_view(record: LooksRecord | None) -> dict[str, Any] | None:
    """What the looks decided, one after the other."""
    if record is None:
        return None
    return {
        "planned": listed([str(n) for n in record.looks]),
        "metric": record.metric,
        "margin": f"{record.margin:g}",
        "confidence": confidence_text(record.confidence),
        "family": record.family,
        "ended": record.has_ended,
        "rows": [_look_row(taken) for taken in record.taken],
    }


def _look_row(taken: LookTaken) -> dict[str, Any]:
    return {
        "seeds": taken.seeds,
        "contenders": ", ".join(taken.contenders),
        "left": [f"{left.label}: {_why(left)}" for left in taken.left],
        "stays": ", ".join(taken.stays) or "none",
    }


def _why(left: Left) -> str:
    if left.why == "worse" and left.than:
        return f"worse than {left.than}"
    return {"settled": "all its pairs are settled"}.get(left.why, left.why)
