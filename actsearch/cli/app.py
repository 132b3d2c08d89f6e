"""The group of all commands, and the one boundary where errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from actsearch.cli.commands.compare import compare_command
from actsearch.cli.commands.doctor import doctor_command
from actsearch.cli.commands.explain import explain_command
from actsearch.cli.commands.export import export_command
from actsearch.cli.commands.init import init_command
from actsearch.cli.commands.plan import plan_command
from actsearch.cli.commands.plot import plot_command
from actsearch.cli.commands.report import report_command
from actsearch.cli.commands.run import run_command
from actsearch.cli.commands.schema import schema_command
from actsearch.cli.commands.show import show_command
from actsearch.cli.commands.status import status_command
from actsearch.cli.commands.validate import validate_command
from actsearch.cli.console import nobody_reads, say_everything
from actsearch.core.errors import ActsearchError, InvalidExperiment

INTERRUPTED = 130
OUR_BUG = 3


def run_command_line(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code: 0, 1 a trial failed, 2 wrong input, 3 our bug, 130 interrupted."""
    say_everything()
    try:
        code = commands.main(args=arguments, prog_name="actsearch", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except InvalidExperiment as error:
        click.echo(str(error), err=True)  # a line a mistake, as compilers write it, so that editors find the place
        return error.exit_code
    except ActsearchError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception:
        import traceback

        log = _write_log(traceback.format_exc())
        click.echo(f"Error: this is a bug in actsearch. What happened is written in {log}; please report it.", err=True)
        return OUR_BUG


def _write_log(text: str) -> str:
    """Where it was written; where no file can be, the text itself."""
    import tempfile
    import time

    try:
        handle, name = tempfile.mkstemp(prefix=time.strftime("actsearch-%Y%m%d-%H%M%S-"), suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:  # a path need not be UTF-8
            file.write(f"{' '.join(sys.argv)}\n\n{text}")
    except OSError as error:
        return f"no file ({error.strerror}), but here:\n{text}"
    return name


class CommandsInOrder(click.Group):
    """Lists the commands in the order in which it is given them; click's own sorts them by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click itself would end the process, with the exit code of a failed trial
            nobody_reads()
            return 0


IN_THE_ORDER_OF_USE = [
    init_command,
    validate_command,
    doctor_command,
    plan_command,
    run_command,
    status_command,
    plot_command,
    export_command,
    show_command,
    explain_command,
    compare_command,
    report_command,
    schema_command,
]


@click.group(
    cls=CommandsInOrder, commands=IN_THE_ORDER_OF_USE, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="actsearch", prog_name="actsearch")
def commands() -> None:
    """Find out which activation function your network should use, why, and whether the difference is real.

    \b
    actsearch init                      write a starter experiment
    actsearch plan experiment.yaml      what it will cost, and can tell
    actsearch run experiment.yaml       train it and draw its figures
    actsearch plot results/             draw the figures again
    actsearch show gelu                 what a function is and does
    """
