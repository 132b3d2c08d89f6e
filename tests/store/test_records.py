"""The format of each file: what is read is written again to the byte, and what other versions wrote is kept."""

from __future__ import annotations

import json
from pathlib import Path

from store_runs import Make

from actsearch.core.activation import Activation
from actsearch.core.events import Checkpoint, EpochDone
from actsearch.core.json_values import to_json
from actsearch.core.looks_record import Left, LookContender, LookedPair, LooksRecord, LookTaken
from actsearch.store.layout import DECISIONS_FILE, LOOKS_FILE
from actsearch.store.records.checkpoint import CheckpointHeader, checkpoint_content, checkpoint_header
from actsearch.store.records.decisions import DecisionsRecord, known_decisions
from actsearch.store.records.history import history_to_bytes
from actsearch.store.records.holder import Holder
from actsearch.store.records.looks import looks_to_bytes, read_looks
from actsearch.store.records.plan import read_plan
from actsearch.store.records.progress import ProgressHeader, ProgressLine, progress_lines
from actsearch.store.records.trial import LookedAtRecord, amended_trial, checked_trial


def test_published_plans_and_histories_are_written_as_they_were(repository: Path) -> None:
    """Results lie under version control: a re-run by another version must not touch them."""
    plans = sorted((repository / "results").rglob("plan.json"))
    assert len(plans) > 3
    for path in plans:
        plan = read_plan(path.parent)
        assert plan.to_bytes() == path.read_bytes(), path
        for candidate in plan.candidates:
            assert Activation.from_plain(candidate.activation).as_plain() == candidate.activation
    for path in sorted((repository / "results").rglob("history.json")):
        assert history_to_bytes(json.loads(path.read_bytes())) == path.read_bytes(), path


def test_published_trials_are_written_as_they_were(repository: Path) -> None:
    """But for the checksum, which the oldest of them lack."""
    paths = sorted((repository / "results").rglob("trial.json"))
    assert len(paths) > 100
    for path in paths:
        content = path.read_bytes()
        again = checked_trial(content, path).to_bytes()
        if "checksum" in json.loads(content):
            assert again == content, path
        else:
            lines = again.splitlines()
            assert [*lines[:-3], b" }", lines[-1]] == content.splitlines(), path


def test_looks_are_written_as_they_were(hostile: Path) -> None:
    """A study is decided by them; every number and every name of its file is read."""
    record = LooksRecord(
        metric="val_accuracy",
        margin=0.001,
        confidence=0.95,
        max_seeds=8,
        looks=(4, 8),
        family=1,
        examples=None,
        seeds=(0, 1, 2, 3),
        contenders=(LookContender("relu", {"training.epochs": 2}, "relu-0"), LookContender("ü", {}, "selu-0")),
        taken=(
            LookTaken(
                seeds=4,
                contenders=("relu", "ü"),
                pairs=(LookedPair("relu", "ü", 4, 0.1, None, None, "undecided"),),
                left=(Left("ü", "worse", "relu"), Left("relu", "settled")),
                stays=(),
            ),
        ),
    )
    content = looks_to_bytes(record)
    (hostile / LOOKS_FILE).write_bytes(content)
    assert read_looks(hostile) == record
    assert list(json.loads(content)) == ["format_version", *to_json(record), "checksum"]


def test_decisions_are_read_as_they_were_written(hostile: Path) -> None:
    """An edited decision is damage: it would be shown as the proposer's own."""
    record = DecisionsRecord("halving", {"halvings": [{"seed": 0, "stays": ["ü"]}], "limit": None})
    (hostile / DECISIONS_FILE).write_bytes(record.to_bytes())
    assert known_decisions(hostile) == record
    (hostile / DECISIONS_FILE).write_bytes(record.to_bytes().replace(b'"seed": 0', b'"seed": 1'))
    assert known_decisions(hostile) is None


def test_who_holds_a_folder_is_said_as_far_as_it_is_known() -> None:
    """`run.json` may be of another version, or nonsense: the refusal must not become a traceback."""
    holder = Holder("a-host", 7, "2026-01-01 00:00:00 UTC")
    assert Holder.from_json(json.loads(holder.to_bytes())) == holder
    assert holder.in_words() == "process 7 on a-host has been running this experiment since 2026-01-01 00:00:00 UTC"
    for content in ({}, [], None, {"pid": 7}):
        assert Holder.from_json(content).in_words() == "another process is running this experiment"


def test_the_lines_of_progress_are_read_as_they_were_written() -> None:
    """`status` of another process reads them, perhaps one of another version."""
    header = ProgressHeader({"cpu": "x"}, "7 now", failed_before=True)
    assert header.to_line() == '{"machine": {"cpu": "x"}, "run": "7 now", "failed_before": true}\n'
    assert ProgressHeader.from_json(json.loads(header.to_line())) == header
    done = EpochDone("relu-0", 3, {"loss": 0.5, "accuracy": None}, 1.5)
    line = ProgressLine.of(done).to_line()
    assert line == '{"epoch": 3, "seconds": 1.5, "loss": 0.5, "accuracy": null}\n'
    (read,) = progress_lines([line, '{"epoch": 4, "sec'])
    assert (read.epoch, read.seconds) == (3, 1.5)
    assert read.metrics["loss"] == 0.5


def test_a_checkpoint_begins_with_a_line_that_says_what_it_is(hostile: Path, make_experiment: Make) -> None:
    """A later run goes by this line: which training it is of, and whether the bytes behind it are whole."""
    _, (trial,) = make_experiment()
    header = CheckpointHeader.of(Checkpoint(trial.id, 2, b"state\n"), trial)
    assert list(json.loads(header.to_line())) == ["format_version", "trajectory", "epoch", "diagnostics", "sha256"]
    path = hostile / "checkpoint"
    path.write_bytes(header.to_line() + b"state\n")
    assert checkpoint_header(path) == header
    assert checkpoint_content(path) == b"state\n"


def test_what_is_added_to_a_trial_leaves_the_rest_as_it_was() -> None:
    """Keys of a version that knows more stay; the checksum is that of the new content."""
    content = {"id": "relu-0", "files": {"history.json": "0"}, "unknown": [1], "checksum": "of the old"}
    amended = json.loads(amended_trial(content, {"diagnostics.json": "1"}, LookedAtRecord({"every": 1}, [0.5]), None))
    assert list(amended) == ["id", "files", "unknown", "diagnostics", "checksum"]
    assert amended["files"] == {"history.json": "0", "diagnostics.json": "1"}
    assert amended["diagnostics"] == {"asked": {"every": 1}, "seconds": [0.5]}
    assert amended["checksum"] != "of the old"
