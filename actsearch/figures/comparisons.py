"""Draws the figures of comparisons as files: ranking, differences, sensitivity, learning speed. Imports no pyplot.

Nothing here decides about numbers (see `analysis.comparison_figures`). Place, symbol or text tell everything as well as
colour does, so that it can be read in print.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from matplotlib.figure import Figure

from actsearch.analysis.charts.comparison_figures import ComparisonFigureKind, drawn_labels
from actsearch.analysis.charts.comparison_rows import differences_table, ranking_table
from actsearch.analysis.charts.learning_speed import learning_speed_table
from actsearch.analysis.charts.pair_matrix import pair_matrix_table
from actsearch.analysis.charts.pens import Palette, Pen, pens_of
from actsearch.analysis.charts.sensitivity import sensitivity_table
from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.question import Question
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import TEST, Task
from actsearch.core.words import point
from actsearch.figures.drawing import (
    FigureFormat,
    Style,
    file_stem,
    metric_stem,
    palette_of,
    save_figures,
    settings,
)
from actsearch.figures.interval_rows import rows_figure
from actsearch.figures.learning_speed import speed_figure
from actsearch.figures.pair_matrix import matrix_figure
from actsearch.figures.sensitivity import sensitivity_figure

LONGEST_STEM = 80
"""Characters of a part of a file's name."""


def draw(
    result: ExperimentResult,
    folder: Path,
    kind: ComparisonFigureKind,
    question: Question,
    *,
    without: Collection[str] = (),
    style: Style = "light",
    format: FigureFormat = "png",
) -> list[Path]:
    """Writes the figures of one kind into `folder` and returns their paths: `ranking.png`, `differences.png`, ...

    Candidates in `without` are compared like the others, and not drawn: what one sees must not change what is
    concluded. The article drew no such figures; its style is that of `dark` here. Raises NothingToShow if there is
    nothing to compare, UserError if the question does not fit, and StoreError if the folder can't be written.
    """
    with settings("light"):
        return save_figures(figures(result, kind, question, without=without, style=style), folder, format)


def figures(
    result: ExperimentResult,
    kind: ComparisonFigureKind,
    question: Question,
    *,
    without: Collection[str] = (),
    style: Style = "light",
) -> Iterator[tuple[str, Figure]]:
    """The figures of a kind, each with its file's name without the ending; to be drawn within `drawing.settings`.

    By setting there is one for each point of the grid, which its name tells.
    """
    drawn = drawn_labels(result, without)
    palette = palette_of(style)
    pens = pens_of(result, palette)
    stem = _stem_of(kind, question.metric, result.task)
    if kind == "sensitivity":
        table = sensitivity_table(result, question, stem, drawn)
        yield stem, sensitivity_figure(table, palette, pens)
        return
    taken: set[str] = set()
    for comparison in comparisons_of(result, question):
        name = stem
        if comparison.setting:
            name = _free(f"{stem}-{_short_stem(point(comparison.setting))}", taken)
        yield from _figures_of_one_setting(comparison, kind, name, drawn, palette, pens)


def _stem_of(kind: ComparisonFigureKind, asked: str | None, task: Task) -> str:
    if asked in (None, task.validated_by):
        return kind
    metric = asked if asked.startswith(TEST) else metric_stem(asked)
    return f"{kind}-{_short_stem(metric)}"


def _short_stem(text: str) -> str:
    return file_stem(text.replace(" = ", "=").replace(", ", "-"), also="=")[:LONGEST_STEM]


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number if another point of the grid has it."""
    numbered = (f"{name}-{n}" for n in itertools.count(2))
    free = name
    while free.lower() in taken:
        free = next(numbered)
    taken.add(free.lower())
    return free


def _figures_of_one_setting(
    comparison: Comparison,
    kind: ComparisonFigureKind,
    name: str,
    drawn: Collection[str],
    palette: Palette,
    pens: Mapping[str, Pen],
) -> Iterator[tuple[str, Figure]]:
    if kind == "ranking":
        yield name, rows_figure(ranking_table(comparison, name, drawn), palette, pens)
    elif kind == "differences":
        yield name, rows_figure(differences_table(comparison, name, drawn), palette, pens)
        pairs = pair_matrix_table(comparison, f"{name}-matrix", drawn)
        if pairs is not None:
            yield pairs.stem, matrix_figure(pairs, palette)
    else:
        yield name, speed_figure(learning_speed_table(comparison, name, drawn), palette, pens)
