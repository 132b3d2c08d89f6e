"""The report: an experiment's results and their comparison as one HTML page that needs nothing else.

Pure but for `save`: values in, text out. Imports neither TensorFlow nor the schema. What is concluded stands in
`comparison` and `conclusions`, what is drawn in `report_charts`; here the page is put together, and every text of the
user's is escaped by the template.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from markupsafe import Markup

from actsearch.analysis.comparison import Comparison
from actsearch.analysis.curves import known_curve_metrics
from actsearch.analysis.drawn_candidates import drawn_candidates, no_epoch_finished
from actsearch.analysis.layer_quantities import LAYER_FIGURE_KINDS
from actsearch.analysis.question import Question
from actsearch.core import user_files
from actsearch.core.errors import StoreError
from actsearch.core.results import ExperimentResult
from actsearch.core.words import listed
from actsearch.report import layer_charts, page_colors
from actsearch.report.curves_section import curves_view
from actsearch.report.functions_section import activations_of, function_view
from actsearch.report.layers_section import FIRST_KINDS, findings_view, layers_view
from actsearch.report.page_colors import swatch
from actsearch.report.page_template import embedded_json, page_environment, page_file, policy, printable, without_folder
from actsearch.report.reproduction_section import commands_view, machines_view, packages_command, settings_view
from actsearch.report.summary import summary_facts, warnings_view
from actsearch.report.trials_section import looks_view, trials_view, tuning_view
from actsearch.report.verdict_section import comparison_view

FILE = "report.html"


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
    if not known_curve_metrics(result):
        raise no_epoch_finished(result.folder, drawn_candidates(result, ()))
    pens = page_colors.page_pens(result)
    style = f"{page_colors.color_sheet(pens)}\n{page_file('report.css')}"
    script = page_file("axes.js") + page_file("report.js")
    chart = curves_view(result, comparisons, question, pens)
    shared, *alone = warnings_view(result, comparisons)
    text = page_environment().get_template("report.html.jinja").render(
        name=result.name,
        description=result.description,
        policy=policy(style, script),
        style=Markup(style),
        script=Markup(script),
        facts=list(summary_facts(result, comparisons)),
        comparisons=[
            comparison_view(i, one, pens, [*(shared if len(comparisons) == 1 else []), *alone[i]])
            for i, one in enumerate(comparisons)
        ],
        missing=without_folder(missing, result),
        warnings=shared,
        curves=chart,
        data=Markup(embedded_json(chart["data"])),
        findings=findings_view(result, comparisons, pens),
        layers=layers_view(result, FIRST_KINDS, pens),
        more_layers=layers_view(result, [k for k in LAYER_FIGURE_KINDS if k not in FIRST_KINDS], pens),
        functions=[function_view(*one, pens) for one in activations_of(result)],
        trials=trials_view(result, comparisons, pens),
        tuning=tuning_view(result, pens),
        tuning_seeds=listed([str(seed) for seed in result.tuning_seeds]),
        looks=looks_view(result.looks),
        settings=settings_view(result),
        machines=machines_view(result),
        commands=commands_view(result, question),
        packages=packages_command(result),
        configuration=configuration,
        version=version("actsearch"),
        swatch=swatch,
        panel_frame=layer_charts.PANEL_FRAME,
    )  # fmt: skip
    return printable(text)


def save(path: Path, text: str) -> None:
    """Writes the page, whole or not at all; raises UserError or StoreError if that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: can't be written, {error.strerror}; give another --out FILE") from error
    user_files.write_for_user(path, text.encode("utf-8"), "--out")
