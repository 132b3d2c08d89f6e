"""The report: an experiment's results and their comparison as one HTML page that needs nothing else.

Pure but for `save`: values in, text out. Imports neither TensorFlow nor the schema. What is concluded stands in
`comparison` and `conclusions`, what is drawn in `report_charts`; here the page is put together, and every text of the
user's is escaped by the template.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from actsearch.analysis import conclusions, curves, findings, layer_curves, tuning
from actsearch.analysis.comparison import Comparison, Contender, Pair, Question
from actsearch.analysis.conclusions import interval, number, signed
from actsearch.analysis.curves import LearningCurves
from actsearch.analysis.layer_curves import LayerFigure, Line
from actsearch.core import user_files
from actsearch.core.errors import NothingToShow, StoreError, UserError
from actsearch.core.experiment import Activation
from actsearch.core.looks_record import Left, LooksRecord
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import TrialResult
from actsearch.core.words import in_words, listed, point
from actsearch.functions import catalogue
from actsearch.functions.catalogue import Entry
from actsearch.functions.formula_tree import Tree, differentiate, written
from actsearch.functions.function_pages import facts
from actsearch.functions.mathml import mathml
from actsearch.report import charts
from actsearch.report.charts import Differences, Pen, swatch

AGAINST: Mapping[str, str] = {
    "better": "is better than", "worse": "is worse than", "tied": "is tied with", "undecided": "is undecided against",
    "none": "has no verdict against",
}  # fmt: skip
FILE = "report.html"
SYMBOLS: Mapping[str, str] = {"better": "▲", "worse": "▼", "tied": "=", "undecided": "?", "none": "·"}
STATUSES = ("completed", "diverged", "failed", "running", "interrupted", "waiting")
TEST_WARNING = "Validation is the test set"
"""So begin both the experiment's warning and the comparison's."""
FIRST_KINDS: tuple[layer_curves.Kind, ...] = ("gradients", "dead", "saturation")
"""What layers do that is shown at once; the other kinds are folded."""
MATRIX_UP_TO = 60
"""So many contenders have a matrix of their pairs; that of 200 takes most of 17 MB, and nobody reads it."""
FUNCTION_FACTS = ("range", "saturates", "derivative is 0", "maps N(0, 1) to", "gradient gain", "smoothness")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
WIDE_FORMULA, WIDE_CASES = 40, 90
"""A formula of more characters is printed as text, which wraps; one of cases has its lines one below the other."""
TABLE_EPOCHS = 7
"""A table of curves has so many epochs."""


def page(
    result: ExperimentResult,
    comparisons: Sequence[Comparison],
    question: Question,
    configuration: str = "",
    missing: str = "",
) -> str:
    """The report of an experiment.

    Args:
        result: read with its diagnostics, and with the predictions that the question needs.
        comparisons: of that result; empty where there is nothing to compare, and `missing` says why.
        question: what was asked, for the command that makes the page again.
        configuration: the text of its `experiment.yaml`.
        missing: why there is no comparison.

    Raises:
        UserError: no epoch of any trial is finished.
    """
    if not curves.metrics(result):
        raise curves.nothing_finished(result.folder, curves.kept(result, ()))
    pens = charts.pens(result)
    style = f"{charts.palette(pens)}\n{_asset('report.css')}"
    script = _asset("report.js")
    chart = _curves(result, comparisons, question, pens)
    shared, *alone = _warnings(result, comparisons)
    text = _environment().get_template("report.html.jinja").render(
        name=result.name,
        description=result.description,
        policy=_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        facts=list(_facts(result, comparisons)),
        comparisons=[
            _compared(i, one, pens, [*(shared if len(comparisons) == 1 else []), *alone[i]])
            for i, one in enumerate(comparisons)
        ],
        missing=_without_folder(missing, result),
        warnings=shared,
        curves=chart,
        data=Markup(_embedded(chart["data"])),
        findings=_findings(result, comparisons, pens),
        layers=_layers(result, FIRST_KINDS, pens),
        more_layers=_layers(result, [k for k in layer_curves.KINDS if k not in FIRST_KINDS], pens),
        functions=[_function(*one, pens) for one in _activations(result)],
        trials=_trials(result, comparisons, pens),
        tuning=_tuning(result, pens),
        tuning_seeds=listed([str(seed) for seed in result.tuning_seeds]),
        looks=_looks(result.looks),
        settings=_settings(result),
        machines=_machines(result),
        commands=_commands(result, question),
        packages=_packages(result),
        configuration=configuration,
        version=version("actsearch"),
        swatch=swatch,
        panel_frame=charts.PANEL_FRAME,
    )  # fmt: skip
    return _printable(text)


def save(path: Path, text: str) -> None:
    """Writes the page, whole or not at all; raises UserError or StoreError if that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: can't be written, {error.strerror}; give another --out FILE") from error
    user_files.write_for_user(path, text.encode("utf-8"), "--out")


