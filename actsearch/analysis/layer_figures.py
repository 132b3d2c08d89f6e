"""The tables behind the figures of diagnostics: what every hidden layer does, by epoch or by depth.

Pure like `curves`: values from `results` in, frozen values out, no Matplotlib. `layer_plots` draws what stands here.

Seeds. A line is the median over the seeds, and its band their range; the median does not care whether the axis is
logarithmic, and one seed that explodes does not carry it off. A seed that diverged counts as far as it came. One that
is unfinished is left out as soon as another one is completed; before that, all are drawn as far as all of them have
come. Failed seeds, and those without diagnostics, are left out. What is left out is counted in the caption.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from actsearch.analysis import curve_captions, curves
from actsearch.analysis.layer_axes import Axis, _axis
from actsearch.analysis.layer_lines import DEEP, Line, Panel, _Probed, _Table, a_few_epochs, named_places
from actsearch.analysis.layer_quantities import (
    ALSO_BY_DEPTH,
    DEFINITIONS,
    OF_A_VARIABLE,
    VARIABLES,
    LayerFigureKind,
    Quantity,
    Variable,
)
from actsearch.core.errors import NoDiagnostics, NothingToShow
from actsearch.core.results import CandidateResult, ExperimentResult
from actsearch.core.words import listed

By = Literal["epoch", "depth"]


@dataclass(frozen=True)
class LayerFigure:
    """Everything in one figure."""

    stem: str
    title: str
    experiment: str
    by: By
    axes: tuple[Axis, ...]
    panels: tuple[Panel, ...]
    x_ticks: tuple[str, ...]
    """By depth, the name of every place from 1, where all candidates agree on the names and they are few."""
    with_bands: bool
    caption: tuple[str, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for panel in self.panels for row in panel.rows for line in row)

    @property
    def first(self) -> int:
        return min((line.x[0] for line in self.lines), default=0)

    @property
    def last(self) -> int:
        return max((line.x[-1] for line in self.lines), default=1)


# --- the figures of a kind


def layer_figures(
    result: ExperimentResult,
    kind: LayerFigureKind,
    *,
    variable: Variable = "kernel",
    by: Collection[By] = (),
    without: Collection[str] = (),
) -> list[LayerFigure]:
    """The figures of a kind, candidates in the order of the experiment.

    Without `by`, by epoch, and what tells something from layer to layer in a deep network also by depth.

    Raises:
        NothingToShow: no trial has diagnostics, or none has values of this kind.
        UserError: `without` has an unknown name, or leaves nothing.
    """
    kept = curves.kept(result, without)
    probed = [_Probed.of(candidate, title) for candidate, title in zip(kept, _titles(kept), strict=True)]
    _check(result, kept)
    drawn = _Drawn(result, kind, variable, [one for one in probed if one.rows(kind, variable)], probed)
    if not drawn.shown:
        raise NothingToShow(f"{kind}: nothing to draw for {result.name}; its candidates {DEFINITIONS[kind].missing}")
    is_deep = max(len(one.layers) for one in drawn.shown) > DEEP
    asked = by or (("epoch", "depth") if is_deep and kind in ALSO_BY_DEPTH else ("epoch",))
    return [drawn.figure(one) for one in get_args(By) if one in asked]


def _check(result: ExperimentResult, candidates: Sequence[CandidateResult]) -> None:
    if any(candidate.probed for candidate in candidates):
        return
    if not any(trial.epochs_done for candidate in candidates for trial in candidate.trials):
        raise NothingToShow(str(curves.nothing_finished(result.folder, candidates)))
    raise NoDiagnostics(result.folder)


def _titles(candidates: Sequence[CandidateResult]) -> list[str]:
    points = curves.titles(candidates)
    return [f"{c.label}, {point}" if point else c.label for c, point in zip(candidates, points, strict=True)]


# --- one candidate


# --- one figure


@dataclass(frozen=True)
class _Drawn:
    """A kind of figure of the candidates that have values for it."""

    result: ExperimentResult
    kind: LayerFigureKind
    variable: Variable
    shown: Sequence[_Probed]
    all: Sequence[_Probed]
    """Those without a panel as well."""

    def figure(self, by: By) -> LayerFigure:
        quantities = self._quantities()
        tables = [[_Table.of(one, quantity) for quantity in quantities] for one in self.shown]
        known = {
            epoch for one, row in zip(self.shown, tables, strict=True) for t in row for epoch in t.known_epochs(one)
        }
        epochs = a_few_epochs(sorted(known))
        panels = tuple(
            Panel(one.title, one.note(), tuple(self._lines(one, table, by, epochs) for table in row), one.is_calm)
            for one, row in zip(self.shown, tables, strict=True)
        )
        axes = tuple(_axis(quantity, panels, i) for i, quantity in enumerate(quantities))
        definition, words = DEFINITIONS[self.kind], self._words()
        bias = "-bias" if self.kind in OF_A_VARIABLE and self.variable == "bias" else ""
        with_bands = by == "depth" or max(len(one.layers) for one in self.shown) <= DEEP
        return LayerFigure(
            stem=f"{self.kind}{bias}{'-by-depth' if by == 'depth' else ''}",
            title=f"{definition.title.format(**words)} by {by}",
            experiment=self.result.name,
            by=by,
            axes=axes,
            panels=panels,
            x_ticks=self._names_of_layers(),
            with_bands=with_bands,
            caption=tuple(self._caption(by, with_bands, axes)),
        )

    def _quantities(self) -> list[Quantity]:
        """The rows of the figure: those of any candidate."""
        found = {q.path: q for one in self.shown for q in one.quantities(self.kind, self.variable)}
        return list(found.values())

    def _names_of_layers(self) -> tuple[str, ...]:
        names = {one.layers for one in self.shown}
        layers = next(iter(names))
        return layers if len(names) == 1 and len(layers) <= DEEP else ()

    def _lines(self, one: _Probed, table: _Table, by: By, epochs: Sequence[int]) -> tuple[Line, ...]:
        """A line per layer, or per epoch of `epochs` that the candidate came to."""
        if by == "epoch":
            n = len(one.layers)
            named = named_places(n)
            made = [table.over_epochs(one, i, i / (n - 1) if n > 1 else 0.0, i in named) for i in range(n)]
        else:
            known = table.known_epochs(one)
            ends_early = known[-1:] if known and known[-1] < epochs[-1] else []
            own = sorted({epoch for epoch in epochs if epoch in known} | set(ends_early))
            made = [table.over_layers(one, epoch, math.log1p(epoch) / math.log1p(max(epochs[-1], 1))) for epoch in own]
        return tuple(line for line in made if line is not None)

    # the caption

    def _words(self) -> dict[str, str]:
        probes = sorted({d.probe_examples for one in self.all for _, d in one.counting})
        how = sorted({"with" if d.training else "without" for one in self.all for _, d in one.counting})
        n = " or ".join(f"{n:,}" for n in probes)
        return {"variable": VARIABLES[self.variable], "n": n, "how": " or ".join(how) or "without"}

    def _caption(self, by: By, with_bands: bool, axes: Sequence[Axis]) -> list[str]:
        said = [
            DEFINITIONS[self.kind].means.format(**self._words()),
            *self._of_lines(by, with_bands),
            *_of_axes(axes),
            *self._of_trials(by),
        ]
        return said if self.result.mixture is None else [*said, self.result.mixture]

    def _of_lines(self, by: By, with_bands: bool) -> list[str]:
        said = {
            "epoch": "A line per hidden layer, dark to light from input to output. Epoch 0 is the untrained network.",
            "depth": "A line per epoch, dark to light; hidden layers from the input (left) to the output.",
        }[by]
        seeds = max(len(one.counting) for one in self.shown)
        if self.kind in ("updates", "clipping"):
            said = said.removesuffix(" Epoch 0 is the untrained network.")  # of which they have no value
        if seeds == 1:
            return [said, "One seed, so differences may be chance."]
        upto = "up to " if any(len(one.counting) < seeds for one in self.shown) else ""
        bands = ", bands their range" if with_bands else "; their range is not drawn"
        return [said, f"Lines are medians of {upto}{seeds} seeds{bands}."]

    def _of_trials(self, by: By) -> list[str]:
        trials = [trial for one in self.all for trial in one.candidate.trials]
        counting = [trial for one in self.all for trial, _ in one.counting]
        absent = [one.title for one in self.all if not one.counting]
        missing = [one.title for one in self.all if one.counting and one not in self.shown]
        left_out = [trial for trial in trials if trial not in counting]
        failed = sum(trial.status == "failed" for trial in left_out)
        unfinished = sum(trial.status not in ("failed", "completed", "diverged") for trial in left_out)
        unprobed = len(left_out) - failed - unfinished
        reasons = ((failed, "failed"), (unfinished, "unfinished"), (unprobed, "without diagnostics"))
        counted = [f"{n} {reason}" for n, reason in reasons if n]
        diverged = sum(trial.status == "diverged" for one in self.shown for trial, _ in one.counting)
        where = " (cross)" if by == "epoch" else ""
        return [
            *([f"{diverged} of {len(counting)} trials diverged{where}."] if diverged else []),
            *(
                [f"Not drawn, as they {DEFINITIONS[self.kind].missing}: {listed(missing, curve_captions.NAMED)}."]
                if missing
                else []
            ),
            *([f"Not drawn, for want of diagnostics: {listed(absent, curve_captions.NAMED)}."] if absent else []),
            *([f"Trials left out: {', '.join(counted)}."] if counted else []),
        ]


# --- the axes


def _of_axes(axes: Sequence[Axis]) -> list[str]:
    said = []
    for axis in axes:
        which = "The axis" if len(axes) == 1 else f"The axis of the {axis.label}"
        if axis.scale == "log":
            said.append(f"{which} is logarithmic{'; a 0 is a hollow triangle on its edge' if axis.has_zeros else ''}.")
        if axis.scale == "symlog":
            said.append(f"{which} is logarithmic beyond -1 and 1.")
        if axis.outside:
            said.append(
                f"{which} ends at {axis.high:.3g}; {listed(axis.outside, curve_captions.NAMED)} went beyond it."
            )
    return said
