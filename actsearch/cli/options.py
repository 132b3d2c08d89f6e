"""Arguments, options and types of parameters that several commands share. Of libraries it loads click alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import click

from actsearch.core.tasks import TASKS

Decorator = Callable[[Any], Any]


class FiniteNumber(click.FloatRange):
    """A finite number; click's own lets `nan` through."""

    name = "number"

    def _describe_range(self) -> str:
        """For `--help`; click writes `x<=None` where there are no limits."""
        return "" if self.min is None and self.max is None else super()._describe_range()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        return number if math.isfinite(number) else self.fail(f"{value!r}: must be a finite number", param, ctx)


FILE_PATH = click.Path(path_type=Path, dir_okay=False)
FOLDER_PATH = click.Path(path_type=Path, file_okay=False)

_WIDEST = max(task.decisive.widest_difference for task in TASKS.values())
_LIMIT = _WIDEST if math.isfinite(_WIDEST) else None
MARGIN_OR_0 = FiniteNumber(0, _LIMIT, max_open=_LIMIT is not None)
"""A difference of the metric by which a task decides, of whichever task; what the task allows is checked beside it."""
ABOVE_0 = FiniteNumber(0, _LIMIT, min_open=True, max_open=_LIMIT is not None)
"""Such a difference above 0."""
CONFIDENCE_LEVEL = FiniteNumber(0.5, 1, max_open=True)
WORKERS = click.IntRange(1, 1024)

files_argument = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
set_option = click.option(
    "--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a key of the file: training.epochs=2."
)
paths_argument = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
workers_option = click.option(
    "--jobs", metavar="N", type=WORKERS, help="Workers at a time. By default one per core or GPU."
)


def results_folder_option(help: str) -> Decorator:
    """The option --out of commands that take experiment files."""
    return click.option("--out", default="results", show_default=True, type=FOLDER_PATH, help=help)


def json_option(of: str) -> Decorator:
    """The option --json: the command prints an object a line for every such thing."""
    return click.option("--json", "as_json", is_flag=True, help=f"One JSON object a line for every {of}.")


QUESTION = {
    "metric": click.option(
        "--metric",
        metavar="M",
        help="What to compare: val_accuracy, val_loss, test_accuracy, ...  [default: val_accuracy]",
    ),
    "at": click.option(
        "--at",
        metavar="WHEN",
        default="last",
        show_default=True,
        help="last, best, an epoch such as 12, or mean-last-10.",
    ),
    "margin": click.option(
        "--margin",
        metavar="X",
        type=FiniteNumber(),
        help="What is tied lies within it; 0.001 for accuracies, 0 for others.",
    ),
    "confidence": click.option(
        "--confidence", metavar="X", type=FiniteNumber(), help="With which all intervals hold together; 0.95."
    ),
    "baseline": click.option(
        "--baseline",
        metavar="NAME",
        help="Compare all with this one, named before you saw results, instead of all pairs.",
    ),
    "by": click.option(
        "--by",
        type=click.Choice(["activation", "setting"]),
        help="With a grid: each activation at its own setting, or all at each setting.",
    ),
    "target": click.option(
        "--target", metavar="X", type=FiniteNumber(), help="Count epochs until the metric reaches it."
    ),
}
"""The options that make a `comparison.Question`."""


def question_options(names: Collection[str] = tuple(QUESTION)) -> Decorator:
    """These options of `QUESTION`, in the order given."""

    def decorate(command: Any) -> Any:
        for name in reversed([*names]):
            command = QUESTION[name](command)
        return command

    return decorate
