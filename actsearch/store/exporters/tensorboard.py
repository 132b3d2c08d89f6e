"""Event files for TensorBoard, a run per trial. Loads TensorBoard's protocol buffers when it writes, never TensorFlow.

TensorBoard's `EventFileWriter` and its functions for hyperparameters import TensorFlow where it is installed: seconds,
and its notices on the terminal. Its `RecordWriter` and its protocol buffers do not.
"""

from __future__ import annotations

import hashlib
import io
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from actsearch.core.errors import UserError
from actsearch.core.files import write_together
from actsearch.core.json_values import canonical_json
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import Task
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.core.words import in_words
from actsearch.store.exporters.belongings import replacing_files
from actsearch.store.exporters.runs import metrics_by_epoch, or_nan, seed_of

EVENT_FILE = "events.out.tfevents.0000000000.actsearch"
"""Always the same: an export that is repeated replaces it, where another name would double every point."""
FILES_AT_ONCE = 64
LONGEST_FOLDER_NAME = 100
"""Bytes."""
UNFIT_IN_FOLDERS = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
"""What some file system has no place for in a name."""


def write(results: Sequence[ExperimentResult], out: Path) -> list[str]:
    """Writes `<experiment>/<candidate>/seed <seed>/` with scalars by epoch, and hyperparameters.

    An epoch's values are 32-bit floats, as TensorBoard has them; those of a diverged epoch are NaN. Times begin at 0.
    """
    try:
        from tensorboard.compat.proto import event_pb2  # noqa: F401
        from tensorboard.summary.writer import record_writer  # noqa: F401
    except ImportError as error:
        raise UserError("--to tensorboard needs TensorBoard; pip install 'actsearch[tensorboard]'") from error
    folders = _folder_names([result.name for result in results])
    n = 0
    for result, folder in zip(results, folders, strict=True):
        runs = {f"{folder}/{run}/{EVENT_FILE}": pair for run, pair in _trials_by_run(result).items()}
        with replacing_files(out, f"tensorboard {folder}", list(runs)):
            files = ((out / name, _events(*pair, result.task)) for name, pair in runs.items())
            while part := dict(islice(files, FILES_AT_ONCE)):
                for path in part:
                    path.parent.mkdir(parents=True, exist_ok=True)
                write_together(part)
        n += len(runs)
    return [f"{out}: {n:,} runs; to look at them: tensorboard --logdir {shlex.quote(str(out))}"]


def _trials_by_run(result: ExperimentResult) -> dict[str, tuple[CandidateResult, TrialResult]]:
    """The trials by the names of their runs."""
    candidates = _folder_names([candidate.name for candidate in result.candidates])
    by_run: dict[str, tuple[CandidateResult, TrialResult]] = {}
    for candidate, folder in zip(result.candidates, candidates, strict=True):
        for trial in candidate.all_trials:
            by_run[f"{folder}/{seed_of(trial)}"] = (candidate, trial)
    return by_run


def _folder_names(names: Sequence[str]) -> list[str]:
    """A folder's name for each: itself as far as file systems allow, else with a few digits that tell it apart."""
    cleaned = [_cleaned(name) for name in names]
    alike = Counter(name.casefold() for name in cleaned)  # file systems of Windows and macOS take A for a
    digits = [hashlib.sha256(name.encode("utf-8")).hexdigest()[:8] for name in names]
    return [
        clean if clean == name and alike[clean.casefold()] == 1 else f"{clean}-{digit}"
        for name, clean, digit in zip(names, cleaned, digits, strict=True)
    ]


def _cleaned(name: str) -> str:
    fit = re.sub(r"^\.", "_", UNFIT_IN_FOLDERS.sub("_", name))
    return fit.encode("utf-8")[:LONGEST_FOLDER_NAME].decode("utf-8", "ignore").rstrip(" .") or "_"


def _events(candidate: CandidateResult, trial: TrialResult, task: Task) -> bytes:
    """The content of a run's file."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    content = io.BytesIO()
    writer = RecordWriter(content)
    seconds = 0.0
    writer.write(Event(wall_time=0, file_version="brain.Event:2").SerializeToString())
    writer.write(Event(wall_time=0, summary=Summary(value=list(_described(candidate, trial)))).SerializeToString())
    for epoch, values in metrics_by_epoch(trial, task).items():
        seconds = sum(trial.seconds_per_epoch[:epoch])
        points = [Summary.Value(tag=tag, simple_value=or_nan(value)) for tag, value in values.items()]
        writer.write(Event(wall_time=seconds, step=epoch, summary=Summary(value=points)).SerializeToString())
    return content.getvalue()


def _described(candidate: CandidateResult, trial: TrialResult) -> Iterator[Any]:
    """What the run is and how it ended: a text, and hyperparameters for the table of TensorBoard's HParams page."""
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.compat.proto.types_pb2 import DT_FLOAT, DT_STRING
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    lines = {"trial": trial.id, "status": trial.status, "error": (trial.error or "").partition("\n")[0]}
    text = "\n\n".join(f"{key}: {line}" for key, line in lines.items() if line)
    string = TensorProto(dtype=DT_STRING, string_val=[text.encode("utf-8")], tensor_shape=TensorShapeProto())
    yield _summary_value("trial", "text", b"", string)

    nothing = TensorProto(dtype=DT_FLOAT, tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim()]))
    begin = HParamsPluginData(session_start_info=_session_start(candidate, trial)).SerializeToString()
    yield _summary_value("_hparams_/session_start_info", "hparams", begin, nothing)
    end = HParamsPluginData(session_end_info=_session_end(trial)).SerializeToString()
    yield _summary_value("_hparams_/session_end_info", "hparams", end, nothing)


def _summary_value(tag: str, plugin: str, content: bytes, tensor: Any) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata

    data = SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    return Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=data), tensor=tensor)


def _session_start(candidate: CandidateResult, trial: TrialResult) -> Any:
    """The hyperparameters. The seeds of a candidate are one row of the table, with their mean."""
    from tensorboard.plugins.hparams.plugin_data_pb2 import SessionStartInfo

    group = canonical_json([candidate.label, dict(candidate.setting), trial.role]).encode("ascii")
    begin = SessionStartInfo(group_name=hashlib.sha256(group).hexdigest()[:16])
    for key, value in {**_hyperparameters(candidate), "role": trial.role}.items():
        if isinstance(value, bool):
            begin.hparams[key].bool_value = value
        elif isinstance(value, (int, float)):
            begin.hparams[key].number_value = value
        else:
            begin.hparams[key].string_value = value
    return begin


def _session_end(trial: TrialResult) -> Any:
    from tensorboard.plugins.hparams import api_pb2
    from tensorboard.plugins.hparams.plugin_data_pb2 import SessionEndInfo

    statuses = {
        "completed": api_pb2.STATUS_SUCCESS,
        "diverged": api_pb2.STATUS_SUCCESS,
        "failed": api_pb2.STATUS_FAILURE,
        "running": api_pb2.STATUS_RUNNING,
    }
    status = statuses.get(trial.status, api_pb2.STATUS_UNKNOWN)
    return SessionEndInfo(status=status, end_time_secs=sum(trial.seconds_per_epoch))


def _hyperparameters(candidate: CandidateResult) -> Mapping[str, bool | float | str]:
    activation = candidate.activation
    settings: dict[str, Any] = {"label": candidate.label, "activation": activation.name}
    settings |= {f"activation.{name}": value for name, value in activation.parameters.items()}
    settings |= candidate.setting
    return {key: value if isinstance(value, (bool, int, float)) else in_words(value) for key, value in settings.items()}
