"""The tables behind the figures of diagnostics: what every hidden layer does, by epoch or by depth.

Pure like `curves`: values from `results` in, frozen values out, no Matplotlib. `figures.layers` draws what stands here.

Seeds. A line is the median over the seeds, and its band their range; the median does not care whether the axis is
logarithmic, and one seed that explodes does not carry it off. A seed that diverged counts as far as it came. One that
is unfinished is left out as soon as another one is completed; before that, all are drawn as far as all of them have
come. Failed seeds, and those without diagnostics, are left out. What is left out is counted in the caption.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from actsearch.analysis import curves
from actsearch.analysis.axes import log_axis
from actsearch.core.errors import NoDiagnostics, NothingToShow
from actsearch.core.results import CandidateResult, Diagnostics, ExperimentResult, TrialResult
from actsearch.core.words import listed

Kind = Literal["gradients", "updates", "saturation", "dead", "sparsity", "normalisation", "clipping", "parameters"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Variable = Literal["kernel", "bias"]
By = Literal["epoch", "depth"]
Scale = Literal["linear", "log", "symlog"]
Array = np.ndarray[Any, np.dtype[np.float64]]

WIDE = 20.0
"""Sizes are drawn on a logarithmic axis if the largest is more than so many times the smallest."""
DEEP = 8
"""Networks of more layers have too many lines for a label and a band each, and are drawn by depth, too."""
NAMED = 6
"""How many layers of a deep network have a label."""
LEAST_SHARE = 0.01
"""An axis of shares goes up to so much at the least: under it, differences are of no interest."""
NEARLY_ALL = 0.75
"""An axis of shares that are larger goes up to 100 %, so that one sees how much is left."""
BEYOND = 1000.0
"""A candidate of which a seed diverged is drawn up to so many times what others and untrained networks reach."""
UNTRAINED = "untrained"
"""The label of epoch 0."""
SELU_MEAN, SELU_VARIANCE = (-0.1, 0.1), (0.8, 1.5)
"""The domain of theorem 1 in Klambauer et al. (2017): within it, SELU draws mean and variance to 0 and 1."""


@dataclass(frozen=True)
class Quantity:
    """What one row of panels shows; a `{variable}` in a text is still to be filled in."""

    path: tuple[str, ...]
    """Where the values stand in a layer of the diagnostics."""
    label: str
    is_share: bool = False
    signed: bool = False
    domain: tuple[float, float] | None = None
    """A range of values to be shaded."""
    least: tuple[str, ...] | None = None
    most: tuple[str, ...] | None = None
    """Where the band of one seed stands."""


@dataclass(frozen=True)
class Definition:
    """A kind of figure, in words."""

    title: str
    quantities: tuple[Quantity, ...]
    means: str
    """What is drawn, for the caption."""
    missing: str
    """Why a candidate has no panel, or an experiment no figure."""


NO_VALUES = "have no such values"
DEFINITIONS: Mapping[Kind, Definition] = {
    "gradients": Definition(
        "Gradient norm of the {variable}",
        (Quantity(("gradient_norm_{key}",), "gradient norm of the {variable}"),),
        "Euclidean norm of the gradient of the mean loss over the probe ({n} training examples) by a layer's"
        " {variable}, {how} dropout and without penalties.",
        NO_VALUES,
    ),
    "updates": Definition(
        "Update of the {variable} relative to their size",
        (Quantity(("update_ratio_{key}",), "norm of the change / norm before"),),
        "Norm of what an epoch changed in a layer's {variable}, divided by their norm before that epoch.",
        NO_VALUES,
    ),
    "saturation": Definition(
        "Saturated pre-activations",
        (Quantity(("saturated",), "saturated pre-activations", is_share=True),),
        "Share of the pre-activations at which |f'| is under 1 % of its largest value on [-10, 10], over the probe"
        " ({n} training examples). For ReLU these are all that are below 0; findings leave activations of 0 out.",
        NO_VALUES,
    ),
    "dead": Definition(
        "Dead units",
        (Quantity(("dead",), "dead units", is_share=True),),
        "Share of the units (of a convolution: channels) whose |f'| is under a millionth of its largest value on the"
        " whole probe ({n} training examples): nothing that is learned on the probe reaches them.",
        NO_VALUES,
    ),
    "sparsity": Definition(
        "Sparsity: activations that are 0",
        (Quantity(("zeros",), "activations that are 0", is_share=True),),
        "Share of a layer's activations that are exactly 0, over all units, positions and examples of the probe ({n}"
        " training examples).",
        NO_VALUES,
    ),
    "normalisation": Definition(
        "Mean and variance of the activations",
        (
            Quantity(("mean",), "mean of the activations", signed=True, domain=SELU_MEAN),
            Quantity(("variance",), "variance of the activations", domain=SELU_VARIANCE),
        ),
        "Over all units, positions and examples of the probe ({n} training examples), {how} dropout. Shaded: the"
        " domain of the SELU theorem (Klambauer et al. 2017), mean in [-0.1, 0.1] and variance in [0.8, 1.5].",
        NO_VALUES,
    ),
    "clipping": Definition(
        "Clipped gradient components of the {variable}",
        (Quantity(("clipped_{key}",), "changed by clipping", is_share=True),),
        "Share of the components of the gradient by a layer's {variable} that clipping changed, over all steps of an"
        " epoch.",
        "do not clip",
    ),
    "parameters": Definition(
        "Learned parameters",
        (),  # one per name that the diagnostics hold
        "Means over a layer's channels or units; bands go from the least of them to the greatest.",
        "learn no parameter",
    ),
}
VARIABLES: Mapping[Variable, str] = {"kernel": "weights", "bias": "biases"}
OF_A_VARIABLE = ("gradients", "updates", "clipping")
"""Kinds that are drawn of the kernels or of the biases."""
ALSO_BY_DEPTH = ("gradients", "normalisation")
"""Kinds that say something from layer to layer: deep networks are drawn so without being asked."""


@dataclass(frozen=True)
class Line:
    """A layer over the epochs, or an epoch over the layers. NaN where a value is not defined."""

    label: str
    shade: float
    """From 0, the first layer or epoch, to 1, the last one."""
    x: tuple[int, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    crosses: tuple[int, ...] = ()
    """Where a seed that diverged had its last value."""
    is_named: bool = True


@dataclass(frozen=True)
class Panel:
    """One candidate."""

    title: str
    note: str
    """What became of its trials, where they did not simply come to the end."""
    rows: tuple[tuple[Line, ...], ...]
    """The lines by row of the figure, in order of depth, or of epochs."""
    is_calm: bool = True
    """No seed diverged: what one of those does before its end says nothing about how finely to look at the others."""


@dataclass(frozen=True)
class Axis:
    """The y axis of a row; all its panels share it."""

    label: str
    low: float
    high: float
    scale: Scale
    is_share: bool = False
    domain: tuple[float, float] | None = None
    has_zeros: bool = False
    """A logarithmic axis has no 0; such values are drawn on its lower edge."""
    outside: tuple[str, ...] = ()
    """The titles of panels with a line beyond the ends of the axis."""


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
    kind: Kind,
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


@dataclass(frozen=True)
class _Probed:
    """A candidate's trials with diagnostics, those that count, and the epochs that are drawn."""

    candidate: CandidateResult
    title: str
    counting: tuple[tuple[TrialResult, Diagnostics], ...]
    epochs: tuple[int, ...]
    layers: tuple[str, ...]

    @classmethod
    def of(cls, candidate: CandidateResult, title: str) -> _Probed:
        counting = candidate.probed
        on_their_way = [d.epochs[-1] for t, d in counting if t.status not in ("completed", "diverged")]
        end = min(on_their_way, default=math.inf)
        epochs = sorted({epoch for _, d in counting for epoch in d.epochs if epoch <= end})
        layers = tuple(dict.fromkeys(layer for _, d in counting for layer in d.layers))
        return cls(candidate, title, counting, tuple(epochs), layers)

    def rows(self, kind: Kind, variable: Variable) -> list[Quantity]:
        """The quantities of a kind of which there is at least one value."""
        return [q for q in self.quantities(kind, variable) if np.isfinite(self.values(q.path)).any()]

    def quantities(self, kind: Kind, variable: Variable) -> list[Quantity]:
        if kind != "parameters":
            return [_filled_in(quantity, variable) for quantity in DEFINITIONS[kind].quantities]
        names = dict.fromkeys(
            name for _, d in self.counting for layer in d.layers.values() for name in layer.get("parameters") or {}
        )
        return [_of_parameter(name) for name in names]

    def values(self, path: tuple[str, ...]) -> Array:
        """Seeds x layers x epochs, NaN where there is no value."""
        table = np.full((len(self.counting), len(self.layers), len(self.epochs)), np.nan)
        place = {epoch: i for i, epoch in enumerate(self.epochs)}
        for seed, (_, diagnostics) in enumerate(self.counting):
            for i, layer in enumerate(self.layers):
                for epoch, value in zip(diagnostics.epochs, diagnostics.row(layer, *path), strict=False):
                    if epoch in place:
                        table[seed, i, place[epoch]] = value
        return table

    @property
    def is_calm(self) -> bool:
        return all(trial.status != "diverged" for trial, _ in self.counting)

    def note(self) -> str:
        """What became of the trials, as far as a reader of the lines must know it."""
        diverged = [trial for trial, _ in self.counting if trial.status == "diverged"]
        if diverged and len(self.candidate.trials) == 1:
            return f"diverged in epoch {diverged[0].epochs_done}"
        if diverged:
            return f"{len(diverged)} of {len(self.candidate.trials)} seeds diverged"
        if any(trial.status != "completed" for trial, _ in self.counting):
            return f"epoch {self.epochs[-1]} of {max(trial.epochs for trial, _ in self.counting)}"
        if len(self.counting) < len(self.candidate.trials):
            return f"{len(self.counting)} of {len(self.candidate.trials)} seeds"
        return ""


