"""What the page says of every trial, of how settings were chosen, and of the looks of a sequential study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actsearch.analysis import tuning
from actsearch.analysis.comparison import Comparison
from actsearch.analysis.metric_format import metric_text
from actsearch.analysis.number_format import confidence_text
from actsearch.core.looks_record import Left, LooksRecord
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import TrialResult
from actsearch.core.words import in_words, listed, point
from actsearch.report.page_colors import PagePen
from actsearch.report.page_template import without_folder

STATUSES = ("completed", "diverged", "failed", "running", "interrupted", "waiting")


def trials_view(
    result: ExperimentResult, comparisons: Sequence[Comparison], pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    """A row a candidate, a cell a seed: its value, or what became of it."""
    seeds = sorted({trial.seed for candidate in result.compared for trial in candidate.trials})
    measured = comparisons[0].measure if comparisons else None
    rows = []
    for candidate in result.compared:
        by_seed = {trial.seed: trial for trial in candidate.trials}
        cells = []
        for seed in seeds:
            trial = by_seed.get(seed)
            value = None if trial is None or measured is None else measured.of(trial)
            cells.append(_trial_cell(trial, None if value is None else metric_text(comparisons[0], value)))
        rows.append((candidate.name, pens[candidate.label].css, cells))
    failed = [
        (
            candidate.name,
            trial.seed,
            without_folder(trial.error or "no message", result),
        )
        for candidate in result.candidates
        for trial in candidate.all_trials
        if trial.status == "failed"
    ]
    return {"seeds": seeds, "rows": rows, "failed": failed, "what": measured.in_words() if measured else ""}


def tuning_view(result: ExperimentResult, pens: Mapping[str, PagePen]) -> list[dict[str, Any]]:
    """How each activation did at each setting on the tuning seeds, and which was chosen."""
    chosen = {(one.label, in_words(one.setting)) for one in result.chosen}
    rows = []
    for candidate in result.candidates:
        if not candidate.tuning:
            continue
        known = [value for value in map(tuning.value_of, candidate.tuning) if value is not None]
        mean = tuning.mean_of(candidate.tuning)
        states = {status: sum(t.status == status for t in candidate.tuning) for status in STATUSES[1:]}
        rows.append({
            "label": candidate.label,
            "css": pens[candidate.label].css,
            "setting": point(candidate.setting),
            "mean": "-" if mean is None else f"{mean:.4f}",
            "spread": f"{min(known):.4f} to {max(known):.4f}" if len(known) > 1 else "",
            "missing": ", ".join(f"{n} {status}" for status, n in states.items() if n),
            "chosen": (candidate.label, in_words(candidate.setting)) in chosen,
        })  # fmt: skip
    return sorted(rows, key=lambda row: list(pens).index(row["label"]))


def looks_view(record: LooksRecord | None) -> dict[str, Any] | None:
    """What the looks of a sequential study decided, one after the other."""
    if record is None:
        return None
    return {
        "planned": listed([str(n) for n in record.looks]),
        "metric": record.metric,
        "margin": f"{record.margin:g}",
        "confidence": confidence_text(record.confidence),
        "family": record.family,
        "ended": record.has_ended,
        "rows": [
            {
                "seeds": taken.seeds,
                "contenders": ", ".join(taken.contenders),
                "left": [f"{one.label}: {_why(one)}" for one in taken.left],
                "stays": ", ".join(taken.stays) or "none",
            }
            for taken in record.taken
        ],
    }


def _why(one: Left) -> str:
    if one.why == "worse" and one.than:
        return f"worse than {one.than}"
    return {"settled": "all its pairs are settled"}.get(one.why, one.why)


def _trial_cell(trial: TrialResult | None, value: str | None) -> tuple[str, str]:
    """What kind of cell it is, and its text."""
    if trial is None:
        return "none", "-"
    if trial.status == "completed":
        return "completed", value or "✓"
    if trial.status == "diverged":
        return "diverged", f"✕ diverged in epoch {trial.epochs_done}"
    if trial.status == "failed":
        return "failed", f"! failed after epoch {trial.epochs_done}" if trial.epochs_done else "! failed"
    if trial.status == "waiting":
        return "unfinished", "… waiting"
    return "unfinished", f"… {trial.status}, epoch {trial.epochs_done} of {trial.epochs}"
