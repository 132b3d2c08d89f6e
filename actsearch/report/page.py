"""The report: an experiment's results and their comparison as one HTML page that needs nothing else.

Pure but for `save_page`: values in, text out. It imports neither TensorFlow nor the schema. `analysis` concludes, the
sections say it, the charts draw it. Here they are put together; the template escapes every text of the user's.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup

from actsearch.analysis.charts.curves import known_curve_metrics
from actsearch.analysis.charts.drawn_candidates import drawn_candidates, no_epoch_finished
from actsearch.analysis.charts.layer_quantities import LAYER_FIGURE_KINDS
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.question import Question
from actsearch.core import user_files
from actsearch.core.errors import StoreError
from actsearch.core.results import ExperimentResult
from actsearch.core.words import listed
from actsearch.report.curves_section import curves_view
from actsearch.report.findings_section import findings_view
from actsearch.report.functions_section import activations_of, function_view
from actsearch.report.layer_charts import PANEL_FRAME
from actsearch.report.layers_section import FIRST_KINDS, layers_view
from actsearch.report.page_colors import PagePen, color_sheet, page_pens, swatch
from actsearch.report.page_template import embedded_json, page_environment, page_file, policy, printable, without_folder
from actsearch.report.reproduction_section import commands_view, machines_view, packages_command, settings_view
from actsearch.report.summary import summary_facts, warnings_view
from actsearch.report.trials_section import looks_view, trials_view, tuning_view
from actsearch.report.verdict_section import comparison_view

PAGE_FILE = "report.html"
TEMPLATE, STYLE, SCRIPTS = "report.html.jinja", "report.css", ("axes.js", "report.js")


def page_of(
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
    if not known_curve_metrics(result):
        raise no_epoch_finished(result.folder, drawn_candidates(result, ()))
    pens = page_pens(result)
    curves = curves_view(result, comparisons, question, pens)
    text = (
        page_environment()
        .get_template(TEMPLATE)
        .render(
            **_assets(pens),
            name=result.name,
            description=result.description,
            facts=list(summary_facts(result, comparisons)),
            missing=without_folder(missing, result),
            **_verdict_views(result, comparisons, pens),
            curves=curves,
            data=Markup(embedded_json(curves["data"])),
            findings=findings_view(result, comparisons, pens),
            **_layer_views(result, pens),
            functions=[function_view(activation, labels, pens) for activation, labels in activations_of(result)],
            trials=trials_view(result, comparisons, pens),
            tuning=tuning_view(result, pens),
            decisive=result.task.decisive.in_words,
            tuning_seeds=listed([str(seed) for seed in result.tuning_seeds]),
            looks=looks_view(result.looks),
            settings=settings_view(result),
            machines=machines_view(result),
            commands=commands_view(result, question),
            packages=packages_command(result),
            configuration=configuration,
        )
    )
    return printable(text)


def _assets(pens: dict[str, PagePen]) -> dict[str, Any]:
    """What the page brings along, so that it needs nothing else."""
    style = f"{color_sheet(pens)}\n{page_file(STYLE)}"
    script = "".join(map(page_file, SCRIPTS))
    return {
        "policy": policy(style, script),
        "style": Markup(style),
        "script": Markup(script),
        "version": version("actsearch"),
        "swatch": swatch,
        "panel_frame": PANEL_FRAME,
    }


def _verdict_views(
    result: ExperimentResult, comparisons: Sequence[Comparison], pens: dict[str, PagePen]
) -> dict[str, Any]:
    """The comparisons, and what to beware of; a single comparison says all of it itself."""
    shared, *alone = warnings_view(result, comparisons)
    if len(comparisons) == 1:
        alone = [[*shared, *alone[0]]]
    views = [comparison_view(i, *each, pens) for i, each in enumerate(zip(comparisons, alone, strict=True))]
    return {"comparisons": views, "warnings": shared}


def _layer_views(result: ExperimentResult, pens: dict[str, PagePen]) -> dict[str, Any]:
    folded = [kind for kind in LAYER_FIGURE_KINDS if kind not in FIRST_KINDS]
    return {"layers": layers_view(result, FIRST_KINDS, pens), "more_layers": layers_view(result, folded, pens)}


def save_page(path: Path, text: str) -> None:
    """Writes the page, whole or not at all; raises UserError or StoreError if that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: can't be written, {error.strerror}; give another --out FILE") from error
    user_files.write_for_user(path, text.encode("utf-8"), "--out")
