"""The commands as a user types them: exit codes, messages, files, and nothing lost."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from child_processes import in_a_process, read_a_byte
from conftest import Done

from actsearch.cli import app
from actsearch.cli.app import commands
from actsearch.store.writer import Store

Write = Callable[..., Path]


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_has_help_with_an_example(actsearch_: Callable[..., Done], name: str) -> None:
    """The first thing one tries with an unknown command."""
    done = actsearch_(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"  actsearch {name}" in done.out
    assert actsearch_(name, "-h") == done


def test_help_and_version(actsearch_: Callable[..., Done]) -> None:
    """A bug report begins with the version."""
    from importlib.metadata import version

    done = actsearch_("--help")
    assert done.code == 0
    assert all(f"  {name} " in done.out for name in commands.commands)
    assert actsearch_("--version") == Done(0, f"actsearch, version {version('actsearch')}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "No such command 'trian'"),
        (["run", "--dryrun", "x.yaml"], "No such option"),
        (["run"], "Missing argument 'FILE...'"),
        (["plot"], "Missing argument 'PATH...'"),
        (["plot", "--format", "gif", "."], "'gif' is not one of"),
        (["run", "missing.yaml"], "missing.yaml"),
        (["validate", "missing.yaml"], "missing.yaml"),
        (["status", "missing"], "missing: no such folder"),
        (["plot", "missing"], "missing: no such folder"),
        (["plot", "."], "no experiment here"),
        (["status", "."], "no experiment here"),
        (["run", "--jobs", "0", "x.yaml"], "Invalid value for '--jobs': 0 is not in the range"),
        (["run", "--engine", "moon", "x.yaml"], "Invalid value for '--engine': 'moon' is not one of 'processes'"),
        (["run", "--stop-after", "soon", "x.yaml"], "Invalid value for '--stop-after': 'soon': write 2h, 90m"),
        (
            ["run", "--fresh", "--retry-failed", "x.yaml"],
            "--fresh trains everything anew, --retry-failed only what failed",
        ),
        (["run", "--ray-address", "head:6379", "x.yaml"], "--ray-address is for Ray alone; add --engine ray"),
        (["run", "--ray-gpus", "1", "--engine", "in-process", "x.yaml"], "--ray-gpus is for Ray alone"),
        (
            ["run", "--jobs", "2", "--engine", "in-process", "x.yaml"],
            "--jobs 2: one process trains one trial at a time",
        ),
        (["run", "--stop-after", "0h", "x.yaml"], "Invalid value for '--stop-after': '0h': write 2h, 90m"),
        (["run", "--retries", "-1", "x.yaml"], "Invalid value for '--retries'"),
        (["run", "--checkpoint-share", "0", "x.yaml"], "Invalid value for '--checkpoint-share'"),
        (["run", "--name", "new", "x.yaml", "y.yaml"], "--name: one name for several files would mix them"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_wrong_input_is_exit_code_2_and_one_message(
    actsearch_: Callable[..., Done], arguments: Sequence[str], message: str
) -> None:
    """A script can tell the user's mistake from a failed training; nobody gets a traceback for a typo."""
    done = actsearch_(*arguments)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


def test_no_command_shows_the_help(actsearch_: Callable[..., Done]) -> None:
    """Whoever types `actsearch` alone is told how to go on."""
    done = actsearch_()
    assert "actsearch init" in done.out + done.err


def test_our_own_bug_is_exit_code_3_with_a_log(
    actsearch_: Callable[..., Done], write_experiment: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user gets a file to send, and no page of Python."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("our fault ü")

    monkeypatch.setattr("actsearch.config.loading.load_experiment", broken)
    done = actsearch_("validate", write_experiment())
    assert done.code == 3
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1
    (log,) = re.findall(r"written in (\S+);", done.err)
    try:
        text = Path(log).read_text(encoding="utf-8")
        assert "Traceback" in text
        assert "ZeroDivisionError: our fault ü" in text
    finally:
        Path(log).unlink()


def test_a_reader_that_has_gone_is_no_error(repository: Path) -> None:
    """`actsearch status results | head -1` must not end in a traceback."""
    assert read_a_byte("schema", cwd=repository) == (0, "")


@pytest.mark.parametrize("options", [["--trials"], ["--json"]], ids=["table", "json"])
def test_a_reader_of_much_that_has_gone_is_no_error(
    make_experiment: Callable[..., Any], hostile: Path, options: list[str]
) -> None:
    """More than a pipe holds: then writing itself fails."""
    experiment, trials = make_experiment(seeds=2000)
    (hostile / "tiny").mkdir()
    Store(hostile / "tiny").begin(experiment, trials)
    assert len(in_a_process("status", "tiny", *options, cwd=hostile).stdout) > 2**17
    assert read_a_byte("status", "tiny", *options, cwd=hostile) == (0, "")


def test_as_a_process(write_experiment: Write, hostile: Path) -> None:
    """`python -m actsearch` hands the exit code to the shell, and writes UTF-8 whatever the locale."""
    bad = write_experiment("bad", activations="[rellu]")
    done = in_a_process("validate", bad, cwd=hostile, env={**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"{bad}:6: ")
    assert in_a_process("validate", write_experiment("good"), cwd=hostile).returncode == 0


@pytest.mark.parametrize(
    ("given", "told"), [("x.yaml", "x.yaml"), ("\udcff.yaml", r"\udcff.yaml")], ids=["text", "bytes"]
)
def test_the_log_of_a_bug_says_what_was_asked(monkeypatch: pytest.MonkeyPatch, given: str, told: str) -> None:
    """Without the command line a report of a bug can't be followed up; a file's name need not be UTF-8."""
    monkeypatch.setattr(sys, "argv", ["actsearch", "run", given])
    log = Path(app._write_log(f"Traceback: {given}"))
    try:
        assert log.read_text(encoding="utf-8") == f"actsearch run {told}\n\nTraceback: {told}"
    finally:
        log.unlink()
