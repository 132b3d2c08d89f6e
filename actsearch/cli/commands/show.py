"""`actsearch show`: what an activation function is and does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actsearch.cli import options
from actsearch.cli.console import new_console
from actsearch.core.errors import UserError

if TYPE_CHECKING:
    from actsearch.functions.catalogue import Entry


@click.command("show")
@click.argument("names", metavar="[NAME|FORMULA]...", nargs=-1)
@click.option(
    "--set", "values", metavar="NAME=VALUE", multiple=True, help="A parameter's value: alpha=0.2; may be given again."
)
@click.option(
    "--plot", "figure", metavar="FILE", type=options.FILE_PATH, help="Draw f and f' into FILE.png, .svg or .pdf."
)
@click.option("--latex", is_flag=True, help="Formula and derivative as LaTeX, for a document with amsmath.")
@click.option("--markdown", is_flag=True, help="A page of Markdown: docs/catalogue.md is the one of all functions.")
@options.json_option("function")
@click.option("--article", is_flag=True, help="Draw the article's twelve figures into --out.")
@click.option("--out", type=options.FOLDER_PATH, help="Folder of the article's figures.")
@click.option(
    "--style",
    type=click.Choice(["light", "dark", "article"]),
    help="Of the figures: light, or the article's own with --article.",
)
def show_command(names: tuple[str, ...], values: tuple[str, ...], **given: Any) -> None:
    """Show what a function is and does: formula, derivative, computed properties, strengths, weaknesses, paper.

    Without a name, a table of all functions. Instead of a name, any formula in x will do.

    \b
    actsearch show
    actsearch show gelu elu --set alpha=0.2 --plot gelu-elu.png
    actsearch show "x * sigmoid(beta * x)" --set beta=1.5
    actsearch show --article --out figures
    """
    from actsearch.functions import catalogue

    _refuse_contradictions(names, values, **given)
    if given["article"]:
        from actsearch.figures.functions import draw_the_article

        for path in draw_the_article(given["out"], given["style"] or "article"):
            click.echo(str(path))
        return
    settings = dict(map(catalogue.setting, values))
    entries = catalogue.find_functions(names, settings) if names else catalogue.everything(settings)
    _show_functions(entries, bool(names), given["latex"], given["markdown"], given["as_json"])
    if given["figure"] is not None:
        from actsearch.figures.functions import draw_functions

        path = draw_functions(entries, given["figure"], given["style"] or "light")
        click.echo(str(path), err=given["as_json"] or given["latex"] or given["markdown"])


def _refuse_contradictions(
    names: Sequence[str],
    values: Sequence[str],
    figure: Path | None,
    article: bool,
    out: Path | None,
    style: Any,
    **pages: bool,
) -> None:
    """Options of `show` that say nothing together."""
    asked = [f"--{name.removeprefix('as_')}" for name, given in pages.items() if given]
    asked += ["--article"] if article else []
    if len(asked) > 1:
        raise UserError(f"{' and '.join(asked)}: give one of them")
    if article and (names or values or figure):
        raise UserError("--article draws the article's six functions; leave out names, --set and --plot")
    if article and out is None:
        raise UserError("--article: into which folder? Add --out DIR")
    if out is not None and not article:
        raise UserError("--out is for --article; --plot takes the file's path")
    if style is not None and not article and figure is None:
        raise UserError("--style is for figures; add --plot FILE")
    if figure is not None and not names:
        raise UserError("--plot: which functions? Name them: actsearch show relu gelu --plot FILE")


def _show_functions(entries: Sequence[Entry], named: bool, latex: bool, markdown: bool, as_json: bool) -> None:
    from actsearch.functions import catalogue_page, function_json, latex_output

    if markdown:
        click.echo(catalogue_page.markdown(entries), nl=False)
    elif latex:
        for entry in entries:
            click.echo(latex_output.latex_lines(entry))
    elif as_json:
        import json

        for entry in entries:
            click.echo(json.dumps(function_json.function_as_json(entry), ensure_ascii=False))
    else:
        from actsearch.cli.screens.functions import FunctionsTable, functions_screen

        new_console().print(functions_screen(entries) if named else FunctionsTable(entries))