def _filled_in(quantity: Quantity, variable: Variable) -> Quantity:
    path = tuple(part.format(key=variable) for part in quantity.path)
    label = quantity.label.format(variable=VARIABLES[variable])
    return Quantity(path, label, quantity.is_share, quantity.signed, quantity.domain)


def _of_parameter(name: str) -> Quantity:
    mean, least, most = (("parameters", name, which) for which in ("mean", "min", "max"))
    return Quantity(mean, name, signed=True, least=least, most=most)


# --- one figure


@dataclass(frozen=True)
class _Drawn:
    """A kind of figure of the candidates that have values for it."""

    result: ExperimentResult
    kind: Kind
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
                [f"Not drawn, as they {DEFINITIONS[self.kind].missing}: {listed(missing, curves.NAMED)}."]
                if missing
                else []
            ),
            *([f"Not drawn, for want of diagnostics: {listed(absent, curves.NAMED)}."] if absent else []),
            *([f"Trials left out: {', '.join(counted)}."] if counted else []),
        ]


@dataclass(frozen=True)
class _Table:
    """One quantity of one candidate: layers x epochs, and where each seed's values end."""

    middle: Array
    low: Array
    high: Array
    ends: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """A layer's place to the last epochs of the seeds that diverged."""

    @classmethod
    def of(cls, one: _Probed, quantity: Quantity) -> _Table:
        values = one.values(quantity.path)
        low = values if quantity.least is None else one.values(quantity.least)
        high = values if quantity.most is None else one.values(quantity.most)
        gone = [seed for seed, (trial, _) in enumerate(one.counting) if trial.status == "diverged"]
        ends: dict[int, tuple[int, ...]] = {}
        for layer in range(len(one.layers)):
            lasts = {one.epochs[np.flatnonzero(np.isfinite(values[seed, layer]))[-1]] for seed in gone
                     if np.isfinite(values[seed, layer]).any()}  # fmt: skip
            ends[layer] = tuple(sorted(lasts))
        in_logs = not quantity.signed and not quantity.is_share
        return cls(_over_seeds(values, "median", in_logs), _over_seeds(low, "min"), _over_seeds(high, "max"), ends)

    def known_epochs(self, one: _Probed) -> list[int]:
        """The epochs in which any layer has a value."""
        return [one.epochs[i] for i in np.flatnonzero(np.isfinite(self.middle).any(axis=0))]

    def over_epochs(self, one: _Probed, layer: int, shade: float, is_named: bool) -> Line | None:
        places = _between(self.middle[layer])
        rows = (self.middle[layer], self.low[layer], self.high[layer])
        x = tuple(one.epochs[i] for i in places)
        return _line(one.layers[layer], shade, x, places, rows, self.ends[layer], is_named)

    def over_layers(self, one: _Probed, epoch: int, shade: float) -> Line | None:
        column = one.epochs.index(epoch)
        places = _between(self.middle[:, column])
        rows = (self.middle[:, column], self.low[:, column], self.high[:, column])
        label = f"epoch {epoch}" if epoch else UNTRAINED
        return _line(label, shade, tuple(i + 1 for i in places), places, rows)


