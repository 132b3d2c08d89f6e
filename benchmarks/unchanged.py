"""Records all that a checkout of actsearch says and trains, and compares two recordings: did a restructuring change it?

    python benchmarks/unchanged.py record FOLDER [--checkout DIR] [--only words|trained|GROUP ...]
                                                 [--inputs DIR] [--begun-with DIR]
    python benchmarks/unchanged.py compare BEFORE AFTER

On two free cores `record` needs about 3 minutes for the words (what the commands print and write about finished
studies, formulas and experiment files; no TensorFlow) and 4 minutes for what is trained (tiny experiments, whose files
are kept). `compare` lists what differs, with the first lines that do, and then exits with 1. A group, such as
words/show, can be recorded alone; groups that one of two recordings lacks are named and passed over. Compare
recordings of one machine alone: another processor may compute other last digits.

It uses what a user has: the command line, and the names of `import actsearch`. What is recorded stands in the folder
`unchanged/` beside this script: commands, experiment files with and without mistakes, and experiments to train. The
configs and the finished studies are those of the checkout, or of another one that --inputs names. What is recorded is
a copy of the checkout's actsearch/ and configs/, made at the beginning: it may be edited meanwhile. One study is begun
with the checkout that --begun-with names, killed, and finished with the recorded one; that checkout also saves the
networks that the recorded one loads.

Two recordings are compared to the byte, except for this:

- The folders of the work and of the checkout are written as <workspace> and <checkout>, memory that is free as
  <memory>; for the words, the clock that measures the machine's speed ticks evenly.
- Numbers of `show` may differ by a share of 1e-12.
- Of a trained trial's trial.json, the machine, the seconds, and the checksums over them, over a saved network and over
  a traceback are left out.
- Of the answers about what was trained just now, the values of JSON keys such as "seconds_per_epoch" are left out.
- Lock files, run.json, progress, checkpoints, saved networks and tracebacks are not kept.
- Of what the time of day or the machine's load decides (doctor, plan with timing, a run on a terminal), only the form
  or the exit code is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib
import importlib.util
import io
import json
import math
import os
import re
import resource
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parent / "unchanged"
PARTS = ("words", "trained")
COMMANDS = (
    *("init", "validate", "doctor", "plan", "run", "status", "plot"),
    *("export", "show", "explain", "compare", "report", "schema"),
)
READERS = ("validate", "plan", "run", "status", "plot", "explain", "compare", "report")
"""The commands that take the path of something that must be there."""
STUDIES = ("article-12", "sound", "theory")
"""What is taken from results/: studies that are added later are not in older recordings."""
PROGRAM = ("-P", "-m", "actsearch")
"""After the interpreter, the command as a user starts it; -P keeps the current folder out of where modules lie."""
ABOUT = "about.json"
LONG = ("words/figures", "words/damaged", "trained/functions", "trained/settings")
"""The groups that take longest, and so begin first."""
PATIENCE = 300.0
"""Seconds after which a study that is to be killed is given up."""
TOLERANCE = 1e-12
SHOWN_LINES = 3
SHOWN_WIDTH = 160


# --- What is recorded


@dataclass(frozen=True)
class Case:
    """An experiment file of a table: its name, the options it is loaded with, and its text."""

    name: str
    options: tuple[str, ...]
    text: str

    @property
    def overrides(self) -> list[str]:
        """The values of the options `--set`."""
        return [option for option in self.options if option != "--set"]


def read_cases(file: Path) -> list[Case]:
    """The experiment files of a table such as `wrong.txt`."""
    _, *blocks = re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    cases = []
    for block in blocks:
        heading, _, text = block.partition("\n")
        name, _, options = heading.partition(" :: ")
        cases.append(Case(name, tuple(shlex.split(options)), text))
    return cases


def read_commands(file: Path) -> dict[str, list[str]]:
    """The command lines by their headings, such as `words/compare`."""
    groups: dict[str, list[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = groups.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return groups


WRONG_BYTES: Mapping[str, bytes] = {
    "latin-1": "name: ä\n".encode("latin-1"),
    "utf-16": "name: a\n".encode("utf-16"),
    "a-nul": b"name: a\x00\n",
    "nested-120-deep": b"name: a\nx: " + b"[" * 120 + b"]" * 120,
    "nested-50000-deep": b"name: a\nx: " + b"[" * 50_000 + b"]" * 50_000,
    "a-megabyte": b"name: a\n" + b"x" * 1_000_000,
    "many-values": b"name: a\nx: [" + b"1," * 400_000 + b"]\n",
    "aliases-of-aliases": b"name: a\na: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    + b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b", ".join([b"*%c" % (97 + i)] * 10)) for i in range(9)),
}
"""Experiment files with mistakes that a text file cannot hold well."""

USABLE = '''\
"""Functions of the user's own."""

from keras import ops

NUMBER = 3


def plain(x):
    return x * ops.tanh(x)


def wants_beta(x, beta):
    return x * ops.sigmoid(beta * x)


def raises(x):
    raise ValueError("this function breaks")


def changes_the_shape(x):
    return ops.sum(x, axis=-1)


def takes_nothing():
    return 0
