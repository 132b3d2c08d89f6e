"""What stands at the top of the page: what it is about, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from actsearch.analysis.comparison import Comparison
from actsearch.analysis.number_format import confidence_text
from actsearch.core.results import ExperimentResult
from actsearch.report.page_template import without_folder
from actsearch.report.trials_section import STATUSES

TEST_WARNING = "Validation is the test set"
"""So begin both the experiment's warning and the comparison's."""


def summary_facts(result: ExperimentResult, comparisons: Sequence[Comparison]) -> Iterator[tuple[str, str]]:
    trials = [trial for candidate in result.candidates for trial in candidate.all_trials]
    if comparisons:
        one = comparisons[0]
        yield "compared", one.measure.in_words()
        yield "margin", f"{one.margin:g}"
        yield "confidence", confidence_text(one.confidence)
        if one.question.baseline is not None:
            yield "baseline", one.contenders[one.reference].name
    labels = len({candidate.label for candidate in result.candidates})
    settings = len(result.candidates)
    yield "candidates", f"{labels}, at {settings} settings" if settings > labels else str(labels)
    seeds = {trial.seed for candidate in result.candidates for trial in candidate.trials}
    looks = result.looks
    beyond = seeds - {*looks.seeds[: looks.taken[-1].seeds]} if looks is not None and looks.taken else set()
    yield "seeds", f"{len(seeds)}, {len(beyond)} of them beyond the last look" if beyond else str(len(seeds))
    if result.tuning_seeds:
        yield "tuning seeds", str(len(result.tuning_seeds))
    counts = {status: sum(trial.status == status for trial in trials) for status in STATUSES}
    yield "trials", ", ".join(f"{n} {status}" for status, n in counts.items() if n)


def warnings_view(result: ExperimentResult, comparisons: Sequence[Comparison]) -> list[list[str]]:
    """What to beware of: first what is so everywhere, then what of each comparison alone."""
    told = [list(one.warnings) for one in comparisons]
    shared = [text for text in told[0] if all(text in other for other in told)] if told else []
    if not comparisons:
        shared = [*([result.mixture] if result.mixture else []), *result.problems]
    is_told = any(text.startswith(TEST_WARNING) for text in shared)
    shared += [text for text in result.warnings if not (is_told and text.startswith(TEST_WARNING))]
    if result.stranded:
        n = len(result.stranded)
        trials = "1 trial in the folder does" if n == 1 else f"{n} trials in the folder do"
        shared.append(f"{trials} not belong to the experiment as it is now, and are left out.")
    alone = [[text for text in one if text not in shared] for one in told]
    return [[without_folder(text, result) for text in dict.fromkeys(some)] for some in (shared, *alone)]