# --- the template


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _asset(name: str) -> str:
    return (files("actsearch") / "report_page" / name).read_text(encoding="utf-8")


def _printable(text: str) -> str:
    """Without control characters, half characters, and such as turn the direction of writing."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def _policy(style: str, script: str) -> str:
    """Forbids the page every request, and every style and script but its own."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _embedded(data: Any) -> str:
    """JSON that can stand in a `script` element, whatever is in it."""
    text = json.dumps(data, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _without_folder(text: str, result: ExperimentResult) -> str:
    """Where the results lay on this machine is nobody else's business."""
    return text.replace(result.folder, result.name) if result.folder else text


# --- what it is about


def _facts(result: ExperimentResult, comparisons: Sequence[Comparison]) -> Iterator[tuple[str, str]]:
    trials = [trial for candidate in result.candidates for trial in candidate.all_trials]
    if comparisons:
        one = comparisons[0]
        yield "compared", one.measure.in_words()
        yield "margin", f"{one.margin:g}"
        yield "confidence", conclusions.percent(one.confidence)
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


def _warnings(result: ExperimentResult, comparisons: Sequence[Comparison]) -> list[list[str]]:
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
    return [[_without_folder(text, result) for text in dict.fromkeys(some)] for some in (shared, *alone)]


# --- a comparison


@dataclass(frozen=True)
class Badge:
    """A verdict as a word with its symbol, and what goes with it."""

    kind: str
    word: str
    detail: str = ""

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.kind]


def _badge(c: Comparison, pair: Pair) -> Badge:
    if pair.verdict is None:
        return Badge("none", "no verdict", pair.note or "")
    detail = pair.note or ""
    if pair.verdict == "undecided":
        detail = conclusions.forecast(c, pair.forecast)
    elif pair.smaller_but_real:
        detail = "a real but smaller difference"
    return Badge(pair.verdict, pair.verdict, detail)


def _compared(place: int, c: Comparison, pens: Mapping[str, Pen], warnings: Sequence[str]) -> dict[str, Any]:
    """What the template says of one comparison."""
    differences = Differences.of(c)
    sentences = conclusions.sentences(c)
    pairs = [c.pair(i, c.reference) for i in c.others]
    rows = [_row(c, i, differences, pens) for i in range(len(c.contenders))]
    groups = [("", rows)]
    if c.leaders and len(c.leaders) < len(rows):
        inside = [rows[i] for i in c.leaders]
        title = "Leading group" if len(inside) > 1 else "Leading"
        groups = [(title, inside), ("Behind", [row for row in rows if row not in inside])]
    return {
        "id": f"c{place}",
        "point": point(c.setting),
        "metric": c.measure.metric,
        "words": c.measure.in_words(),
        "split": c.measure.split,
        "reference": c.contenders[c.reference].name,
        "has_baseline": c.has_baseline,
        "headline": sentences[0],
        "sentences": sentences[1:-1],
        "scope": sentences[-1],
        "group": [(c.contenders[i].name, pens[c.contenders[i].label].css) for i in c.leaders],
        "warnings": warnings,
        "groups": groups,
        "target": None if c.question.target is None else f"{c.question.target:g}",
        "margin": f"{c.margin:g}",
        "confidence": conclusions.percent(c.confidence),
        "family": c.family,
        "together": conclusions.simultaneity(c),
        "role": c.role,
        "forest": [(row, differences.row(p)) for row, p in ((rows[p.a], p) for p in pairs) if p.n],
        "axis": differences.axis(),
        "cuts": differences.cuts,
        "seeds": c.seeds,
        "by_seed": [(rows[p.a], _differences_by_seed(c, p)) for p in pairs if p.n],
        "values": [(rows[i], [number(c, v) for v in one.values]) for i, one in enumerate(c.contenders)],
        "matrix": _matrix(c) if not c.has_baseline and 2 < len(c.contenders) <= MATRIX_UP_TO else None,
        "is_vast": not c.has_baseline and len(c.contenders) > MATRIX_UP_TO,
        "noise": [_noise(c, pair, rows[pair.a]) for pair in pairs if pair.n > 1],
        "mcnemar": [(rows[p.a], f"{p.examples.mcnemar_p:.3g}") for p in pairs
                    if p.examples is not None and p.examples.mcnemar_p is not None],
        "has_examples": any(p.examples is not None and p.n > 1 for p in pairs),
        "one_seed": c.most_seeds < 2,
        "description": [_description(c, one, row) for one, row in zip(c.contenders, rows, strict=True)],
    }  # fmt: skip


