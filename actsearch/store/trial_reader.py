"""What came of one trial: its committed files, checked, or how far it has come."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from actsearch.core.diagnostics import DiagnosticsRecord, TrialDiagnostics
from actsearch.core.experiment import CLIPPING
from actsearch.core.trial_results import ExampleScores, TrialResult
from actsearch.store.disk_errors import unreadable
from actsearch.store.layout import DIAGNOSTICS_FILE, HISTORY_FILE, PREDICTIONS_FILE, PROGRESS_FILE, TRIAL_FILE
from actsearch.store.records.guards import damaged, read_whole, sha256
from actsearch.store.records.plan import PlannedTrial
from actsearch.store.records.predictions import ScoresReader
from actsearch.store.records.progress import history_of, progress_header, progress_lines
from actsearch.store.records.trial import TestRecord, TrialRecord, checked_trial, glance


def read_trial(
    folder: Path, planned: PlannedTrial, driver: str | None, scores_reader: ScoresReader | None = None
) -> TrialResult:
    """One trial as it stands in its folder, where `driver` is at work on the experiment, if any.

    Raises:
        Damaged: its committed files are not what was written.
        StoreError: they cannot be read.
    """
    path = folder / TRIAL_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return _unfinished(folder, planned, driver)
    except IsADirectoryError as error:
        raise damaged(path) from error
    except OSError as error:  # a share that is away for a moment damages nothing
        raise unreadable(path, error) from error
    with read_whole(path):
        record = checked_trial(content, path)
        siblings = _checked_siblings(folder, record, {HISTORY_FILE, PREDICTIONS_FILE})
        if record.id != planned.id:
            raise damaged(path)
        scores: Mapping[str, ExampleScores] = {}
        if scores_reader is not None and PREDICTIONS_FILE in siblings:
            scores = scores_reader.read(siblings[PREDICTIONS_FILE])
        return _ended(record, planned, siblings[HISTORY_FILE], scores)


def waiting(planned: PlannedTrial) -> TrialResult:
    """A trial of which there is nothing yet, or nothing any more."""
    return TrialResult(planned.id, planned.seed, "waiting", planned.epochs, role=planned.role)


def _checked_siblings(folder: Path, record: TrialRecord, wanted: Collection[str]) -> dict[str, bytes]:
    """Checks the files that a trial's record commits, and returns the content of those that are wanted.

    Its diagnostics are checked where they are read.
    """
    siblings = {}
    for name, expected in record.files.items():
        if name != DIAGNOSTICS_FILE:
            content = (folder / name).read_bytes()
            if sha256(content) != expected:
                raise damaged(folder / name)
            if name in wanted:
                siblings[name] = content
    return siblings


def _ended(
    record: TrialRecord, planned: PlannedTrial, history: bytes, scores: Mapping[str, ExampleScores]
) -> TrialResult:
    test = record.test or TestRecord()
    return TrialResult(
        id=planned.id,
        seed=planned.seed,
        status=record.status,
        epochs=planned.epochs,
        history=json.loads(history),
        seconds_per_epoch=record.seconds_per_epoch,
        last=test.last,
        best=test.best,
        error=record.error,
        machine=record.machine,
        earlier_machines=record.earlier_machines,
        role=planned.role,
        settings=record.settings,
        scores=scores,
    )


def _unfinished(folder: Path, planned: PlannedTrial, driver: str | None) -> TrialResult:
    """A trial that waits, or has begun and not ended. The file of one that has begun may end in half a line."""
    try:
        lines = (folder / PROGRESS_FILE).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return waiting(planned)
    done = progress_lines(lines[1:])
    begun_by = progress_header(folder).run
    is_running = driver is not None and begun_by in (None, driver)
    return TrialResult(
        id=planned.id,
        seed=planned.seed,
        status="running" if is_running else "interrupted",
        epochs=planned.epochs,
        history=history_of(done),
        seconds_per_epoch=tuple(line.seconds for line in done),
        role=planned.role,
    )


def read_diagnostics(folder: Path) -> TrialDiagnostics | None:
    """What was seen of a finished trial's layers; None where nothing was looked at.

    Raises:
        Damaged: the file is not what was written.
        StoreError: it cannot be read.
    """
    commit = glance(folder)
    if DIAGNOSTICS_FILE not in commit.files:
        return None
    path, arguments = folder / DIAGNOSTICS_FILE, commit.optimizer_arguments
    with read_whole(path):
        content = path.read_bytes()
        if sha256(content) != commit.files[DIAGNOSTICS_FILE]:
            raise damaged(path)
        record = DiagnosticsRecord.from_json(json.loads(content))
        return TrialDiagnostics(
            probe_examples=record.probe.examples,
            every=record.probe.every,
            epochs=record.epochs,
            layers=record.layers,
            training=record.probe.training,
            clipping={name: arguments[name] for name in CLIPPING if name in arguments},
        )