def _line(
    label: str, shade: float, x: tuple[int, ...], places: Sequence[int], rows: Sequence[Array],
    crosses: tuple[int, ...] = (), is_named: bool = True,
) -> Line | None:  # fmt: skip
    if not places:
        return None
    middle, low, high = (tuple(row[list(places)].tolist()) for row in rows)
    return Line(label, shade, x, middle, low, high, crosses, is_named)


def _between(row: Array) -> list[int]:
    """The places from the first value to the last."""
    known = np.flatnonzero(np.isfinite(row))
    return list(range(known[0], known[-1] + 1)) if known.size else []


def _over_seeds(values: Array, how: Literal["median", "min", "max"], in_logs: bool = False) -> Array:
    """Over the seeds that have a value. `in_logs` takes the middle of two by their ratio, as a log axis shows it."""
    known = np.isfinite(values)
    filled = np.where(known.any(axis=0), values, 0.0)
    if how != "median":
        found = np.nanmin(filled, axis=0) if how == "min" else np.nanmax(filled, axis=0)
    else:
        found = np.nanmedian(filled, axis=0)
        if in_logs:
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = np.exp(np.nanmedian(np.log(filled), axis=0))
            even = known.sum(axis=0) % 2 == 0
            found = np.where(even, logs, found)
    return np.where(known.any(axis=0), found, np.nan)