def _row(c: Comparison, i: int, differences: Differences, pens: Mapping[str, Pen]) -> dict[str, Any]:
    one = c.contenders[i]
    row: dict[str, Any] = {
        "name": one.name,
        "css": pens[one.label].css,
        "seeds": str(one.completed) if one.completed == len(one.trials) else f"{one.completed} of {len(one.trials)}",
        "incomplete": conclusions.incomplete(one),
        "mean": number(c, one.mean),
        "interval": _span(c, one.low, one.high),
        "ends": f"{number(c, one.worst_seed)}, {number(c, one.best_seed)}" if one.completed else "-",
        "seconds": "-" if one.seconds_per_epoch is None else f"{one.seconds_per_epoch:.3g}",
        "epochs": "-" if one.epochs_to_target is None else f"{one.epochs_to_target:g}",
        "badge": None,
    }
    if i != c.reference:
        pair = c.pair(i, c.reference)
        row |= {
            "badge": _badge(c, pair),
            "difference": signed(c, pair.difference),
            "difference_interval": interval(c, pair.low, pair.high),
            "chart": differences.small(pair) if math.isfinite(pair.low) else "",
        }
    return row


def _span(c: Comparison, low: float, high: float) -> str:
    return f"{number(c, low)} to {number(c, high)}" if math.isfinite(low) else ""


def _differences_by_seed(c: Comparison, pair: Pair) -> list[str]:
    return [signed(c, float(value)) if math.isfinite(value) else "-" for value in pair.by_seed]


def _matrix(c: Comparison) -> dict[str, Any]:
    """Every pair: the row's verdict against the column's."""
    names = [one.name for one in c.contenders]
    rows = []
    for a, name in enumerate(names):
        cells: list[dict[str, str] | None] = []
        for b, other in enumerate(names):
            if a == b:
                cells.append(None)
                continue
            pair = c.pair(a, b)
            badge = _badge(c, pair)
            said = "no seed in common"
            if pair.n:
                said = f"{signed(c, pair.difference)}, {interval(c, pair.low, pair.high)}"
            said += f"; {badge.detail}" if badge.detail else ""
            words = f"{name} {AGAINST[badge.kind]} {other}: {said}"
            cells.append(
                {"kind": badge.kind, "word": badge.word, "symbol": badge.symbol, "tip": words}
            )  # fmt: skip
        rows.append((name, cells))
    numbers = [
        {
            "a": names[p.a],
            "b": names[p.b],
            "difference": signed(c, p.difference),
            "interval": interval(c, p.low, p.high) if math.isfinite(p.low) else "",
            "badge": _badge(c, p),
        }
        for p in c.pairs()
    ]
    return {"names": names, "rows": rows, "pairs": numbers, "is_wide": len(names) > 8 or max(map(len, names)) > 10}