'''


def write_data(folder: Path) -> None:
    """Small data sets, the same every time: two that can be trained on, and one for each mistake."""
    import numpy as np

    folder.mkdir()
    rng = np.random.default_rng(20)
    labels = np.arange(120) % 3
    pixels = rng.integers(0, 160, (120, 8, 8), dtype=np.uint8)
    pixels[np.arange(120), 2 * labels + 1] += 90
    good = {"x_train": pixels[:90], "y_train": labels[:90], "x_test": pixels[90:], "y_test": labels[90:]}
    numbers = rng.normal(size=(70, 5)) + (np.arange(70) % 2)[:, None]
    of_two = {
        "x_train": numbers[:50],
        "y_train": np.arange(50) % 2,
        "x_test": numbers[50:],
        "y_test": np.arange(20) % 2,
    }
    with_nan = good["x_train"].astype(float)
    with_nan[7, 3, 3] = np.nan
    mistaken: dict[str, dict[str, Any]] = {
        "objects": {"y_train": np.array([None] * 90, dtype=object)},
        "nan": {"x_train": with_nan, "x_test": good["x_test"].astype(float)},
        "shapes-differ": {"x_test": good["x_test"][:, :7]},
        "types-differ": {"x_test": good["x_test"].astype(float)},
        "fewer-labels": {"y_train": labels[:80]},
        "labels-of-two": {"y_train": np.ones((90, 3), dtype=int)},
        "labels-half": {"y_train": labels[:90] + 0.5},
        "labels-negative": {"y_train": labels[:90] - 1},
        "class-left-out": {"y_train": labels[:90] * 2},
        "one-class": {"y_train": labels[:90] * 0},
        "class-in-test-alone": {"y_test": labels[90:] + 1},
        "empty": {"x_test": good["x_test"][:0], "y_test": labels[:0]},
        "words": {"x_train": np.array(["a"] * 90)[:, None], "x_test": np.array(["a"] * 30)[:, None]},
        "one-axis": {"x_train": labels[:90], "x_test": labels[90:]},
    }
    np.savez_compressed(folder / "images.npz", **good)
    np.savez_compressed(folder / "tiny.npz", **good)
    np.savez_compressed(folder / "vectors.npz", **of_two)
    np.savez_compressed(folder / "lacks-y_test.npz", **{name: good[name] for name in good if name != "y_test"})
    for name, arrays in mistaken.items():
        np.savez_compressed(folder / f"{name}.npz", **{**good, **arrays})
    with (folder / "single.npz").open("wb") as file:
        np.save(file, labels)
    (folder / "no-zip.npz").write_bytes(b"this is no archive\n")
    (folder / "cut.npz").write_bytes((folder / "images.npz").read_bytes()[:1000])


Change = Callable[[bytes], bytes | None]
"""What the content of a file becomes; None: the file is gone."""


def cut_after(length: int) -> Change:
    """The first bytes alone."""
    return lambda content: content[:length]


def written_over(with_: bytes | None) -> Change:
    """Something else, whatever it was."""
    return lambda _: with_


def replaced(old: bytes, new: bytes) -> Change:
    """The same with other words the first time that they stand there."""
    return lambda content: content.replace(old, new, 1)


DAMAGES: Mapping[str, tuple[str, Change]] = {
    "plan-cut": ("plan.json", cut_after(500)),
    "plan-missing": ("plan.json", written_over(None)),
    "plan-a-list": ("plan.json", written_over(b"[1, 2]\n")),
    "plan-without-candidates": ("plan.json", replaced(b'"candidates"', b'"candidate"')),
    "plan-of-the-future": ("plan.json", replaced(b'_version": 1,', b'_version": 99,')),
    "plan-no-utf-8": ("plan.json", replaced(b"description", b"descripti\xff")),
    "experiment-missing": ("experiment.yaml", written_over(None)),
    "experiment-cut": ("experiment.yaml", cut_after(40)),
    "trial-cut": ("trials/*/trial.json", cut_after(300)),
    "trial-missing": ("trials/*/trial.json", written_over(None)),
    "trial-empty": ("trials/*/trial.json", written_over(b"")),
    "trial-changed": ("trials/*/trial.json", replaced(b'"accuracy": 0.', b'"accuracy": 0.9')),
    "trial-of-the-future": ("trials/*/trial.json", replaced(b'_version": 1,', b'_version": 99,')),
    "history-cut": ("trials/*/history.json", cut_after(100)),
    "history-missing": ("trials/*/history.json", written_over(None)),
    "history-changed": ("trials/*/history.json", replaced(b"0.1", b"0.2")),
    "diagnostics-cut": ("trials/*/diagnostics.json", cut_after(100)),
    "diagnostics-missing": ("trials/*/diagnostics.json", written_over(None)),
    "predictions-cut": ("trials/*/predictions.npz", cut_after(100)),
    "predictions-missing": ("trials/*/predictions.npz", written_over(None)),
}
"""Of a study that is damaged: which file, and what becomes of it."""


def write_damaged_studies(workspace: Path) -> None:
    """Copies of a small study, each with a damage of its own."""
    study = workspace / "results" / "theory" / "exploding"
    for name, (pattern, change) in DAMAGES.items():
        copied = workspace / "damaged" / name / study.name
        shutil.copytree(study, copied)
        file = sorted(copied.glob(pattern))[-1]
        content = change(file.read_bytes())
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
    for name in ("trials-missing", "trials-a-file", "a-strange-trial", "a-trial-begun"):
        shutil.copytree(study, workspace / "damaged" / name / study.name)
    shutil.rmtree(workspace / "damaged" / "trials-missing" / study.name / "trials")
    trials = workspace / "damaged" / "trials-a-file" / study.name / "trials"
    shutil.rmtree(trials)
    trials.write_bytes(b"")
    (workspace / "damaged" / "a-strange-trial" / study.name / "trials" / "strange").mkdir()
    begun = sorted((workspace / "damaged" / "a-trial-begun" / study.name / "trials").iterdir())[0]
    for file in begun.iterdir():
        file.unlink()
    (begun / "checkpoint").write_bytes(b"{}\nnothing")


# --- The place where commands run


@dataclass(frozen=True)
class Job:
    """What one process records."""

    checkout: str
    """A copy of it."""
    begun_with: str
    inputs: str
    group: str
    """Such as `words/compare`."""
    recording: str
    """The folder of the whole recording."""
    workspace: str
    functions: tuple[str, ...]
    """The names of the activation functions."""


def fill_workspace(job: Job) -> None:
    """Copies and writes everything that commands are given."""
    workspace, inputs = Path(job.workspace), Path(job.inputs)
    shutil.copytree(inputs / "configs", workspace / "configs")
    for name in STUDIES:
        shutil.copytree(inputs / "results" / name, workspace / "results" / name)
    for lock in (workspace / "results").rglob("*.lock"):
        lock.unlink()
    for name in ("home", "temporary", "empty", "unseen"):
        (workspace / name).mkdir()
    write_data(workspace / "data")
    write_damaged_studies(workspace)
    for name in ("experiments", "cases"):
        (workspace / name).mkdir()
        (workspace / name / "usable.py").write_text(USABLE, encoding="utf-8")
        (workspace / name / "broken.py").write_text("def f(x:\n", encoding="utf-8")
    for case in read_cases(TABLES / "trained.txt"):
        text = case.text.replace("{functions}", ", ".join(job.functions))
        (workspace / "experiments" / f"{case.name}.yaml").write_text(f"name: {case.name}\n{text}", encoding="utf-8")


def environment(checkout: str, workspace: str, group: str = "") -> dict[str, str]:
    """The variables of every process of a group: the same for all checkouts, with caches that begin empty."""
    home = Path(workspace) / "home"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": checkout,
        "PYTHONHASHSEED": "0",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "KERAS_HOME": str(home / "keras"),
        "TMPDIR": str(Path(workspace) / "temporary"),
        "SOURCE_DATE_EPOCH": "0",
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "CUDA_VISIBLE_DEVICES": "-1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "UNCHANGED_GROUP": group,
    }


EVEN_CLOCK = """\
# What measures the speed of this machine, for `plan` and `run --dry-run`, measures the same every time.
import itertools
import os
import time

if os.environ.get("UNCHANGED_GROUP", "").startswith("words/"):
    ticks = itertools.count()
    time.perf_counter = lambda: next(ticks) / 1024
"""
"""The module `sitecustomize`, which Python imports first."""


def snapshot(checkout: Path, folder: Path) -> str:
    """A copy of what runs of a checkout, which stays as it is while somebody edits; ends the program if it is none."""
    unread = shutil.ignore_patterns("__pycache__")
    for name in ("actsearch", "configs"):
        shutil.copytree(checkout / name, folder / name, ignore=unread)
    (folder / "sitecustomize.py").write_text(EVEN_CLOCK, encoding="utf-8")
    command = [sys.executable, "-P", "-c", "import actsearch; print(actsearch.__file__)"]
    variables = environment(str(folder), str(folder))
    done = subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True)
    if not Path(done.stdout.strip()).is_relative_to(folder / "actsearch"):
        sys.exit(f"{checkout}: actsearch is imported from {done.stdout.strip() or done.stderr}")
    return str(folder)


def function_names(checkout: str, workspace: str) -> tuple[str, ...]:
    """The names of all activation functions, as `show --json` gives them."""
    command = [sys.executable, *PROGRAM, "show", "--json"]
    done = subprocess.run(command, env=environment(checkout, workspace), cwd=workspace, capture_output=True, check=True)
    return tuple(json.loads(line)["name"] for line in done.stdout.splitlines())


# --- Running commands


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int | str
    output: bytes
    errors: bytes

    def as_page(self, arguments: Sequence[str]) -> bytes:
        """The command and its answer as one text."""
        head = f"$ actsearch {shlex.join(arguments)}\nexit code {self.code}\n"
        return head.encode() + b"--- output ---\n" + self.output + b"\n--- errors ---\n" + self.errors


def run_here(arguments: Sequence[str]) -> Said:
    """Runs a command in this process."""
    from actsearch.__main__ import main

    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    before = sys.argv, sys.stdout, sys.stderr
    sys.argv, sys.stdout, sys.stderr = ["actsearch", *arguments], output, errors
    code: int | str
    try:
        main()
        code = 0
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else str(exit_.code)
    except BaseException as error:
        code = f"raised {type(error).__name__}: {error}"
    finally:
        output.flush()
        errors.flush()
        sys.argv, sys.stdout, sys.stderr = before
    return Said(code, output.buffer.getvalue(), errors.buffer.getvalue())  # type: ignore[attr-defined]


def run_alone(arguments: Sequence[str]) -> Said:
    """Runs a command in a process of its own, as a user does."""
    done = subprocess.run([sys.executable, *PROGRAM, *arguments], capture_output=True, stdin=subprocess.DEVNULL)
    return Said(done.returncode, done.stdout, done.stderr)


def run_on_a_terminal(arguments: Sequence[str]) -> Said:
    """Runs a command in a process of its own that has a terminal of 40 lines of 80 columns, with colours."""
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, *PROGRAM, *arguments],
        stdin=its,
        stdout=its,
        stderr=its,
        env={**variables, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(its)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal is an error
        while block := os.read(ours, 65_536):
            shown += block
    os.close(ours)
    return Said(process.wait(), shown, b"")


# --- Keeping what they said


class Recorder:
    """Writes what a group of commands said and wrote below the group's folder of the recording."""

    def __init__(self, job: Job) -> None:
        self.folder = Path(job.recording) / job.group
        self.replaced = {job.workspace: "<workspace>", job.checkout: "<checkout>"}

    def save(self, name: str, content: bytes | str) -> None:
        """Keeps a text, or any bytes, without the paths of this recording."""
        content = content.encode("utf-8", errors="surrogateescape") if isinstance(content, str) else content
        for path, word in self.replaced.items():
            content = content.replace(path.encode(), word.encode())
        content = re.sub(rb"[\d.]+ [kMGT]?B are free *", b"<memory> are free", content)
        content = re.sub(rb'"available": \d+', b'"available": "<memory>"', content)
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            raise FileExistsError(f"{file} was recorded already")
        file.write_bytes(content)

    def save_tree(self, name: str, folder: Path) -> None:
        """Keeps every file below a folder, to the byte."""
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            self.save(f"{name}/{file.relative_to(folder).as_posix()}", file.read_bytes())

    def save_trained(self, name: str, folder: Path) -> None:
        """Keeps the files of trained studies that two trainings have alike."""
        for place, content in trained_files(folder).items():
            self.save(f"{name}/{place}", content)


def trained_files(folder: Path) -> dict[str, bytes]:
    """The files of studies below a folder that do not tell when, where and how fast they were trained."""
    left_out = re.compile(r"\.lock$|^run\.json$|^progress|^checkpoint|\.keras$|^traceback")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not left_out.search(path.name)]
    return {
        file.relative_to(folder).as_posix(): timeless(file.read_bytes())
        if file.name == "trial.json"
        else file.read_bytes()
        for file in files
    }


def timeless(content: bytes) -> bytes:
    """A trial.json without its machine, its seconds, and the checksums over what differs from run to run."""
    trial = json.loads(content)
    for key in ("machine", "earlier_machines", "seconds_per_epoch", "checksum"):
        trial.pop(key, None)
    if isinstance(trial.get("diagnostics"), dict):
        trial["diagnostics"].pop("seconds", None)
    for name in ("model.keras", "traceback.txt"):
        trial.get("files", {}).pop(name, None)
    return (json.dumps(trial, indent=1, ensure_ascii=False) + "\n").encode()


def without_seconds(output: bytes) -> bytes:
    """The answer of `--json` without how fast was trained."""
    return re.sub(rb'("seconds\w*"): [\d.e-]+', rb'\1: "<seconds>"', output)


def name_of(arguments: Sequence[str]) -> str:
    """A file's name for a command: readable, and another one for each."""
    line = shlex.join(arguments)
    readable = re.sub(r"[^A-Za-z0-9.=_-]+", "_", line).strip("_.")[:90]
    return f"{readable}-{hashlib.sha256(line.encode()).hexdigest()[:6]}"


# --- The groups


def record_group(job: Job) -> None:
    """Records one group; runs in a process of its own."""
    import actsearch

    if not Path(str(actsearch.__file__)).is_relative_to(Path(job.checkout) / "actsearch"):
        sys.exit(f"{actsearch.__file__} is not in {job.checkout}")
    fill_workspace(job)
    os.chdir(job.workspace)
    recorder = Recorder(job)
    if job.group in SPECIAL:
        SPECIAL[job.group](job, recorder)
    else:
        record_commands(job, recorder)
    if job.group == "words/finished":
        record_what_changed(job, recorder)
    recorder.save_trained("trained", Path("trained"))


def record_commands(job: Job, recorder: Recorder) -> None:
    """What the group's commands in `commands.txt` say, and the files that they write into made/."""
    group = job.group.partition("/")[2]
    how = {"alone": run_alone, "terminal": run_on_a_terminal}.get(group, run_here)
    for line in read_commands(TABLES / "commands.txt")[job.group]:
        for arguments in expanded(shlex.split(line), job.functions):
            Path("made").mkdir()
            said = how(arguments)
            if job.group == "trained/terminal":
                said = Said(said.code, b"", b"")
            elif job.group.startswith("trained/"):
                said = Said(said.code, without_seconds(said.output), said.errors)
            name = name_of(arguments)
            recorder.save(f"{name}.txt", said.as_page(arguments))
            recorder.save_tree(name, Path("made"))
            shutil.rmtree("made")


def expanded(arguments: Sequence[str], functions: Sequence[str]) -> Iterator[list[str]]:
    """The command lines that one with a word such as {study} stands for."""
    theory = sorted(Path("results/theory").iterdir())
    values: dict[str, Sequence[Any]] = {
        "{study}": [Path("results/article-12"), Path("results/sound"), *theory],
        "{config}": sorted(Path("configs").rglob("*.yaml")),
        "{damaged}": sorted(Path("damaged").iterdir()),
        "{function}": functions,
        "{command}": COMMANDS,
        "{reader}": READERS,
    }
    word = next((argument for argument in arguments if argument in values), None)
    if word is None:
        yield list(arguments)
        return
    for value in values[word]:
        yield [str(value) if argument == word else argument for argument in arguments]


def record_what_changed(job: Job, recorder: Recorder) -> None:
    """Which files of the finished studies are not as they were."""
    before, after = (digests(folder) for folder in (Path(job.inputs) / "results", Path("results")))
    ours = {name: digest for name, digest in before.items() if name.split("/")[0] in STUDIES}
    lines = [name for name in sorted(ours.keys() | after.keys()) if ours.get(name) != after.get(name)]
    recorder.save("changed-files.txt", "".join(f"{name}\n" for name in lines))


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, lock files aside."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def record_inputs(_: Job, recorder: Recorder) -> None:
    """Which configs and studies a recording is of: if they differ, much else does."""
    for name in ("configs", "results"):
        recorder.save(f"{name}.txt", "".join(f"{digest} {file}\n" for file, digest in digests(Path(name)).items()))


def record_mistakes(_: Job, recorder: Recorder) -> None:
    """What `validate` says of experiment files with mistakes."""
    cases = {case.name: (case.text.encode(), case.options) for case in read_cases(TABLES / "wrong.txt")}
    cases |= {name: (content, ()) for name, content in WRONG_BYTES.items()}
    for name, (content, options) in cases.items():
        file = Path("cases") / "x.yaml"
        file.write_bytes(content)
        arguments = ["validate", str(file), *options]
        recorder.save(f"{name}.txt", run_here(arguments).as_page(arguments))


def record_experiments(_: Job, recorder: Recorder) -> None:
    """What `load` makes of experiment files without mistakes, and the ids of their trials."""
    for case in read_cases(TABLES / "right.txt"):
        file = Path("cases") / "x.yaml"
        file.write_text(case.text, encoding="utf-8")
        arguments = ["validate", str(file), *case.options]
        recorder.save(f"{case.name}.txt", run_here(arguments).as_page(arguments))
        recorder.save(f"{case.name}.json", loaded_page(file, case.overrides))
    configs = sorted(Path("configs").rglob("*.yaml")) + sorted(Path("experiments").rglob("*.yaml"))
    for config in configs:
        recorder.save(f"{config}.json", loaded_page(config))


def loaded_page(file: Path, overrides: Sequence[str] = ()) -> str:
    """An experiment as its loaded value has it, with the ids of all of its trials."""
    import actsearch

    experiment = actsearch.load(file, overrides).experiment
    trials = expanding()(experiment, "0" * 64, [*experiment.tuning_seeds, *experiment.seeds])
    page = {
        "name": experiment.name,
        "seeds": experiment.seeds,
        "tuning seeds": experiment.tuning_seeds,
        "data": data_words(experiment.data),
        "diagnostics": repr(experiment.diagnostics),
        "warnings": experiment.warnings,
        "document": experiment.document,
        "candidates": [repr(candidate) for candidate in experiment.candidates],
        "trials": [f"{trial.id} {trial.trajectory}" for trial in trials],
    }
    return json.dumps(page, indent=1, ensure_ascii=False) + "\n"


def data_words(data: Any) -> str:
    """Which data, and how they are divided, as the value was written before its source was a value of its own."""
    if not hasattr(data, "source"):
        return repr(data)
    values = {"name": data.source.name, "path": getattr(data.source, "path", None), **vars(data)}
    return f"DataSpec({', '.join(f'{key}={value!r}' for key, value in values.items() if key != 'source')})"


def expanding() -> Callable[..., Any]:
    """What expands an experiment to its trials, where this revision or an earlier one has it."""
    for name in ("actsearch.core.identity", "actsearch.experiment"):
        if importlib.util.find_spec(name.rpartition(".")[0]) and importlib.util.find_spec(name):
            return importlib.import_module(name).expand  # type: ignore[no-any-return]
    raise ImportError("no module of this checkout expands an experiment")


def record_public_words(_: Job, recorder: Recorder) -> None:
    """What the public names give that need no TensorFlow."""
    import numpy as np

    import actsearch

    np.set_printoptions(threshold=sys.maxsize, floatmode="unique")
    recorder.save("names.txt", "\n".join([*dir(actsearch), "", *actsearch.__all__]) + "\n")
    studies = [Path("results/article-12"), Path("results/sound"), *sorted(Path("results/theory").iterdir())]
    for study in studies:
        results = actsearch.read_results(study)
        recorder.save(f"read/{study}.txt", line_by_line(results))
        recorder.save(f"read-diagnosed/{study}.txt", line_by_line(actsearch.read_results(study, diagnostics=True)))
        recorder.save(f"compare/{study}.txt", line_by_line(actsearch.compare(results)))
        asked = actsearch.compare(results[0], at="best", metric="val_loss", confidence=0.9, by="setting")
        recorder.save(f"compare-best/{study}.txt", line_by_line(asked))
    sound = actsearch.read_results("results/sound")
    attempts: dict[str, Callable[[], Any]] = {
        "load-missing": lambda: actsearch.load("missing.yaml"),
        "load-wrong": lambda: actsearch.load("configs/smoke.yaml", ["training.epoch=2", "seeds=0"]),
        "read-missing": lambda: actsearch.read_results("missing"),
        "compare-nothing": lambda: actsearch.compare(["nothing"]),
        "compare-metric": lambda: actsearch.compare(sound, metric="speed"),
        "compare-option": lambda: actsearch.compare(sound, colour="red"),
        "run-margin": lambda: actsearch.run(actsearch.load("configs/smoke.yaml"), margin=0.1),
        "no-such-name": lambda: actsearch.nothing,
    }
    for name, attempt in attempts.items():
        recorder.save(f"errors/{name}.txt", error_page(attempt))
    finished = actsearch.run(actsearch.load("configs/theory/exploding.yaml"), out="results/theory")
    recorder.save("run-finished.txt", line_by_line(finished))
    for name in ("compare", "load", "load_model", "read_results", "run"):
        code = f"import actsearch; print(actsearch.{name}.__name__, actsearch.{name}.__doc__)"
        done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True)
        recorder.save(f"alone/{name}.txt", done.stdout + done.stderr)


def error_page(attempt: Callable[[], Any]) -> str:
    """The error that a call raises, with the names of its classes."""
    try:
        return f"no error: {attempt()!r}\n"
    except Exception as error:
        classes = " < ".join(kind.__name__ for kind in type(error).__mro__)
        return f"{classes}\n{error}\n"


def line_by_line(value: Any) -> str:
    """The text of a value, broken at every pair of parentheses, so that a difference has a line."""
    return re.sub(r"(\), |\[|, (?=\w+=))", lambda found: found.group().rstrip(" ") + "\n", repr(value)) + "\n"


def record_begun(job: Job, recorder: Recorder) -> None:
    """A study that another checkout began, until it was killed, against one that was never interrupted."""
    run = ["run", "experiments/begun.yaml", "--engine", "in-process", "--no-plots", "--json", "--checkpoint-share", "1"]
    begin_and_kill([*run, "--out", "killed"], job)
    finished = [file.parent.name for file in Path("killed/begun/trials").glob("*/trial.json")]
    codes = [run_here([*run, "--out", "whole"]).code]
    said = run_here([*run, "--out", "killed"])
    events = [json.loads(line) for line in said.output.splitlines()]
    started = {event["label"]: event["resumed_epochs"] > 0 for event in events if event["event"] == "started"}
    lines = [
        f"exit codes {[*codes, said.code]}",
        f"finished before the kill: {finished}",
        f"gone on from a checkpoint, of those that were trained then: {started}",
    ]
    whole, killed = trained_files(Path("whole")), trained_files(Path("killed"))
    lines += [f"{'equal' if whole.get(f) == killed.get(f) else 'DIFFERS'}: {f}" for f in sorted({*whole, *killed})]
    recorder.save("equal.txt", "\n".join(lines) + "\n")
    recorder.save("errors.txt", said.errors)
    recorder.save_trained("whole", Path("whole"))
    recorder.save_trained("killed", Path("killed"))


def begin_and_kill(arguments: Sequence[str], job: Job) -> None:
    """Trains with the checkout that begins, and kills it in the middle of the second trial."""
    variables = environment(job.begun_with, job.workspace)
    with Path("begun.jsonl").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *PROGRAM, *arguments], stdout=output, env=variables, start_new_session=True
        )
    give_up = time.monotonic() + PATIENCE
    try:
        while not (in_the_middle() and any(Path("killed/begun/trials").glob("selu*/checkpoint"))):
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"the study was not killed in its middle (exit code {process.poll()})")
            time.sleep(0.005)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if b'"finished"' in Path("begun.jsonl").read_bytes():
        raise RuntimeError("the study was finished before it could be killed")


def in_the_middle() -> bool:
    """Whether the second trial has done some epochs."""
    lines = Path("begun.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    events = [json.loads(line) for line in lines if line.endswith("\n")]
    return any(event.get("label") == "selu" and event.get("epoch", 0) >= 5 for event in events)


def record_saved(job: Job, recorder: Recorder) -> None:
    """What networks compute that another checkout saved."""
    run = ["run", "experiments/saved.yaml", "--engine", "in-process", "--no-plots", "--quiet", "--save-models", "last"]
    variables = environment(job.begun_with, job.workspace)
    subprocess.run([sys.executable, *PROGRAM, *run, "--out", "theirs"], env=variables, check=True)
    said = run_here([*run, "--out", "ours"])
    recorder.save("run.txt", said.as_page(run))
    recorder.save_trained("ours", Path("ours"))
    sys.path.insert(0, str(Path("experiments").absolute()))  # where the function of the user's own lies
    for folder in ("theirs", "ours"):
        for file in sorted(Path(folder).rglob("model.keras")):
            recorder.save(f"{folder}-{file.parent.name}.txt", network_page(file))


def network_page(file: Path) -> str:
    """What a saved network is made of, and what it makes of the test images."""
    import keras
    import numpy as np

    import actsearch

    network = actsearch.load_model(file)
    with np.load("data/images.npz") as arrays:
        images = (arrays["x_test"][..., None] / np.float32(255)).astype(np.float32)
    layers = [f"{layer.name} {keras.saving.get_registered_name(type(layer))}" for layer in network.layers]
    outputs = np.asarray(network(images)).tolist()
    return "\n".join([*layers, network.loss if isinstance(network.loss, str) else "", *map(repr, outputs)]) + "\n"


def record_public_names(job: Job, recorder: Recorder) -> None:
    """What the public names give that need TensorFlow."""
    import keras
    import numpy as np

    import actsearch

    record_run(recorder)  # first: TensorFlow takes its number of threads once
    record_forms(recorder)
    x = np.linspace(-6, 6, 97, dtype=np.float32)
    for name in actsearch.__all__:
        value = getattr(actsearch, name)
        lines = [keras.saving.get_registered_name(value), str(value.__name__), str(value.__doc__)]
        if name in job.functions:
            lines.append(repr(np.asarray(value(x)).tolist()))
        recorder.save(f"names/{name}.txt", "\n".join(lines) + "\n")
    for name in job.functions:
        recorder.save(f"layers/{name}.txt", layer_page(actsearch.ActivationLayer(name), x))
    layer = actsearch.FormulaLayer("x * sigmoid(beta * x)", {"beta": 1.5}, ["beta"])
    recorder.save("layers/formula.txt", layer_page(layer, x))
    layer = actsearch.FunctionLayer("usable:wants_beta", {"beta": 2.0}, folder=str(Path("experiments").absolute()))
    recorder.save("layers/function.txt", layer_page(layer, x))
    attempts: dict[str, Callable[[], Any]] = {
        "layer-unknown": lambda: actsearch.ActivationLayer("rleu"),
        "layer-parameter": lambda: actsearch.ActivationLayer("elu", {"beta": 1}),
        "layer-range": lambda: actsearch.ActivationLayer("elu", {"alpha": -1}),
        "formula": lambda: actsearch.FormulaLayer("x * y"),
        "function": lambda: actsearch.FunctionLayer("nowhere:f"),
        "diagnostics": lambda: actsearch.Diagnostics(x, x[:3]),
    }
    for name, attempt in attempts.items():
        recorder.save(f"errors/{name}.txt", error_page(attempt))
    record_callback(recorder)
    for name in ("Diagnostics", "FormulaLayer", "gelu"):
        code = f"import actsearch; print(actsearch.{name}.__name__)"
        done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True)
        recorder.save(f"alone/{name}.txt", done.stdout)


def layer_page(layer: Any, x: Any) -> str:
    """A layer's name, settings and values, and whether it is the same after it was stored as Keras stores it."""
    import keras
    import numpy as np

    values = np.asarray(layer(x[:, None])).ravel().tolist()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    settings = {name: value for name, value in layer.get_config().items() if name not in ("name", "dtype", "folder")}
    same = values == np.asarray(again(x[:, None])).ravel().tolist()
    return f"{keras.saving.get_registered_name(type(layer))}\n{settings}\n{values}\nthe same again: {same}\n"


def record_callback(recorder: Recorder) -> None:
    """What the callback `Diagnostics` sees in a network of the user's own."""
    import keras
    import numpy as np

    import actsearch

    keras.utils.set_random_seed(4)
    with np.load("data/images.npz") as arrays:
        x, y = arrays["x_train"].reshape(90, 64) / np.float32(255), arrays["y_train"]
    hidden = [
        keras.layers.Dense(6, activation=actsearch.gelu),
        keras.layers.Dense(5),
        actsearch.ActivationLayer("prelu"),
    ]
    network = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(3, activation="softmax")])
    network.compile(keras.optimizers.SGD(0.1, clipvalue=0.01), "sparse_categorical_crossentropy")
    callback = actsearch.Diagnostics(x, y, probe_size=30)
    network.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[callback])
    callback.save("callback.json")
    recorder.save("callback.json", Path("callback.json").read_bytes())
    recorder.save("callback-left-out.txt", repr(callback.left_out) + "\n")


def record_run(recorder: Recorder) -> None:
    """What `actsearch.run` tells and trains."""
    import actsearch

    events: list[str] = []
    for name, options in {"own": {}, "decided": {"until_decided": True, "margin": 0.1, "max_seeds": 4}}.items():
        loaded = actsearch.load(f"experiments/{name}.yaml")
        actsearch.run(
            loaded, "by-api", lambda event, trial: events.append(f"{type(event).__name__} {trial.id}"), **options
        )
    events = [event for event in events if event.split()[0] not in ("Progress", "Checkpoint")]  # which time decides
    recorder.save("run-events.txt", "\n".join(events) + "\n")
    recorder.save_trained("run", Path("by-api"))


def record_forms(recorder: Recorder) -> None:
    """Of commands whose numbers the machine's load decides, the form of their answers."""
    said = run_here(["plan", "experiments/decided.yaml", "--json", "--jobs", "1"])
    answer = form(json.loads(said.output)) if said.code == 0 else said.errors.decode()
    recorder.save("plan-form.txt", f"exit code {said.code}\n{answer}\n")
    said = run_here(["doctor", "--json"])
    checks = [json.loads(line) for line in said.output.splitlines()]
    recorder.save("doctor-form.txt", "".join(f"{check['check']} {sorted(check)}\n" for check in checks))


def form(value: Any) -> Any:
    """The keys of a JSON value, and the kinds of what they hold."""
    if isinstance(value, dict):
        return {key: form(below) for key, below in value.items()}
    if isinstance(value, list):
        return [form(value[0])] if value else []
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


SPECIAL: Mapping[str, Callable[[Job, Recorder], None]] = {
    "words/inputs": record_inputs,
    "words/mistakes": record_mistakes,
    "words/experiments": record_experiments,
    "words/public": record_public_words,
    "trained/begun": record_begun,
    "trained/saved": record_saved,
    "trained/public": record_public_names,
}
"""The groups that are not a list of command lines."""


# --- Recording


def record(folder: Path, checkout: Path, inputs: Path, begun_with: Path, only: Sequence[str], jobs: int) -> None:
    """Records groups of what a checkout says into a folder; what was recorded of these groups before is replaced."""
    began = time.monotonic()
    names = sorted({*SPECIAL, *read_commands(TABLES / "commands.txt")}, key=lambda name: (name not in LONG, name))
    groups = [name for name in names if name in only or name.partition("/")[0] in only]
    unknown = [name for name in only if name not in (*PARTS, *names)]
    if unknown:
        sys.exit(f"--only {unknown[0]}: no such part or group; there are {', '.join([*PARTS, *sorted(names)])}")
    folder.mkdir(parents=True, exist_ok=True)
    recorded = [name for name in read_about(folder).get("groups", []) if name not in groups]
    write_about(folder, recorded)
    with tempfile.TemporaryDirectory(prefix="unchanged-") as place:
        snapshots = [snapshot(each, Path(place) / name) for each, name in ((checkout, "after"), (begun_with, "begins"))]
        functions = function_names(snapshots[0], place)
        waiting: list[Future[str]] = []
        with ThreadPoolExecutor(jobs) as pool:
            for group in groups:
                shutil.rmtree(folder / group, ignore_errors=True)
                workspace = Path(place) / group.replace("/", "-")
                paths = (*snapshots, str(inputs), group, str(folder), str(workspace))
                waiting.append(pool.submit(record_in_a_process, Job(*paths, functions)))
        failures = [failure for failure in (each.result() for each in waiting) if failure]
    if failures:
        sys.exit("\n".join(failures))
    write_about(folder, [*recorded, *groups])
    files = sum(path.is_file() for group in groups for path in (folder / group).rglob("*"))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{files} files of {checkout} in {folder}")
    print(f"{time.monotonic() - began:.0f} s, of processors {used.ru_utime + used.ru_stime:.0f} s")


def read_about(folder: Path) -> dict[str, Any]:
    """Which groups a recording has whole, and what it was made with."""
    file = folder / ABOUT
    about: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return about


def write_about(folder: Path, groups: Sequence[str]) -> None:
    """Keeps which groups are whole."""
    about = {"groups": sorted(groups), "python": sys.version, "machine": processor()}
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def record_in_a_process(job: Job) -> str:
    """Records a group in a process of its own; returns why that failed, or nothing."""
    began = time.monotonic()
    workspace = Path(job.workspace)
    workspace.mkdir()
    command = [sys.executable, "-P", str(Path(__file__).resolve()), "group", json.dumps(asdict(job))]
    log = workspace / "log.txt"
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            env=environment(job.checkout, job.workspace, job.group),
            cwd=job.workspace,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        return f"{job.group} was not recorded:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}"
    shutil.rmtree(workspace)
    print(f"{job.group}: {time.monotonic() - began:.1f} s", flush=True)
    return ""


def processor() -> str:
    """The processor's name and its flags, on which the last digits depend."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return "; ".join(dict.fromkeys(line for line in lines if line.startswith(("model name", "flags"))))


# --- Comparing


def compare(before: Path, after: Path) -> int:
    """Prints what differs between two recordings; returns how many files do, or 1 if there are none to compare."""
    abouts = read_about(before), read_about(after)
    for key in ("python", "machine"):
        if abouts[0].get(key) != abouts[1].get(key):
            print(f"note: the recordings were made with another {key}; what is trained may differ by that")
    recorded = [set(about.get("groups", [])) for about in abouts]
    for name in sorted(recorded[0] ^ recorded[1]):
        print(f"note: {name} is not compared; it is recorded whole in {before if name in recorded[0] else after} alone")
    groups = sorted(recorded[0] & recorded[1])
    if not groups:
        print("there is nothing to compare")
        return 1
    names = sorted({name for folder in (before, after) for group in groups for name in names_below(folder, group)})
    differing = 0
    for name in names:
        lines = list(differences(name, before / name, after / name))
        if lines:
            differing += 1
            print(f"{name}")
            print("".join(f"    {line}\n" for line in lines), end="")
    print(f"{differing} of {len(names)} files differ" if differing else f"no difference in {len(names)} files")
    return differing


def names_below(folder: Path, group: str) -> list[str]:
    """The files of a group of a recording."""
    return [path.relative_to(folder).as_posix() for path in (folder / group).rglob("*") if path.is_file()]


def differences(name: str, before: Path, after: Path) -> Iterator[str]:
    """In which way two files differ; nothing if they do not."""
    if not before.exists() or not after.exists():
        yield f"is only in {'AFTER' if after.exists() else 'BEFORE'}"
        return
    contents = before.read_bytes(), after.read_bytes()
    if contents[0] == contents[1]:
        return
    try:
        texts = [content.decode("utf-8").split("\n") for content in contents]
    except UnicodeDecodeError:
        yield f"{len(contents[0])} and {len(contents[1])} bytes, which are no text"
        return
    near = name.startswith("words/show/")
    numbered = enumerate(zip_longest(*texts), 1)
    unlike = [(number, *pair) for number, pair in numbered if pair[0] != pair[1] and not (near and are_near(*pair))]
    for number, line, other in unlike[:SHOWN_LINES]:
        yield from shown_pair(number, line, other)
    if len(unlike) > SHOWN_LINES:
        yield f"... and {len(unlike) - SHOWN_LINES} more lines"


def are_near(line: str | None, other: str | None) -> bool:
    """Whether two lines are the same but for the last digits of their numbers."""
    if line is None or other is None:
        return False
    number = re.compile(r"(\d+(?:\.\d+)?(?:e[-+]?\d+)?)")
    pieces, others = number.split(line), number.split(other)
    if len(pieces) != len(others) or pieces[::2] != others[::2]:
        return False
    numbers = zip(pieces[1::2], others[1::2], strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=TOLERANCE) for a, b in numbers)


def shown_pair(number: int, line: str | None, other: str | None) -> Iterator[str]:
    """A line of both files, cut to the place where they part."""
    letters = enumerate(zip_longest(line or "", other or ""))
    parting = next((place for place, pair in letters if pair[0] != pair[1]), 0)
    begin = max(0, parting - SHOWN_WIDTH // 2)
    for mark, text in (("-", line), ("+", other)):
        shown = "(the file has ended)" if text is None else repr(text[begin : begin + SHOWN_WIDTH])
        yield f"{number} {mark} {shown}"


# --- The command line


def main() -> int:
    """Reads the command line and does what it asks."""
    if sys.argv[1:2] == ["group"]:  # how `record` calls this script again
        values = json.loads(sys.argv[2])
        record_group(Job(**{**values, "functions": tuple(values["functions"])}))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    recording = actions.add_parser("record", help="record what a checkout says into a folder")
    recording.add_argument("folder", type=Path)
    recording.add_argument("--checkout", type=Path, default=TABLES.parent.parent, help="by default this one")
    recording.add_argument(
        "--only", nargs="+", default=PARTS, help="parts, words or trained, or groups, such as words/show"
    )
    recording.add_argument("--inputs", type=Path, help="whose configs/ and results/; by default the checkout's own")
    recording.add_argument("--begun-with", type=Path, help="which begins the study that is killed; likewise")
    recording.add_argument("--jobs", type=int, default=2, help="processes at a time; by default 2")
    comparing = actions.add_parser("compare", help="list what differs between two recordings")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    given = parser.parse_args()
    if given.action == "compare":
        return 1 if compare(given.before, given.after) else 0
    checkout = given.checkout.resolve()
    inputs, begun_with = ((folder or checkout).resolve() for folder in (given.inputs, given.begun_with))
    record(given.folder.resolve(), checkout, inputs, begun_with, given.only, given.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
