"""The whole study, from a cold start to the end of the command, against other ways to run the same trials.

    pip install -r benchmarks/requirements.txt
    taskset -c 0,1 python benchmarks/study.py --log study.jsonl [--rounds 10] [--images 10000] [--epochs 2]

Six activations with the article's network, loss, optimizer and batch size, the first so many images of MNIST, and the
whole test set as validation set after each epoch, as in the article:

    actsearch          `actsearch run configs/article.yaml --no-plots`: a worker a core, one TensorFlow thread each
    actsearch+figures  the same, and it draws the figures
    article-loop       competitors/article_loop.py: the article's loop in plain Keras, TensorFlow's own threads
    keras-tuner        competitors/keras_tuner_grid.py: GridSearch, TensorFlow's own threads
    ray-tune           competitors/ray_tune.py: a grid search, one core and one TensorFlow thread a trial

All have the same Python, and the cores that this process has: more than two want `taskset`. GPUs are hidden. Each round
runs every contender once, and the order moves on by one with each round. Before the first, a rehearsal with few images
brings the libraries' files into memory. After each run its histories are counted: six, of so many epochs. The ratios
are taken round by round.

Wall time is from the start of the command until its process ends. What it leaves running (Ray's daemons may outlive it
for a moment) is waited for before the next one starts, is ended if need be, and is not in the wall time. CPU time is
user and system time of the process and all its descendants, daemons included. It is the larger of two counts that can
only be too small: what the system adds up over processes that were waited for (which lacks Ray's workers, as nobody
waits for those), and what each process of the tree had used when it was last looked at (which lacks its last 0.2
seconds).

With --log, each round is kept when it is done, and rounds that are there are not run again: an interrupted benchmark
goes on, and one with --rounds 0 prints the table of what is there. Linux only.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from intervals import median_with_interval

HERE = Path(__file__).resolve().parent
ACTIVATIONS = 6
LOOK_EVERY = 0.2
PATIENCE = 20.0
"""Seconds until what a command left running is ended."""
VERSIONS = """
import json, os, platform
from importlib.metadata import PackageNotFoundError, version
from actsearch.core.machine import cpu_model
found = {"Python": platform.python_version()}
for name in ("actsearch", "keras", "tensorflow", "numpy", "keras-tuner", "ray"):
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        found[name] = "not installed"
print(json.dumps({"versions": found, "processor": cpu_model(), "cores": len(os.sched_getaffinity(0))}))
"""


def commands(images: int, epochs: int, out: Path) -> dict[str, list[str]]:
    """What each contender runs, after the interpreter."""
    sizes = ["--images", str(images), "--epochs", str(epochs), "--out", str(out)]
    settings = [f"data.train_size={{first: {images}}}", f"training.epochs={epochs}"]
    run = ["-m", "actsearch", "run", str(HERE.parent / "configs" / "article.yaml"), "--out", str(out)]
    run += [part for setting in settings for part in ("--set", setting)]
    return {
        "actsearch": [*run, "--no-plots"],
        "actsearch+figures": run,
        "article-loop": [str(HERE / "competitors" / "article_loop.py"), *sizes],
        "keras-tuner": [str(HERE / "competitors" / "keras_tuner_grid.py"), *sizes],
        "ray-tune": [str(HERE / "competitors" / "ray_tune.py"), *sizes],
    }


def main() -> None:
    contenders = list(commands(0, 0, Path()))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--only", metavar="A,B", default=",".join(contenders), help=f"of {', '.join(contenders)}")
    parser.add_argument("--python", metavar="PATH", default=sys.executable, help="interpreter of all contenders")
    parser.add_argument("--log", metavar="FILE", type=Path, help="keeps each round, as a JSON object a line")
    given = parser.parse_args()
    wanted = given.only.split(",")
    if unknown := set(wanted) - set(contenders):
        parser.error(f"no contender {', '.join(sorted(unknown))}; there are {', '.join(contenders)}")
    setting = {"images": given.images, "epochs": given.epochs, **machine(given.python)}
    rounds = read_log(given.log, setting, wanted)
    adopt_orphans()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing is left running
    if len(rounds) < given.rounds:
        say("rehearsal")
        for name in wanted:
            run_once(name, given.python, images=256, epochs=1)
    for number in range(len(rounds), given.rounds):
        shift = number % len(wanted)
        runs = {}
        for name in wanted[shift:] + wanted[:shift]:
            runs[name] = run_once(name, given.python, given.images, given.epochs)
            say(f"round {number + 1}, {name}: {runs[name]['wall']:.1f} s, CPU {runs[name]['cpu']:.1f} s")
        rounds.append(runs)
        if given.log is not None:
            with given.log.open("a", encoding="ascii") as file:
                file.write(json.dumps({"setting": setting, "runs": runs}) + "\n")
    if rounds:
        show(setting, wanted, rounds)


def machine(python: str) -> dict[str, Any]:
    """The versions that the contenders will run with, the processor and the number of cores."""
    done = subprocess.run([python, "-c", VERSIONS], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def read_log(log: Path | None, setting: Mapping[str, Any], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """The rounds that were run before, with these settings, and in which every wanted contender ran."""
    if log is None or not log.exists():
        return []
    rows = [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()]
    if any(row["setting"] != setting for row in rows):
        raise SystemExit(f"{log}: holds rounds with other sizes, versions or cores; give another --log")
    if any(not set(wanted) <= set(row["runs"]) for row in rows):
        raise SystemExit(f"{log}: holds rounds without some of {', '.join(wanted)}; give another --log")
    return [row["runs"] for row in rows]


def run_once(name: str, python: str, images: int, epochs: int) -> dict[str, float]:
    """Runs a contender: wall and CPU seconds, and the mean last validation accuracy of its six trainings."""
    with tempfile.TemporaryDirectory(prefix="study-", ignore_cleanup_errors=True) as folder:
        out, said = Path(folder) / "out", Path(folder) / "said.txt"
        environment = os.environ | {
            "CUDA_VISIBLE_DEVICES": "",
            "KERAS_BACKEND": "tensorflow",
            "RAY_TMPDIR": folder,
            "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent anywhere
        }
        with said.open("wb") as file:
            code, wall, cpu = timed([python, *commands(images, epochs, out)[name]], environment, file)
        histories = val_accuracies(out)
        if code != 0 or [len(history) for history in histories] != [epochs] * ACTIVATIONS:
            text = said.read_text(encoding="utf-8", errors="replace")
            raise SystemExit(f"{text}\n{name}: exit code {code}, histories {histories}")
    return {"wall": wall, "cpu": cpu, "val_accuracy": sum(history[-1] for history in histories) / ACTIVATIONS}


def timed(command: Sequence[str], environment: Mapping[str, str], output: Any) -> tuple[int, float, float]:
    """Runs a command to its end: exit code, wall seconds, CPU seconds of its whole tree of processes."""
    before = waited_for()
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    tree = Tree()
    tree.start()
    try:
        code = process.wait()
        wall = time.perf_counter() - began
    except BaseException:  # Ctrl-C, most likely: nothing is left running
        process.terminate()
        raise
    finally:
        tree.end_what_is_left()
        tree.stop()
    return code, wall, max(waited_for() - before, tree.seconds())


def waited_for() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Tree(threading.Thread):
    """Looks again and again at the descendants of this process, and remembers the CPU time of each."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._self, self._ended = psutil.Process(), threading.Event()
        self._seen: dict[tuple[int, float], float] = {}

    def run(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            self.look()

    def look(self) -> list[psutil.Process]:
        found = self._self.children(recursive=True)
        for process in found:
            with suppress(psutil.Error):
                times = process.cpu_times()
                self._seen[process.pid, process.create_time()] = times.user + times.system
        return found

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def seconds(self) -> float:
        return sum(self._seen.values())

    def end_what_is_left(self) -> None:
        """Waits for the descendants that outlived the command, now children of this process; then ends them."""
        for number, seconds in ((None, PATIENCE), (signal.SIGTERM, PATIENCE), (signal.SIGKILL, PATIENCE)):
            for process in self.look():
                with suppress(psutil.Error):
                    if number is not None:
                        process.send_signal(number)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if not children_left():
                    return
                time.sleep(0.05)
        raise SystemExit("a process that the command began does not end")


def children_left() -> bool:
    """Whether this process has children; takes note of those that have ended."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True


def adopt_orphans() -> None:
    """From now on, descendants whose parent ends become children of this process, and not of the system's first one."""
    set_child_subreaper = 36
    if ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def val_accuracies(out: Path) -> list[list[float]]:
    """The validation accuracy by epoch of every training below a folder, whoever wrote its history."""
    found = []
    for path in sorted(out.rglob("history*.json")):  # actsearch's, or `common.write_history`'s
        history = json.loads(path.read_bytes())
        found.append(history.get("val_categorical_accuracy") or history["val_accuracy"])
    for path in sorted(out.rglob("result.json")):  # Ray's: a report a line
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found.append([row["val_categorical_accuracy"] for row in rows])
    return found


def show(setting: Mapping[str, Any], wanted: Sequence[str], rounds: Sequence[Mapping[str, Any]]) -> None:
    print(f"\n{setting['processor']}, {setting['cores']} cores; {setting['images']} images, {setting['epochs']} epochs")
    print(", ".join(f"{name} {version}" for name, version in setting["versions"].items()))
    print(f"medians of {len(rounds)} interleaved rounds, with 95 % intervals\n")
    print(f"{'':18}{'wall, s':^24}{'CPU, s':^24}{'val_accuracy':>14}")
    for name in wanted:
        cells = [seconds([runs[name][key] for runs in rounds]) for key in ("wall", "cpu")]
        accuracy, _, _ = median_with_interval([runs[name]["val_accuracy"] for runs in rounds])
        print(f"{name:18}{cells[0]:^24}{cells[1]:^24}{accuracy:>14.4f}")
    if "actsearch" not in wanted or len(wanted) == 1:
        return
    print(f"\n{'actsearch over':18}{'wall':^24}{'CPU':^24}")
    for name in wanted:
        if name != "actsearch":
            cells = [ratio([runs["actsearch"][key] / runs[name][key] for runs in rounds]) for key in ("wall", "cpu")]
            print(f"{name:18}{cells[0]:^24}{cells[1]:^24}")


def seconds(values: Sequence[float]) -> str:
    return "{:.1f} ({:.1f} to {:.1f})".format(*median_with_interval(values))


def ratio(values: Sequence[float]) -> str:
    return "{:.3f} ({:.3f} to {:.3f})".format(*median_with_interval(values))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