def _noise(c: Comparison, pair: Pair, row: Mapping[str, Any]) -> dict[str, Any]:
    known = pair.examples if pair.examples is not None and math.isfinite(pair.examples.seed_variance) else None
    correlation = "-"
    if pair.correlation is not None and math.isfinite(pair.correlation[0]):
        correlation = "{:.2f} ({:.2f} to {:.2f})".format(*pair.correlation)
    return {
        "row": row,
        "sd": number(c, pair.sd),
        "correlation": correlation,
        "won": "-" if pair.won is None else f"{pair.won:.0%}",
        "flips": "-" if pair.sign_flip_p is None else f"{pair.sign_flip_p:.2g}",
        "disagrees": pair.disagrees,
        "seeds": number(c, math.sqrt(known.seed_variance)) if known else number(c, pair.sd / math.sqrt(pair.n)),
        "examples": number(c, math.sqrt(known.example_variance)) if known else "-",
        "shares": charts.shares(known.seed_variance, known.example_variance) if known else "",
        "larger": "" if known is None else "examples" if known.example_variance > known.seed_variance else "seeds",
        "new_data": interval(c, known.low, known.high) if known else "-",
        "badge": None if known is None or known.verdict is None else Badge(known.verdict, known.verdict),
        "no_tie": known is not None and not known.can_show_tie,
    }


def _description(c: Comparison, one: Contender, row: Mapping[str, Any]) -> dict[str, Any]:
    divergence = one.divergence
    return {
        "row": row,
        "median": number(c, one.median),
        "sd": number(c, one.sd),
        "iqm": number(c, one.interquartile_mean),
        "flattery": "-" if one.flattery is None else signed(c, one.flattery),
        "divergence": f"{one.diverged} ({divergence[0]:.0%} to {divergence[1]:.0%})" if divergence else "0",
    }


# --- the curves


def _curves(
    result: ExperimentResult, comparisons: Sequence[Comparison], question: Question, pens: Mapping[str, Pen]
) -> dict[str, Any]:
    known = curves.metrics(result)
    first = next((m for m in (question.metric, "val_accuracy") if m in known), known[0])
    ordered = [first, *(metric for metric in known if metric != first)]
    tables = [curves.learning_curves(result, metric) for metric in ordered]
    titles = {metric: _metric_in_words(metric, result.validation_is_test) for metric in ordered}
    shown = tables[0]
    data = charts.curves_data(tables, pens, titles)
    most = charts.most_epochs(tables)
    ranks = {one.label: i for c in reversed(comparisons) for i, one in enumerate(c.contenders)}
    labels = sorted({curve.label: None for curve in shown.curves}, key=lambda label: ranks.get(label, len(ranks)))
    leading = {c.contenders[i].label for c in comparisons for i in c.leaders}
    return {
        "data": data,
        "titles": [titles[metric] for metric in ordered],
        "facets": [
            {
                "title": facet.title,
                "chart": charts.curves_svg(shown, i, pens, _told(shown, titles[first], i), most),
                "note": charts.frame(shown, i).note,
            }
            for i, facet in enumerate(shown.facets)
        ],
        "legend": [(label, pens[label], label in leading) for label in labels],
        "has_leaders": bool(leading) and len(leading) < len(labels),
        "has_bands": shown.n_seeds > 1,
        "caption": " ".join([*_curves_caption(shown), *_thinned(charts.epochs_drawn(tables))]),
        "tables": [(titles[table.metric], *_curve_table(table, pens)) for table in tables],
    }


def _metric_in_words(metric: str, validation_is_test: bool) -> str:
    split = "test" if validation_is_test else "validation"
    words = metric.removeprefix("val_").replace("_", " ")
    return f"{split if metric.startswith('val_') else 'training'} {words}"


def _told(table: LearningCurves, title: str, place: int) -> str:
    """The chart for those who do not see it; the tables below have the numbers."""
    facet = table.facets[place]
    ends = sorted((c for c in facet.curves if c.epochs), key=lambda c: c.mean[-1], reverse=table.higher_is_better)
    said = ", ".join(f"{curve.label} {curves.number(curve.mean[-1])}" for curve in ends)
    where = f" at {facet.title}" if facet.title else ""
    return f"{title} by epoch{where}, a line per candidate. At the end: {said}. The table below has the numbers."


def _curves_caption(table: LearningCurves) -> Iterator[str]:
    seen = curves.View(0.0, 1.0)
    yield from curves.caption(table, seen, only_lines=True)
    if table.n_seeds > 1:
        yield "Bands are the range of the seeds."


