"""The tables behind the figures of diagnostics: what every hidden layer does, by epoch or by depth.

Pure like `curves`: values from `results` in, frozen values out, no Matplotlib.

Seeds. A line is the median over the seeds, and its band their range; the median does not care whether the axis is
logarithmic, and one seed that explodes does not carry it off. A seed that diverged counts as far as it came. One that
is unfinished is left out as soon as another one is completed; before that, all are drawn as far as all of them have
come. Failed seeds, and those without diagnostics, are left out. What is left out is counted in the caption.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import get_args

from actsearch.analysis.charts.drawn_candidates import drawn_candidates, grid_titles, no_epoch_finished
from actsearch.analysis.charts.layer_axes import LayerAxis, layer_axis
from actsearch.analysis.charts.layer_captions import LayersShown, layer_caption, layer_title
from actsearch.analysis.charts.layer_lines import DEEP, LayerLine, LayerPanel, LayerTable, a_few_epochs
from actsearch.analysis.charts.layer_quantities import (
    ALSO_BY_DEPTH,
    LAYER_FIGURE_DEFINITIONS,
    OF_A_VARIABLE,
    EpochOrDepth,
    LayerFigureKind,
    LayerQuantity,
    Variable,
)
from actsearch.analysis.findings.probed_candidates import ProbedCandidate
from actsearch.analysis.trials import trials_of_all
from actsearch.core.errors import NoDiagnostics, NothingToShow
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult


@dataclass(frozen=True)
class LayerFigure:
    """Everything in one figure."""

    stem: str
    title: str
    experiment: str
    by: EpochOrDepth
    axes: tuple[LayerAxis, ...]
    panels: tuple[LayerPanel, ...]
    x_ticks: tuple[str, ...]
    """By depth, the name of every place from 1, where all candidates agree on the names and they are few."""
    with_bands: bool
    caption: tuple[str, ...]

    @property
    def lines(self) -> tuple[LayerLine, ...]:
        rows = chain.from_iterable(panel.rows for panel in self.panels)
        return tuple(chain.from_iterable(rows))

    @property
    def first(self) -> int:
        return min((line.x[0] for line in self.lines), default=0)

    @property
    def last(self) -> int:
        return max((line.x[-1] for line in self.lines), default=1)


def layer_figures(
    result: ExperimentResult,
    kind: LayerFigureKind,
    *,
    variable: Variable = "kernel",
    by: Collection[EpochOrDepth] = (),
    without: Collection[str] = (),
) -> list[LayerFigure]:
    """The figures of a kind, candidates in the order of the experiment.

    Without `by`, by epoch, and what tells something from layer to layer in a deep network also by depth.

    Raises:
        NothingToShow: no trial has diagnostics, or none has values of this kind.
        UserError: `without` has an unknown name, or leaves nothing.
    """
    candidates = drawn_candidates(result, without)
    titles = _panel_titles(candidates)
    probed = [ProbedCandidate.of(candidate, title) for candidate, title in zip(candidates, titles, strict=True)]
    _check_probed(result, candidates)
    with_panel = [candidate for candidate in probed if candidate.has_values(kind, variable)]
    shown = LayersShown(result, kind, variable, with_panel, probed)
    if not shown.with_panel:
        raise NothingToShow(LAYER_FIGURE_DEFINITIONS[kind].no_figure(kind=kind, experiment=result.name))
    asked = by or (("epoch", "depth") if shown.is_deep and kind in ALSO_BY_DEPTH else ("epoch",))
    return [_figure_by(shown, way) for way in get_args(EpochOrDepth) if way in asked]


def _check_probed(result: ExperimentResult, candidates: Sequence[CandidateResult]) -> None:
    if any(candidate.probed for candidate in candidates):
        return
    if not any(trial.epochs_done for trial in trials_of_all(candidates)):
        raise NothingToShow(str(no_epoch_finished(result.folder, candidates)))
    raise NoDiagnostics(result.folder)


def _panel_titles(candidates: Sequence[CandidateResult]) -> list[str]:
    points = grid_titles(candidates)
    return [f"{c.label}, {point}" if point else c.label for c, point in zip(candidates, points, strict=True)]


# --- one figure


def _figure_by(shown: LayersShown, by: EpochOrDepth) -> LayerFigure:
    quantities = _rows_of_figure(shown)
    tables = [_tables_of(candidate, quantities) for candidate in shown.with_panel]
    epochs = _epochs_drawn(tables)
    panels = tuple(_layer_panel(of_candidate, by, epochs) for of_candidate in tables)
    axes = tuple(layer_axis(quantity, panels, i) for i, quantity in enumerate(quantities))
    with_bands = by == "depth" or not shown.is_deep
    return LayerFigure(
        stem=_stem(shown, by),
        title=layer_title(shown, by),
        experiment=shown.result.name,
        by=by,
        axes=axes,
        panels=panels,
        x_ticks=_shared_layer_names(shown),
        with_bands=with_bands,
        caption=tuple(layer_caption(shown, by, with_bands, axes)),
    )


def _rows_of_figure(shown: LayersShown) -> list[LayerQuantity]:
    """The quantities of any candidate."""
    quantities: dict[tuple[str, ...], LayerQuantity] = {}
    for candidate in shown.with_panel:
        quantities |= {quantity.path: quantity for quantity in candidate.quantities(shown.kind, shown.variable)}
    return list(quantities.values())


def _tables_of(candidate: ProbedCandidate, quantities: Sequence[LayerQuantity]) -> list[LayerTable]:
    return [LayerTable.of(candidate, quantity) for quantity in quantities]


def _epochs_drawn(tables: Sequence[Sequence[LayerTable]]) -> list[int]:
    """By depth, the epochs that have a line each."""
    known = chain.from_iterable(table.known_epochs() for table in chain.from_iterable(tables))
    return a_few_epochs(sorted(set(known)))


def _layer_panel(tables: Sequence[LayerTable], by: EpochOrDepth, epochs: Sequence[int]) -> LayerPanel:
    """The panel of a candidate, of whose quantities the tables are."""
    candidate = tables[0].candidate
    rows = [table.lines_by_epoch() if by == "epoch" else table.lines_by_depth(epochs) for table in tables]
    return LayerPanel(candidate.title, candidate.note(), tuple(map(tuple, rows)), candidate.is_calm)


def _stem(shown: LayersShown, by: EpochOrDepth) -> str:
    bias = "-bias" if shown.kind in OF_A_VARIABLE and shown.variable == "bias" else ""
    return f"{shown.kind}{bias}{'-by-depth' if by == 'depth' else ''}"


def _shared_layer_names(shown: LayersShown) -> tuple[str, ...]:
    names = {candidate.layers for candidate in shown.with_panel}
    layers = next(iter(names))
    return layers if len(names) == 1 and len(layers) <= DEEP else ()
