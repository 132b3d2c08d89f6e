"""The catalogue of functions as a page of Markdown: a table of all, and a section each.

The page's text is `catalogue.md.jinja`. SymPy is loaded, since formulas are set in LaTeX.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from actsearch.functions.catalogue import Entry
from actsearch.functions.descriptions import OVERVIEW_COLUMNS, Column, facts, parameter_lines
from actsearch.functions.latex_output import formulas_in_latex

CATALOGUE_TEMPLATE = Path(__file__).with_name("catalogue.md.jinja")


def markdown(entries: Sequence[Entry]) -> str:
    """The page `docs/catalogue.md`. Numbers have four digits at most."""
    import jinja2

    environment = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string(CATALOGUE_TEMPLATE.read_text(encoding="utf-8"))
    page: str = template.render(table=_function_table(entries), functions=[_section_values(entry) for entry in entries])
    return page


def _function_table(entries: Sequence[Entry]) -> str:
    """A row a function."""
    headings = ["function", *(column.heading for column in OVERVIEW_COLUMNS)]
    rules = ["---", *("---:" if column.right else "---" for column in OVERVIEW_COLUMNS)]
    rows = [[_link(entry), *(_table_cell(column, entry) for column in OVERVIEW_COLUMNS)] for entry in entries]
    return "\n".join(map(_table_line, [headings, rules, *rows]))


def _table_line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _link(entry: Entry) -> str:
    """To the function's section; anchors are as GitHub makes them of headings."""
    kept = "".join(char for char in entry.title.lower() if char.isalnum() or char in "- _")
    return f"[{entry.title}](#{kept.replace(' ', '-')})"


def _table_cell(column: Column, entry: Entry) -> str:
    cell = column.cell(entry)
    return f"`{cell}`" if column.heading == "formula" else cell


def _section_values(entry: Entry) -> dict[str, Any]:
    """What stands in the section of a function."""
    formula, derivative = formulas_in_latex(entry)
    also = f", also {', '.join(f'`{alias}`' for alias in entry.aliases)}" if entry.aliases else ""
    return {
        "title": entry.title,
        "names": f"`{entry.name if entry.row else entry.formula_text}`{also}",
        "formula": formula,
        "derivative": derivative,
        "parameters": [(name, _without_emphasis(words)) for name, words in parameter_lines(entry)],
        "properties": [(key, words.replace("|", r"\|")) for key, words in facts(entry.properties).items()],
        "row": entry.row,
    }


def _without_emphasis(text: str) -> str:
    """Stars that are products and no emphasis."""
    return text.replace("*", r"\*")
