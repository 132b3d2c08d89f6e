"""Worker processes: gone when their driver is gone, deaf to Ctrl-C, reused, replaced before memory grows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import fake_training
import psutil
import pytest
from child_processes import started
from daily import slow_but
from fake_training import Faults

from actsearch.core.errors import UserError
from actsearch.core.events import Completed, EpochDone
from actsearch.core.experiment import Trial
from actsearch.engines import processes, workers
from actsearch.engines.processes import Processes

DRIVER = """
import pickle, sys
sys.path[:0] = {path!r}
from functools import partial
import fake_training
from actsearch.engines.processes import Processes
if __name__ == "__main__":
    trials = pickle.load(sys.stdin.buffer)
    engine = Processes(partial(fake_training.make_train, fake_training.Faults(hangs=["relu"])), jobs=2)
    for trial in trials:
        engine.submit(trial, lambda: None)
    begun = 0
    for event in engine.events():
        begun += type(event).__name__ == "EpochDone"
        if begun == 2:
            print("both hang", flush=True)
"""


@pytest.fixture
def make_trials(make_experiment: Callable[..., Any]) -> Callable[..., Sequence[Trial]]:
    def make(n: int, **changes: Any) -> Sequence[Trial]:
        trials: Sequence[Trial] = make_experiment(["relu"], seeds=n, **changes)[1]
        return trials

    return make


@pytest.mark.parametrize("number", slow_but([signal.SIGKILL], [signal.SIGKILL, signal.SIGTERM]))
def test_workers_are_gone_within_five_seconds_of_their_driver(
    tmp_path: Path, make_trials: Callable[..., Sequence[Trial]], number: signal.Signals
) -> None:
    """Left behind they would take the cores from the next run, and nobody would know what they are."""
    import pickle

    script = tmp_path / "driver.py"
    script.write_text(DRIVER.format(path=[str(Path(__file__).parent.parent)]), encoding="utf-8")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    pipes = {"stdin": subprocess.PIPE, "stderr": None, "text": False}
    with started([sys.executable, script], env=environment, **pipes) as driver:
        assert driver.stdin is not None
        assert driver.stdout is not None
        driver.stdin.write(pickle.dumps(make_trials(2)))
        driver.stdin.close()
        assert driver.stdout.readline() == b"both hang\n"
        children = psutil.Process(driver.pid).children(recursive=True)
        assert len(children) >= 2
        os.kill(driver.pid, number)
        driver.wait()
        _, left = psutil.wait_procs(children, timeout=5)
    assert left == []
    assert list(tmp_path.iterdir()) == [script], "and nothing among the temporary files"


def test_ctrl_c_is_the_drivers_business(make_trials: Callable[..., Sequence[Trial]]) -> None:
    """A terminal sends it to all; a worker that died of it would leave half a message, and a traceback on screen."""
    (trial,) = make_trials(1, epochs=3)
    engine = Processes(partial(fake_training.make_train, Faults(sleeps=0.1)), jobs=1)
    engine.submit(trial, lambda: None)
    events = []
    for event in engine.events():
        if not events:
            for worker in psutil.Process().children():
                if "spawn_main" in " ".join(worker.cmdline()):
                    worker.send_signal(signal.SIGINT)
        events.append(event)
    engine.close()
    assert isinstance(events[-1], Completed)


def pids_of(trials: Sequence[Trial], jobs: int) -> list[int]:
    """The process that trained each of the trials."""
    engine = Processes(partial(fake_training.make_train, Faults(tells_pid=True)), jobs)
    for trial in trials:
        engine.submit(trial, lambda: None)
    try:
        return [int(event.seconds) for event in engine.events() if isinstance(event, EpochDone) and event.epoch == 1]
    finally:
        engine.close()


def test_workers_are_reused(make_trials: Callable[..., Sequence[Trial]]) -> None:
    """A new one for each trial would spend ten seconds on starting TensorFlow."""
    assert len(set(pids_of(make_trials(10), jobs=2))) <= 2


def test_a_worker_that_has_grown_is_replaced(
    make_trials: Callable[..., Sequence[Trial]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """TensorFlow keeps some memory of every network; over a night that would be all there is."""
    monkeypatch.setattr(workers, "LIMIT", -1)
    assert len(set(pids_of(make_trials(4), jobs=1))) == 4


def test_a_temporary_folder_that_was_cleaned_is_made_again(make_trials: Callable[..., Sequence[Trial]]) -> None:
    """Systems remove what lies there for days; a run of weeks needs new workers still."""
    engine = Processes(fake_training.make_train, jobs=1)
    shutil.rmtree(engine._temporary.name)
    for trial in make_trials(1):
        engine.submit(trial, lambda: None)
    assert isinstance(list(engine.events())[-1], Completed)
    engine.close()


def test_a_temporary_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is the user's to mend, and no bug of ours."""

    def full(**_: Any) -> None:
        raise OSError(28, "No space left on device", "/tmp")

    monkeypatch.setattr(processes.tempfile, "TemporaryDirectory", full)
    with pytest.raises(UserError, match=r"/tmp: cannot be written \(No space left on device\).*TMPDIR"):
        Processes(fake_training.make_train, jobs=1)


def test_closing_waits_for_no_training(make_trials: Callable[..., Sequence[Trial]]) -> None:
    """Ctrl-C abandons the epoch begun; nothing waits for it."""
    engine = Processes(partial(fake_training.make_train, Faults(hangs=["relu"])), jobs=2)
    for trial in make_trials(2):
        engine.submit(trial, lambda: None)
    events = engine.events()
    while not isinstance(next(events), EpochDone):
        pass
    children = psutil.Process().children(recursive=True)
    engine.close()  # a training that hangs would be waited for until the test times out
    assert not [child for child in children if child.is_running() and "spawn_main" in " ".join(child.cmdline())]
