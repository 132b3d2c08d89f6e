"""The proof that a run that was killed goes on to the same bytes: kills a small real one, twice, and compares.

For `actsearch doctor --resume`. Uses the command itself, as a user does; imports nothing heavy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actsearch.cli.doctor.checks import Check
from actsearch.core.files import write_atomically

if TYPE_CHECKING:
    import psutil

NAME = "resume-check"
KILLED_IN = ("relu", "selu")
"""The trials in whose middle the run is killed: one with Dropout, one with AlphaDropout."""
KILLED_AFTER = 2
"""Epochs of a trial that are done when it is killed."""
SHARE_OF_AN_EPOCH = 0.4
"""How far into the next epoch."""
GRACE_SECONDS = 5
"""After this long nothing of the killed run may be left."""
LONGEST_RUN_SECONDS = 900
REPORT_IT = "report it, with what actsearch doctor --json says"

KILLED_EXPERIMENT = f"""\
name: {NAME}
description: A small network with every kind of random draw, to be killed and resumed.
seeds: [0]
data: {{name: mnist, validation: {{holdout: 1000}}, train_size: 4000}}
model: {{kind: cnn, filters: [8, 16], dense: [32], dropout: [0.25, 0.5]}}
training: {{epochs: 4, batch_size: 32}}
activations: [{", ".join(KILLED_IN)}]
"""
OPTIONS = ("--engine", "processes", "--jobs", "1", "--checkpoint-share", "1", "--no-plots", "--json")
COMMAND = (sys.executable, "-P", "-m", "actsearch")


def resume_check(folder: Path, say: Callable[[str], None], command: Sequence[str] = COMMAND) -> Check:
    """Trains without interruption; then again, killed with -9 in the middle of an epoch of each trial; compares.

    Args:
        folder: where to work; best empty, and thrown away afterwards.
        say: is told what happens, a line each.
        command: the program, `run FILE --out DIR ...` follows.
    """
    file, whole, killed = folder / f"{NAME}.yaml", folder / "uninterrupted", folder / "killed"
    write_atomically(file, KILLED_EXPERIMENT.encode("utf-8"))
    began = time.monotonic()
    try:
        resumed = _train_twice(_Runs(tuple(command), file), whole, killed, say)
    except _Unlike as error:
        return Check("resume", "problem", str(error), error.remedy or REPORT_IT)
    compared, differing = compare_folders(whole / NAME / "trials", killed / NAME / "trials")
    details = {
        "resumed_epochs": resumed,
        "compared": compared,
        "differing": differing,
        "seconds": round(time.monotonic() - began, 1),
    }
    problem = _problem(resumed, compared, differing)
    if problem is not None:
        return Check("resume", "problem", problem, REPORT_IT, details)
    epochs = " and ".join(f"{label} after epoch {resumed[label]}" for label in KILLED_IN)
    what = f"killed with -9 in mid-epoch twice, resumed ({epochs}): all {len(compared)} files are the same to the byte"
    return Check("resume", "ok", what, details=details)


def _train_twice(runs: _Runs, whole: Path, killed: Path, say: Callable[[str], None]) -> dict[str, int]:
    """Trains into both folders; returns the epochs that the killed run took from checkpoints, by label."""
    say("training without interruption")
    runs.through(whole)
    resumed: dict[str, int] = {}
    for label in KILLED_IN:
        say(f"the same again, to be killed in the middle of epoch {KILLED_AFTER + 1} of {label}")
        resumed |= runs.until_killed_in(label, killed).resumed
    say("the same command once more, to the end")
    return resumed | runs.through(killed).resumed


def _problem(resumed: Mapping[str, int], compared: Sequence[str], differing: Sequence[str]) -> str | None:
    for label in KILLED_IN:
        if not resumed.get(label):
            return f"{label} was begun anew instead of from its checkpoint"
    if differing or not compared:
        return f"not the same bytes: {', '.join(differing) or 'there are no results'}"
    return None


def compare_folders(whole: Path, killed: Path) -> tuple[list[str], list[str]]:
    """The result files below two folders of trials, and those of them that are not in both with the same bytes.

    `trial.json` tells times and is left out.
    """
    names = _result_files(whole) | _result_files(killed)
    return sorted(names), sorted(name for name in names if _content(whole / name) != _content(killed / name))


def _result_files(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "trial.json")
    return {path.relative_to(folder).as_posix() for path in files}


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


class _Unlike(Exception):
    """A run did not do what it was to do."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True)