def named_places(layers: int) -> list[int]:
    """Which layers have a label: all of a few; of many the first, the last, and some between."""
    if layers <= DEEP:
        return list(range(layers))
    return sorted({round(i * (layers - 1) / (NAMED - 1)) for i in range(NAMED)})


def a_few_epochs(known: Sequence[int]) -> list[int]:
    """At most four: the first (untrained), the next, the last, and one between, nearest in ratio."""
    if len(known) <= 4:
        return list(known)
    middle = math.sqrt(max(known[1], 1) * known[-1])
    between = min(known[2:-1], key=lambda epoch: abs(math.log(epoch / middle)))
    return [known[0], known[1], between, known[-1]]


# --- the axes


def _axis(quantity: Quantity, panels: Sequence[Panel], row: int) -> Axis:
    values = [(panel, _values_of(panel.rows[row])) for panel in panels]
    everything = [value for _, some in values for value in some]
    calm = [value for panel, some in values if panel.is_calm for value in some]
    if calm:
        calm += [value for panel in panels for line in panel.rows[row] for value in _untrained(line)]
    scale, low, high = _limits(quantity, [*_within(calm, everything, quantity), *(quantity.domain or ())])
    outside = tuple(panel.title for panel, some in values if any(v > high or v < min(low, 0) for v in some))
    has_zeros = scale == "log" and 0 in everything
    return Axis(quantity.label, low, high, scale, quantity.is_share, quantity.domain, has_zeros, outside)


def _values_of(lines: Sequence[Line]) -> list[float]:
    return [v for line in lines for row in (line.middle, line.low, line.high) for v in row if math.isfinite(v)]


def _untrained(line: Line) -> list[float]:
    """What comes before any training has not diverged, however large it is."""
    if line.label == UNTRAINED:
        return _values_of([line])
    return [value for value in line.high[:1] if line.x[0] == 0 and math.isfinite(value)]


def _within(calm: Sequence[float], everything: Sequence[float], quantity: Quantity) -> Sequence[float]:
    """The values that the axis has to hold: all, but for what is far beyond the candidates that did not diverge."""
    if not calm or quantity.is_share:
        return everything
    most = BEYOND * max(max(map(abs, calm)), *map(abs, quantity.domain or (0.0, 0.0)))
    return [min(max(value, -most), most) for value in everything]


def _limits(quantity: Quantity, values: Sequence[float]) -> tuple[Scale, float, float]:
    least, most = min(values, default=0.0), max(values, default=1.0)
    if quantity.is_share:
        high = max(1.06 * most, LEAST_SHARE, 1.02 if most > NEARLY_ALL else 0.0)
        return "linear", -0.02 * max(most, LEAST_SHARE), high
    if quantity.signed:
        return _signed(least, most)
    positive = [value for value in values if value > 0]
    if positive and most / min(positive) > WIDE:
        seen = log_axis(max(value, 0.0) for value in values)
        return "log", seen.low, seen.high
    return "linear", -0.02 * most, 1.06 * most or 1.0


def _signed(least: float, most: float) -> tuple[Scale, float, float]:
    if max(abs(least), abs(most)) > WIDE:
        return "symlog", min(2 * least, -1.0), max(2 * most, 1.0)
    pad = 0.06 * (most - least) or 0.05 * abs(most) or 0.5
    return "linear", least - pad, most + pad


def _of_axes(axes: Sequence[Axis]) -> list[str]:
    said = []
    for axis in axes:
        which = "The axis" if len(axes) == 1 else f"The axis of the {axis.label}"
        if axis.scale == "log":
            said.append(f"{which} is logarithmic{'; a 0 is a hollow triangle on its edge' if axis.has_zeros else ''}.")
        if axis.scale == "symlog":
            said.append(f"{which} is logarithmic beyond -1 and 1.")
        if axis.outside:
            said.append(f"{which} ends at {axis.high:.3g}; {listed(axis.outside, curves.NAMED)} went beyond it.")
    return said