def _curve_table(table: LearningCurves, pens: Mapping[str, Pen]) -> tuple[list[int], list[tuple[str, str, list[str]]]]:
    """Some epochs of every curve."""
    last = table.last_epoch
    some = sorted({1, *(round(last ** (i / (TABLE_EPOCHS - 1))) for i in range(TABLE_EPOCHS)), last})
    rows = []
    for facet in table.facets:
        for curve in facet.curves:
            cells = []
            for epoch in some:
                if epoch > len(curve.epochs):
                    cells.append("-")
                    continue
                low, middle, high = (row[epoch - 1] for row in (curve.low, curve.mean, curve.high))
                spread = f" ({curves.number(low)} to {curves.number(high)})" if curve.n_seeds > 1 else ""
                cells.append(f"{curves.number(middle)}{spread}")
            rows.append((f"{curve.label}, {facet.title}" if facet.title else curve.label, pens[curve.label].css, cells))
    return some, rows


# --- layers


def _findings(
    result: ExperimentResult, comparisons: Sequence[Comparison], pens: Mapping[str, Pen]
) -> dict[str, Any] | None:
    """What the diagnostics show, in the order of the ranking; None without diagnostics."""
    try:
        explained = findings.explain(result)
    except NothingToShow:
        return None
    ranked: dict[tuple[str, str], tuple[int, str]] = {}
    badges: dict[tuple[str, str], Badge | None] = {}
    for c in comparisons:
        for i, one in enumerate(c.contenders):
            key = (one.label, in_words(one.setting))
            ranked.setdefault(key, (len(ranked), number(c, one.mean)))
            badges.setdefault(key, None if i == c.reference else _badge(c, c.pair(i, c.reference)))
    told = []
    for found in explained.candidates:
        key = (found.candidate.label, in_words(found.candidate.setting))
        place, mean = ranked.get(key, (len(ranked), ""))
        told.append({
            "place": place,
            "name": found.candidate.name,
            "css": pens[found.candidate.label].css,
            "mean": mean,
            "badge": badges.get(key),
            "findings": [(finding.text, finding.kind in findings.HARMLESS) for finding in found.findings],
        })  # fmt: skip
    return {
        "candidates": sorted(told, key=lambda row: row["place"]),
        "without": [one.name for one in explained.without_diagnostics],
        "definitions": explained.definitions,
        "metric": comparisons[0].measure.in_words() if comparisons else "",
        "reference": comparisons[0].contenders[comparisons[0].reference].name if len(comparisons) == 1 else "",
    }


def _layers(
    result: ExperimentResult, kinds: Sequence[layer_curves.Kind], pens: Mapping[str, Pen]
) -> list[dict[str, Any]]:
    """The figures of these kinds, as far as there is something to be seen."""
    found = []
    for kind in kinds:
        try:
            made = layer_curves.layer_figures(result, kind)
        except NothingToShow:
            continue
        found += [_layer_figure(kind, figure, result, pens) for figure in made]
    return found


def _layer_figure(kind: str, figure: LayerFigure, result: ExperimentResult, pens: Mapping[str, Pen]) -> dict[str, Any]:
    labels = _labels_by_title(result)
    css = charts.shades(figure)
    x_axis = "epochs" if figure.by == "epoch" else "layers"
    legends = {_legend(panel.rows[0], css) for panel in figure.panels if panel.rows}
    shared = next(iter(legends)) if len(legends) == 1 else ()
    values = [v for line in figure.lines for v in line.high if math.isfinite(v)]
    return {
        "id": figure.stem,
        "title": figure.title,
        "caption": " ".join([*figure.caption, *_thinned(charts.points_drawn(figure), x_axis)]),
        "nothing": not any(values) and all(axis.is_share for axis in figure.axes),
        "legend": shared,
        "panels": [
            {
                "title": panel.title,
                "css": pens[labels[panel.title]].css if panel.title in labels else "",
                "note": panel.note,
                "legend": () if shared else _legend(panel.rows[0] if panel.rows else (), css),
                "charts": [
                    (axis.label if len(figure.axes) > 1 else "",
                     charts.layer_svg(figure, axis, lines, f"{panel.title}: {figure.title}, {axis.label}"))
                    for axis, lines in zip(figure.axes, panel.rows, strict=True) if lines
                ],
            }
            for panel in figure.panels
        ],
        "table": _layer_table(figure),
        "kind": kind,
    }  # fmt: skip


def _thinned(drawn: tuple[int, int] | None, places: str = "epochs") -> Iterator[str]:
    """What a caption says of a chart that does not show every epoch."""
    if drawn is not None:
        yield f"Drawn of a line: at most {drawn[0]} of {drawn[1]} {places}, extremes kept."