class _RunEvents:
    """What a run told until its end."""

    events: tuple[Mapping[str, Any], ...]

    @property
    def resumed(self) -> dict[str, int]:
        """The epochs that were taken from a checkpoint, by label of the trials that were begun."""
        return {e["label"]: e.get("resumed_epochs", 0) for e in self.events if e.get("event") == "started"}


@dataclass(frozen=True)
class _Runs:
    """Runs the experiment file into a folder."""

    command: tuple[str, ...]
    file: Path

    def through(self, out: Path) -> _RunEvents:
        """To the end."""
        with _Process(self, out) as process:
            events = tuple(process.events())
            process.check_it_left_nothing()
            if process.popen.wait() != 0:
                raise _Unlike(process.how_it_ended())
        return _RunEvents(events)

    def until_killed_in(self, label: str, out: Path) -> _RunEvents:
        """Until the driver, and it alone, is killed in the middle of an epoch; its workers must then go too."""
        with _Process(self, out) as process:
            events = []
            for event in process.events():
                events.append(event)
                if event.get("label") == label and event.get("epoch") == KILLED_AFTER:
                    time.sleep(event["seconds"] * SHARE_OF_AN_EPOCH)
                    process.popen.kill()
                    break
            else:
                raise _Unlike(process.how_it_ended())
            process.check_it_left_nothing()
            if any(event.get("event") in ("epoch", "completed") for event in process.events()):
                raise _Unlike("the run was not killed in time", "try again while this machine does nothing else")
        return _RunEvents(tuple(events))


class _Process:
    """A run as a process; with everything that it began it is gone after the block.

    It writes into files and not into pipes: those would stay open for as long as anything that it left behind runs.
    """

    def __init__(self, runs: _Runs, out: Path) -> None:
        self.out = out
        self.output, self.errors = out.with_name(f"{out.name}.jsonl"), out.with_name(f"{out.name}.txt")
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.popen = subprocess.Popen(
                [*runs.command, "run", str(runs.file), "--out", str(out), *OPTIONS],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for the doctor, which then ends all of this; and we know our own
            )
        self._lines = self.output.open(encoding="utf-8")

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, *_: object) -> None:
        import psutil

        members = self._members()
        self.popen.kill()
        for member in members:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        self.popen.wait()
        self._lines.close()

    def events(self) -> Iterator[Mapping[str, Any]]:
        """The events that are not read yet, as they come, until the process ends."""
        give_up = time.monotonic() + LONGEST_RUN_SECONDS
        line = ""
        while True:
            ended = self.popen.poll() is not None  # asked before reading: what it wrote last is read still
            line += self._lines.readline()
            if line.endswith("\n"):
                with suppress(ValueError):
                    event = json.loads(line)
                    if isinstance(event, dict):
                        yield event
                line = ""
            elif ended:
                return
            elif time.monotonic() > give_up:
                raise _Unlike(f"the run into {self.out.name} takes longer than {LONGEST_RUN_SECONDS} s")
            else:
                time.sleep(0.02)

    def how_it_ended(self) -> str:
        lines = self.errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        said = lines[-1] if lines else "it does not say why"
        return f"the run into {self.out.name} ended with exit code {self.popen.wait()}: {said}"

    def check_it_left_nothing(self) -> None:
        """Raises `_Unlike` if anything but the process itself still runs after some seconds."""
        give_up = time.monotonic() + GRACE_SECONDS
        while members := self._members():
            if time.monotonic() > give_up:
                left = ", ".join(str(member.pid) for member in members)
                raise _Unlike(f"{GRACE_SECONDS} s after the run had ended, processes of it were left: {left}")
            time.sleep(0.1)

    def _members(self) -> list[psutil.Process]:
        """What the process began, and runs: with it or after it. (Where there are no sessions: with it.)"""
        import psutil

        if not hasattr(os, "getsid"):
            with suppress(psutil.NoSuchProcess):
                return psutil.Process(self.popen.pid).children(recursive=True)
            return []
        members = []
        for process in psutil.process_iter():
            with suppress(OSError, psutil.Error):
                is_member = process.pid != self.popen.pid and os.getsid(process.pid) == self.popen.pid
                # One that is dead may wait to be collected by a system process that never does.
                if is_member and process.status() != psutil.STATUS_ZOMBIE:
                    members.append(process)
        return members
