"""What every command prints comes out whatever the output's encoding: a label may be any text, a terminal may not."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Done
from daily import slow_but

from actsearch.cli.app import commands, run_command_line

Write = Callable[..., Path]
LABEL = "σ relu"
PRINTING = [
    ["init", "σ.yaml"],
    ["validate", "tiny.yaml", "σ.yaml"],
    ["plan", "tiny.yaml", "--no-timing"],
    ["run", "tiny.yaml", "--out", "anew"],
    ["run", "tiny.yaml", "--out", "anew", "--json"],
    ["run", "tiny.yaml", "--dry-run"],
    ["status", "results"],
    ["status", "results", "--json"],
    ["status", "results", "σ", "--watch"],
    ["plot", "results", "--out", "σ"],
    ["export", "results", "--to", "csv", "--out", "σ"],
    ["show", "relu", "σ(x)"],
    ["explain", "results"],
    ["explain", "results", "--json"],
    ["compare", "results"],
    ["compare", "results", "--json"],
    ["report", "results", "--out", "σ"],
]
"""Commands that say a label, a path or a formula: those of `doctor` and `schema` are not the user's."""


class Stream(io.TextIOWrapper):
    """An output that knows Western European letters only, a terminal or a pipe."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="cp1252", write_through=True)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    @property
    def text(self) -> str:
        buffer: Any = self.buffer
        return bytes(buffer.getvalue()).decode("cp1252" if self._is_terminal else "utf-8")


@pytest.fixture
def printing(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], monkeypatch: Any
) -> Callable[..., Done]:
    """Runs a command on an output of that encoding, where an experiment with a label beyond it is trained."""
    training()
    write_experiment(activations=f'[{{name: relu, label: "{LABEL}"}}, selu]')
    assert actsearch_("run", "tiny.yaml", "--set", "seeds=3", "--no-plots", "--quiet").code == 0

    def run(*arguments: str, is_terminal: bool) -> Done:
        out, err = Stream(is_terminal), Stream(is_terminal)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = run_command_line(arguments)
        return Done(code, out.text, err.text)

    return run


@pytest.mark.parametrize("is_terminal", slow_but([False], [False, True]), ids=["pipe", "terminal"])
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_letter_that_the_output_does_not_know_stops_no_command(
    printing: Callable[..., Done], arguments: Sequence[str], is_terminal: bool
) -> None:
    """A Greek letter in a label would make every look at the results end as a bug of ours, on Windows to begin with."""
    done = printing(*arguments, is_terminal=is_terminal)
    said = done.out + done.err
    assert "this is a bug" not in said
    assert ("?" if is_terminal else "σ") in said


def test_every_command_that_says_what_a_user_wrote_is_tested() -> None:
    """A new one is forgotten otherwise, and its first user on Windows finds out."""
    assert {arguments[0] for arguments in PRINTING} == commands.commands.keys() - {"doctor", "schema"}