def _labels_by_title(result: ExperimentResult) -> dict[str, str]:
    titles = curves.titles(result.candidates)
    return {
        f"{c.label}, {point}" if point else c.label: c.label for c, point in zip(result.candidates, titles, strict=True)
    }


def _legend(lines: Sequence[Line], css: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((line.label, css[line.label]) for line in lines)


def _layer_table(figure: LayerFigure) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    """A row a line, at a few places of the x axis."""
    places = sorted({x for line in figure.lines for x in line.x})
    if figure.by == "epoch":
        places = layer_curves.a_few_epochs(places)
        heads = [f"epoch {x}" if x else "untrained" for x in places]
    else:
        heads = [figure.x_ticks[x - 1] if figure.x_ticks else f"layer {x}" for x in places]
    rows = []
    for panel in figure.panels:
        for axis, lines in zip(figure.axes, panel.rows, strict=True):
            for line in lines:
                what = f"{axis.label}, {line.label}" if len(figure.axes) > 1 else line.label
                rows.append((panel.title, what, [_layer_value(line, x, axis.is_share) for x in places]))
    return heads, rows


def _layer_value(line: Line, x: int, is_share: bool) -> str:
    if x not in line.x or not math.isfinite(line.middle[i := line.x.index(x)]):
        return "-"
    values = [f"{100 * v:.3g} %" if is_share else f"{v:.3g}" for v in (line.middle[i], line.low[i], line.high[i])]
    return values[0] if values[1] == values[2] else f"{values[0]} ({values[1]} to {values[2]})"


# --- functions


def _activations(result: ExperimentResult) -> list[tuple[Activation, list[str]]]:
    """Each activation once, with the labels that have it."""
    found: dict[str, tuple[Activation, list[str]]] = {}
    for candidate in result.candidates:
        _, labels = found.setdefault(repr(candidate.activation), (candidate.activation, []))
        if candidate.label not in labels:
            labels.append(candidate.label)
    return list(found.values())


def _function(activation: Activation, labels: Sequence[str], pens: Mapping[str, Pen]) -> dict[str, Any]:
    css = pens[labels[0]].css
    view: dict[str, Any] = {"labels": [(label, pens[label].css) for label in labels], "css": css, "entry": None}
    view["parameters"] = catalogue.in_words(activation.parameters)  # type: ignore[arg-type]  # numbers and switches
    view["trainable"] = activation.trainable or ()
    view["title"] = activation.name
    if activation.kind == "function":
        view["why"] = "A function of your own, from its module; it is not run to be drawn."
        return view
    try:
        (entry,) = catalogue.find([activation.name], activation.parameters)  # type: ignore[arg-type]
        view |= _drawn_function(entry, css)
    except (UserError, ValueError, ArithmeticError) as error:
        view["why"] = f"It cannot be drawn: {error}"
    return view


def _drawn_function(entry: Entry, css: str) -> dict[str, Any]:
    title = entry.title if entry.row else "Formula"
    derivative: Tree = entry.derivative.tree if entry.derivative else differentiate(entry.formula.tree)
    trees = (("f", entry.formula.tree), ("f′", derivative))
    written_out = [(mathml(tree, name), f"{name}(x) = {written(tree)}") for name, tree in trees]
    f, slope = (one for one, _ in written_out)
    told = f"Graph of f(x) = {entry.formula_text} and of its derivative"
    known = facts(entry.properties)
    return {
        "entry": entry,
        "title": title,
        "formulas": [(Markup(one), text, _is_wide(text)) for one, text in written_out if one],
        "text": entry.formula_text if f is None else "",
        "is_long": slope is None,
        "chart": charts.function_svg(entry, css, told),
        "facts": [(name, known[name]) for name in FUNCTION_FACTS if name in known],
        "paper": entry.row.paper if entry.row else "",
    }


def _is_wide(text: str) -> bool:
    return len(text) > (WIDE_CASES if "where(" in text else WIDE_FORMULA)


# --- trials, settings, machine


def _trials(result: ExperimentResult, comparisons: Sequence[Comparison], pens: Mapping[str, Pen]) -> dict[str, Any]:
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
            cells.append(_trial_cell(trial, None if value is None else number(comparisons[0], value)))
        rows.append((candidate.name, pens[candidate.label].css, cells))
    failed = [
        (
            candidate.name,
            trial.seed,
            _without_folder(trial.error or "no message", result),
        )
        for candidate in result.candidates
        for trial in candidate.all_trials
        if trial.status == "failed"
    ]
    return {"seeds": seeds, "rows": rows, "failed": failed, "what": measured.in_words() if measured else ""}


def _tuning(result: ExperimentResult, pens: Mapping[str, Pen]) -> list[dict[str, Any]]:
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


def _looks(record: LooksRecord | None) -> dict[str, Any] | None:
    """What the looks of a sequential study decided, one after the other."""
    if record is None:
        return None
    return {
        "planned": listed([str(n) for n in record.looks]),
        "metric": record.metric,
        "margin": f"{record.margin:g}",
        "confidence": conclusions.percent(record.confidence),
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


def _settings(result: ExperimentResult) -> dict[str, Any]:
    """What all finished trials were trained with, and what differs between them."""
    rows = [_flat(t.settings) for c in result.candidates for t in c.all_trials if t.settings]
    if not rows:
        return {"shared": [], "varied": []}
    keys = dict.fromkeys(key for row in rows for key in row if key not in ("seed", "version"))
    shared: list[tuple[str, str]] = []
    varied: list[tuple[str, str]] = []
    for key in keys:
        values = list(dict.fromkeys(in_words(row[key]) if key in row else "not set" for row in rows))
        if key.startswith("activation."):
            continue
        (shared if len(values) == 1 else varied).append((key.replace(".arguments.", "."), ", ".join(values)))
    shared += [("grid", f"{key}: {', '.join(in_words(v) for v in values)}") for key, values in result.grid.items()]
    return {"shared": shared, "varied": varied}


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in settings.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found


def _machines(result: ExperimentResult) -> list[list[tuple[str, str]]]:
    """Every kind of machine that trained, with how many trials it had a part in."""
    found: dict[str, tuple[Mapping[str, Any], int]] = {}
    for trial in (t for c in result.candidates for t in c.all_trials):
        for one in (trial.machine, *trial.earlier_machines):
            if one:
                known, n = found.setdefault(json.dumps(one, sort_keys=True, default=str), (one, 0))
                found[json.dumps(one, sort_keys=True, default=str)] = known, n + 1
    return [_machine(one, n) for one, n in found.values()]


def _machine(one: Mapping[str, Any], trials: int) -> list[tuple[str, str]]:
    rows = [("trials", str(trials))]
    for key in ("cpu", "architecture", "system", "threads", "gpus"):
        if one.get(key):
            rows.append((key, in_words(one[key])))
    rows += [(name, str(found)) for name, found in one.get("versions", {}).items()]
    if one.get("cpu_flags"):
        rows.append(("arithmetic flags", ", ".join(one["cpu_flags"])))
    return rows


def _packages(result: ExperimentResult) -> str:
    """Those that compute, in the versions of the last trial, as pip takes them."""
    versions = [t.machine.get("versions", {}) for c in result.candidates for t in c.all_trials if t.machine]
    if not versions:
        return ""
    some = [f"{name}=={versions[-1][name]}" for name in ("tensorflow", "keras", "numpy") if versions[-1].get(name)]
    return f"pip install {' '.join(map(shlex.quote, some))}" if some else ""


def _commands(result: ExperimentResult, question: Question) -> list[str]:
    folder = f"results/{result.name}"
    default = Question()
    options = []
    for name in ("metric", "at", "margin", "confidence", "baseline", "by", "target"):
        value = getattr(question, name)
        if value != getattr(default, name):
            options += [f"--{name}", repr(float(value)) if isinstance(value, float) else str(value)]  # with all digits
    words = ["actsearch", "report", folder, *options]
    return [shlex.join(["actsearch", "run", f"{result.name}.yaml", *_until_decided(result)]), shlex.join(words)]


def _until_decided(result: ExperimentResult) -> list[str]:
    """The options with which a sequential study was run: without them it is another study."""
    looks = result.looks
    if looks is None:
        return []
    numbers = {"margin": looks.margin, "confidence": looks.confidence, "max-seeds": looks.max_seeds}
    return ["--until-decided", *(text for name, value in numbers.items() for text in (f"--{name}", repr(value)))]
