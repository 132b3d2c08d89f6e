"""Being asked to stop: by a signal, by the end of a time budget, and not at all where that was wished."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from child_processes import started

from actsearch.cli.interruption import EXIT_CODE, Interruption, TimeIsUp, seconds_of
from actsearch.core.signals import SIGNALS


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2h", 7200),
        ("90m", 5400),
        ("90min", 5400),
        ("1h30m", 5400),
        ("45s", 45),
        ("1.5h", 5400),
        ("1d", 86_400),
        ("2 h", 7200),
        (" 1H 30 Min ", 5400),
        ("0.5s", 0.5),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, seconds: float) -> None:
    """A night's budget that is read as another one ends too early, or not before the next user comes."""
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "2", "h", "2x", "2h!", "x2h", "-2h", "2hm", "1,5h", "1h30", "2hours", ".h", "1.h", "0h", "0s", "0"]
)
def test_what_is_no_duration_is_none(text: str) -> None:
    """`90` may be meant as minutes or seconds; a guess would cost a night."""
    assert seconds_of(text) is None


def test_a_duration_that_no_timer_takes_is_none() -> None:
    """A key held down is a typo, and no error of ours."""
    assert seconds_of("9" * 400 + "h") is None
    assert seconds_of("9" * 15 + "d") is None


@pytest.mark.usefixtures("heeded_signals")
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_the_first_signal_stops_and_the_handlers_are_put_back(number: signal.Signals) -> None:
    """Ctrl-C, a shutdown and a closed terminal alike; and what calls us (a notebook, pytest) keeps its own Ctrl-C."""
    before = [signal.getsignal(heeded) for heeded in (*SIGNALS, signal.SIGALRM)]
    with pytest.raises(KeyboardInterrupt) as caught, Interruption(60):
        signal.raise_signal(number)
    assert not isinstance(caught.value, TimeIsUp)
    assert [signal.getsignal(heeded) for heeded in (*SIGNALS, signal.SIGALRM)] == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.usefixtures("heeded_signals")
def test_a_signal_that_python_discarded_is_remembered() -> None:
    """An exception raised in a weak reference's callback is lost, and with it the user's only Ctrl-C."""
    with Interruption() as interruption:
        interruption.check()
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()


def _ten_seconds_of(interruption: Interruption) -> None:
    interruption.start_the_clock()
    time.sleep(10)


def test_the_end_of_the_budget_raises_while_the_clock_runs() -> None:
    """`--stop-after`: in the middle of an epoch too, and no moment before."""
    began = time.monotonic()
    with Interruption(0.3) as interruption:
        with pytest.raises(TimeIsUp):
            _ten_seconds_of(interruption)
        assert 0.3 <= time.monotonic() - began < 5
        assert interruption.time_is_up
        with pytest.raises(TimeIsUp):
            interruption.check()


def test_the_budget_ends_nothing_before_the_clock_starts_or_after_it_stops() -> None:
    """Data that load slowly are not cut off in the middle, nor the figures of what is finished."""
    with Interruption(0.05) as interruption:
        time.sleep(0.1)
        interruption.check()
        assert interruption.time_is_up
        interruption.stop_the_clock()
        time.sleep(0.1)
        interruption.check()
        with pytest.raises(TimeIsUp):  # what starts too late is ended at once
            _ten_seconds_of(interruption)


def test_without_a_budget_time_is_never_up() -> None:
    """Most runs have none."""
    with Interruption() as interruption:
        interruption.start_the_clock()
        assert not interruption.time_is_up
        interruption.check()


@pytest.mark.usefixtures("heeded_signals")
def test_after_a_signal_the_budget_is_over() -> None:
    """The message of Ctrl-C, and no second exception while it is written."""
    with Interruption(0.5) as interruption:
        interruption.start_the_clock()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        time.sleep(0.6)


# --- as a process


STUBBORN = """
    import time
    from actsearch.cli.interruption import Interruption
    with Interruption():
        try:
            print("ready", flush=True)
            time.sleep(60)
        finally:  # what takes long to end, as figures that are being drawn
            print("ending", flush=True)
            time.sleep(60)
    """


def ready(code: str, *before: str, **how: Any) -> subprocess.Popen[str]:
    """A process that runs this code, once it says that it is ready; `before` stands before the interpreter."""
    process = started([*before, sys.executable, "-c", textwrap.dedent(code)], **how)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_second_signal_ends_the_process_at_once(second: signal.Signals) -> None:
    """Whoever presses Ctrl-C twice does not want to wait for anything."""
    with ready(STUBBORN) as process:
        assert process.stdout is not None
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "ending\n"
        began = time.monotonic()
        process.send_signal(second)
        assert process.wait(20) == EXIT_CODE == 130
        assert time.monotonic() - began < 10
        assert process.communicate()[1] == "", "and no traceback"


IN_A_TERMINAL = """
    import os, signal, sys, time
    from pathlib import Path
    from actsearch.cli.interruption import Interruption
    with Interruption():
        try:
            print("ready", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            os.kill(os.getpid(), signal.SIGHUP)  # the shell sends one, and so does the system
            print("to a terminal that is gone", flush=True)
            Path(sys.argv[1]).write_text("in good order")
            while not Path(sys.argv[2]).exists():  # until the last signal is sent
                time.sleep(0.01)
    """


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals")
def test_a_terminal_that_is_closed_stops_in_good_order(tmp_path: Path) -> None:
    """Nothing can be written there any more, and two signals are no second wish."""
    here, there = os.openpty()
    command = [sys.executable, "-c", textwrap.dedent(IN_A_TERMINAL), tmp_path / "said", tmp_path / "sent"]
    with started(command, stdin=there, stdout=there, stderr=there, start_new_session=True) as process:
        os.close(there)
        assert os.read(here, 100).startswith(b"ready")
        os.close(here)
        process.send_signal(signal.SIGHUP)  # what the system does if it is the terminal of the session
        (tmp_path / "sent").touch()
        assert process.wait(20) == 0
    assert (tmp_path / "said").read_text(encoding="utf-8") == "in good order"


UNDER_NOHUP = """
    import os, signal, time
    from actsearch.cli.interruption import Interruption
    with Interruption():
        print("ready", flush=True)
        os.kill(os.getpid(), signal.SIGHUP)
        time.sleep(0.2)
        print("still there", flush=True)
    """


def test_what_was_begun_with_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    """`nohup actsearch run ... &` is how a night's run is begun on a server; closing the terminal must not stop it."""
    with ready(UNDER_NOHUP, "nohup", cwd=tmp_path, stdin=subprocess.DEVNULL) as process:
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (0, "still there\n"), err
