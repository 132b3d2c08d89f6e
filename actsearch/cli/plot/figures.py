"""What draws each kind of figure that `actsearch plot` is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from actsearch.cli.plot.kinds import COMPARISON_KINDS, LAYER_KINDS
from actsearch.core.errors import NothingToShow, UserError

if TYPE_CHECKING:
    from actsearch.analysis.comparisons.question import Question
    from actsearch.cli.plot.options import PlotOptions
    from actsearch.core.results import ExperimentResult


class PlotLine(NamedTuple):
    """What is said while figures are drawn."""

    text: str
    is_note: bool = False
    """For the standard error: what `--kind all` does not find."""


def draw_figures(
    result: ExperimentResult, folder: Path, questions: Sequence[Question], wanted: PlotOptions
) -> Iterator[PlotLine]:
    """Draws the kinds asked for into a folder; yields the figures' paths, and in the end the notes.

    Raises:
        UserError: there is nothing to draw of a kind that is asked for by its name.
    """
    missing: list[str] = []
    if wanted.draws_curves:
        at_the_end_alone = _metrics_without_a_curve(result, wanted)
        missing += [
            f"{result.name}: {metric} is known at the end alone, and has no curve" for metric in at_the_end_alone
        ]
        for figure in _draw_curves(result, folder, wanted, at_the_end_alone):
            yield PlotLine(str(figure))
    for draw in _drawings(result, folder, questions, wanted):
        try:
            for figure in draw():
                yield PlotLine(str(figure))
        except NothingToShow as error:
            missing.append(str(error))
    notes = dict.fromkeys(missing)
    if notes and not wanted.draws_everything:
        raise UserError("\n".join(notes))
    for note in notes:
        yield PlotLine(f"note: {note}", is_note=True)


def _metrics_without_a_curve(result: ExperimentResult, wanted: PlotOptions) -> list[str]:
    """The test values among the metrics, where all kinds are drawn; else they are refused as no metric of a curve."""
    tests = result.task.test_metrics
    return [metric for metric in wanted.metrics if wanted.draws_everything and metric in tests]


def _draw_curves(result: ExperimentResult, folder: Path, wanted: PlotOptions, left_out: Sequence[str]) -> list[Path]:
    from actsearch.figures import learning

    metrics = [metric for metric in wanted.metrics if metric not in left_out]
    if wanted.metrics and not metrics:
        return []
    return learning.draw(result, folder, metrics=metrics, log=wanted.log, **_appearance(wanted))


def _drawings(
    result: ExperimentResult, folder: Path, questions: Sequence[Question], wanted: PlotOptions
) -> Iterator[Callable[[], list[Path]]]:
    """What draws each of the other kinds: comparisons once for each question."""
    how = _appearance(wanted)
    for kind in _wanted_of(LAYER_KINDS, wanted):
        from actsearch.figures import layers

        yield partial(layers.draw, result, folder, kind, variable=wanted.variable, by=wanted.axes, **how)
    for kind in _wanted_of(COMPARISON_KINDS, wanted):
        from actsearch.figures import comparisons

        for question in questions:
            yield partial(comparisons.draw, result, folder, kind, question, **how)


def _wanted_of(kinds: Sequence[Any], wanted: PlotOptions) -> list[Any]:
    return [kind for kind in kinds if wanted.draws_everything or kind in wanted.kinds]


def _appearance(wanted: PlotOptions) -> dict[str, Any]:
    """The arguments that every kind of figure takes."""
    return {"without": wanted.without, "style": wanted.style, "format": wanted.file_format}
