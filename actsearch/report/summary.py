"""What stands at the top of the page: what it is about, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.number_format import confidence_text
from actsearch.analysis.trials import trials_of_all
from actsearch.core.results import ExperimentResult
from actsearch.report.page_template import without_folder
from actsearch.report.trials_section import all_trials, counted_statuses

TEST_WARNING = "Validation is the test set"
"""So begin both the experiment's warning and the comparison's."""


# --- what it is about


def summary_facts(result: ExperimentResult, comparisons: Sequence[Comparison]) -> Iterator[tuple[str, str]]:
    """A term and its text."""
    if comparisons:
        yield from _question_facts(comparisons[0])
    labels = len({candidate.label for candidate in result.candidates})
    settings = len(result.candidates)
    yield "candidates", f"{labels}, at {settings} settings" if settings > labels else str(labels)
    yield "seeds", _seeds_of_summary(result)
    if result.tuning_seeds:
        yield "tuning seeds", str(len(result.tuning_seeds))
    yield "trials", counted_statuses(all_trials(result))


def _question_facts(comparison: Comparison) -> Iterator[tuple[str, str]]:
    yield "compared", comparison.measure.in_words()
    yield "margin", f"{comparison.margin:g}"
    yield "confidence", confidence_text(comparison.confidence)
    if comparison.question.baseline is not None:
        yield "baseline", comparison.contenders[comparison.reference].name


def _seeds_of_summary(result: ExperimentResult) -> str:
    seeds = {trial.seed for trial in trials_of_all(result.candidates)}
    looks = result.looks
    if looks is None or not looks.taken:
        return str(len(seeds))
    beyond = seeds - {*looks.seeds[: looks.taken[-1].seeds]}
    return f"{len(seeds)}, {len(beyond)} of them beyond the last look" if beyond else str(len(seeds))


# --- what to beware of


def warnings_view(result: ExperimentResult, comparisons: Sequence[Comparison]) -> list[list[str]]:
    """First what is so everywhere, then what of each comparison alone."""
    of_each = [list(comparison.warnings) for comparison in comparisons]
    shared = _warnings_of_all(of_each) if comparisons else _warnings_without_a_comparison(result)
    is_known = any(text.startswith(TEST_WARNING) for text in shared)
    shared += [text for text in result.warnings if not (is_known and text.startswith(TEST_WARNING))]
    shared += _warning_of_stranded(len(result.stranded))
    alone = [[text for text in warnings if text not in shared] for warnings in of_each]
    return [[without_folder(text, result) for text in dict.fromkeys(warnings)] for warnings in (shared, *alone)]


def _warnings_of_all(of_each: Sequence[Sequence[str]]) -> list[str]:
    return [text for text in of_each[0] if all(text in warnings for warnings in of_each)]


def _warnings_without_a_comparison(result: ExperimentResult) -> list[str]:
    return [*([result.mixture] if result.mixture else []), *result.problems]


def _warning_of_stranded(n: int) -> list[str]:
    if not n:
        return []
    trials = "1 trial in the folder does" if n == 1 else f"{n} trials in the folder do"
    return [f"{trials} not belong to the experiment as it is now, and are left out."]
