"""The screen of a run: calm, honest about the time left, and never higher or wider than the window."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from shown_results import HOSTILE_LABELS as PRINTABLE_LABELS
from shown_results import rendered_lines

from actsearch.cli.console import can_redraw
from actsearch.cli.screens.live_run import LiveDisplay
from actsearch.cli.screens.trial_rows import TrialRow
from actsearch.core.events import Checkpoint, Completed, Diverged, EpochDone, Evaluation, Event, Failed, Lost, Progress
from actsearch.core.events import Started as Begun
from actsearch.core.experiment import Experiment, Trial

Make = Callable[..., tuple[Experiment, tuple[Trial, ...]]]
HOSTILE_LABELS = [*PRINTABLE_LABELS[:-1], "0\x1b[31m\n\t"]


class Screen:
    """A live display in a window, and what it shows."""

    def __init__(
        self,
        trials: Sequence[Trial],
        width: int = 100,
        height: int = 30,
        before: int = 0,
        jobs: int = 1,
        title: str = "tiny",
    ) -> None:
        self.console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True)
        self.display = LiveDisplay(self.console, title, trials, before, jobs)
        self.trials = {trial.id: trial for trial in trials}

    def show(self, *events: Event) -> None:
        for event in events:
            self.display.show(event, self.trials[event.trial_id])

    def lines(self) -> list[str]:
        """What is shown; that it fits is checked every time."""
        lines = rendered_lines(self.display._render(), self.console.width, self.console.height)
        assert max(map(cell_len, lines)) <= self.console.width
        assert len(lines) < self.console.height
        return lines

    def text(self) -> str:
        return "\n".join(self.lines())

    def row(self, start: str) -> str:
        (line,) = [line for line in self.lines() if line.startswith(start)]
        return line


def done(trial: Trial, epoch: int, accuracy: float | None = 0.5, seconds: float = 60.0) -> EpochDone:
    metrics = {"loss": accuracy, "val_loss": accuracy, "val_accuracy": accuracy}
    return EpochDone(trial.id, epoch, metrics, seconds)


def completed(trial: Trial) -> Completed:
    values = Evaluation(trial.candidate.training.epochs, {"accuracy": 0.5})
    return Completed(trial.id, values, values, {})


def test_the_display_goes_from_measuring_to_a_range_to_a_number(make_experiment: Make) -> None:
    """What the user sees in the first minutes of a run."""
    one, other = make_experiment(["relu", "selu"], epochs=10)[1]
    screen = Screen([one, other])
    screen.show(Begun(one.id, {}), Progress(one.id, 1, 30, 40))
    assert "measuring" in screen.lines()[0]
    screen.show(done(one, 1))
    assert screen.lines()[0].endswith("16 to 24 min left")
    screen.show(*(done(one, epoch) for epoch in range(2, 11)), completed(one))
    assert screen.lines()[0].endswith("7 to 15 min left")
    screen.show(Begun(other.id, {}), done(other, 1, seconds=120))
    assert screen.lines()[0].endswith("about 18 min left")
    assert "about 9 min left" not in screen.text()


def test_two_workers_need_half_the_time(make_experiment: Make) -> None:
    """`--jobs 2` that still promised the night would be taken for broken."""
    trials = make_experiment(["relu"], seeds=10, epochs=10)[1]
    one, two = (Screen(trials, jobs=jobs) for jobs in (1, 2))
    for screen in (one, two):
        screen.show(*(Begun(trial.id, {}) for trial in trials[:2]), *(done(trial, 1) for trial in trials[:2]))
    assert "about 1 h 40 min left" in one.text()
    assert "about 49 min left" in two.text()


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("height", [5, 10, 50])
def test_the_live_display_fits_the_window(
    make_experiment: Make, fake_train: Callable[..., Any], width: int, height: int
) -> None:
    """A line that is too long wraps, and every refresh then leaves a torn copy of itself on the screen."""
    trials = [
        replace(one, candidate=replace(one.candidate, setting={"training.optimizer.learning_rate": 0.001}), seed=12345)
        for one in make_experiment(HOSTILE_LABELS, epochs=3)[1]
    ]
    screen = Screen(trials, width, height, before=100, title="[bold]größer" * 20)
    train = fake_train(diverges=[HOSTILE_LABELS[1]])
    failing = Failed(trials[2].id, "ValueError: [bold]\x1b[31m\n " + "long " * 100, "")
    screen.lines()
    for i, one in enumerate(trials[:5]):
        events: Iterator[Event] = train(one) if i not in (2, 3) else iter([Begun(one.id, {}), done(one, 1), failing])
        if i == 3:
            events = iter([Begun(one.id, {}), done(one, 1), Lost(one.id, "worker killed by SIGKILL " * 10)])
        for event in events:
            screen.show(event)
            assert not any("\x1b" in line for line in screen.lines())
    if height == 5:
        return
    text = screen.text()
    assert "104/107 trials" in text
    assert "1 failed" in text
    assert "1 restarting" in text
    assert "restarting: worker ki" in text
    if height == 50:
        last = [event for event in train(trials[0]) if isinstance(event, EpochDone)][-1]
        assert f"3/3  {'' if width == 60 else '  '}" in screen.row("[bold]re")
        assert f" {last.metrics['val_accuracy']:.4f} " in screen.row("[bold]re")
        diverged = "  diverged in epoch 2" if width == 160 else "  diverged"  # named, and not cut off
        assert any(line.endswith(diverged) for line in text.splitlines())
        assert "failed: ValueError: [bold]" in text


def test_the_live_display_shows_where_a_trial_is(make_experiment: Make) -> None:
    """Epoch, loss and accuracy of a running trial: what one stops a bad run by."""
    _, trials = make_experiment(["relu", "selu"], epochs=4)
    one = trials[0]
    screen = Screen(trials)
    assert "0/2 trials  2 waiting" in screen.text()
    metrics = {"loss": 0.123456, "val_loss": 1.5, "val_accuracy": 0.98765}
    screen.show(Begun(one.id, {}), EpochDone(one.id, 1, metrics, 1.0), Progress(one.id, 2, 30, 40))
    assert screen.row("relu").split() == ["relu", "0", "1/4", "0.1235", "1.5000", "0.9877", "epoch", "2:", "75%"]
    screen.show(Checkpoint(one.id, 1, b""))
    assert screen.row("relu").endswith("75%")
    screen.show(*(done(one, epoch) for epoch in (2, 3, 4)))
    assert screen.row("relu").endswith("testing")
    assert "0/2 trials  1 running  1 waiting" in screen.text()
    screen.show(completed(one))
    assert screen.row("relu").endswith("completed")
    assert "1/2 trials  1 waiting" in screen.text()
    assert " 50%" in screen.lines()[0]


def test_the_live_display_leaves_a_diverged_epoch_readable(make_experiment: Make) -> None:
    """Its metrics are nulls, and must not break the display in the middle of a night."""
    (one,) = make_experiment(["relu"], epochs=4)[1]
    screen = Screen([one])
    screen.show(Begun(one.id, {}), done(one, 1, None), Diverged(one.id, 1))
    assert screen.row("relu").endswith("diverged in epoch 1")
    assert "1/1 trials  1 diverged" in screen.text()
    assert "no epoch yet" in screen.text()
    assert "100%" in screen.lines()[0]


def test_trials_finished_before_count_in_the_progress(make_experiment: Make) -> None:
    """A run that is taken up again does not look as if it began at nothing."""
    (one,) = make_experiment(["relu"], epochs=2)[1]
    screen = Screen([one], before=3)
    assert " 75%" in screen.lines()[0]
    screen.show(Begun(one.id, {}), done(one, 1))
    assert " 87%" in screen.lines()[0]
    assert "3/4 trials" in screen.text()
    assert "best of this run: val_accuracy 0.5000, relu seed 0, epoch 1" in screen.text()


class Crowd:
    """Many trials on many workers, of which some fail, diverge, or lose their worker, in the order of time."""

    def __init__(self, trials: Sequence[Trial], jobs: int) -> None:
        self.waiting, self.jobs = list(trials), jobs
        self.running: dict[str, int] = {}
        self.trials = {trial.id: trial for trial in trials}
        self.lost: set[str] = set()

    def events(self) -> Iterator[Event]:
        n = 0
        while self.waiting or self.running:
            while self.waiting and len(self.running) < self.jobs:
                trial = self.waiting.pop(0)
                self.running[trial.id] = 0
                yield Begun(trial.id, {})
            for trial_id in list(self.running):
                n += 1
                yield from self._next(self.trials[trial_id], n)

    def _next(self, trial: Trial, n: int) -> Iterator[Event]:
        epoch = self.running[trial.id] = self.running[trial.id] + 1
        if n % 11 == 0 and trial.id not in self.lost:
            self.lost.add(trial.id)
            self.waiting.append(trial)
            del self.running[trial.id]
            yield Lost(trial.id, "worker killed by SIGKILL")
        elif n % 13 == 0:
            del self.running[trial.id]
            yield Failed(trial.id, "ValueError: no", "")
        else:
            yield done(trial, epoch, accuracy=1 / n)
            if epoch == trial.candidate.training.epochs:
                del self.running[trial.id]
                yield completed(trial)


@pytest.mark.parametrize(("jobs", "height"), [(1, 12), (2, 24), (8, 24), (64, 24), (64, 60)])
def test_a_running_trial_keeps_its_line(make_experiment: Make, jobs: int, height: int) -> None:
    """A table whose rows change places four times a second cannot be read."""
    trials = make_experiment([f"label{i:03d}" for i in range(100)], epochs=3)[1]
    screen, crowd = Screen(trials, 80, height, jobs=jobs), Crowd(trials, jobs)
    places: dict[str, int] = {}
    given_up = 0
    for event in crowd.events():
        screen.show(event)
        lines = screen.lines()
        now = {line.split()[0]: i for i, line in enumerate(lines) if re.search(r"epoch \d: \d+%$|testing$", line)}
        moved = [label for label, place in places.items() if now.get(label, place) != place]
        if not (moved and isinstance(event, (Failed, Lost))):
            assert not moved
        else:  # what stands lowest may take the place of what failed, where the line below it is needed
            assert moved == [max(places, key=places.__getitem__)]
            given_up += 1
        places = now
        shown, more = len(now), re.search(r"(\d+) more running", lines[-1])
        assert shown + (int(more[1]) if more else 0) == len(crowd.running)
        assert shown >= min(len(crowd.running), (height - 7) * 3 // 4)
    assert given_up <= height // 4
    assert "100/100 trials" in screen.text()


def test_failed_trials_stay_in_sight(make_experiment: Make) -> None:
    """In a night of a hundred trials one wants to know what went wrong, the latest first of all."""
    trials = make_experiment([f"label{i:03d}" for i in range(100)], epochs=3)[1]
    screen = Screen(trials, 100, 24, jobs=4)
    for i, trial in enumerate(trials[:40]):
        screen.show(Begun(trial.id, {}), Failed(trial.id, f"ValueError: number {i}\nof many", ""))
    for trial in trials[40:44]:
        screen.show(Begun(trial.id, {}))
    assert "40/100 trials  40 failed  4 running  56 waiting" in screen.text()
    assert screen.row("label039").split("  ")[-1] == "failed: ValueError: number 39 of many"
    assert all(screen.row(f"label{i:03d}") for i in range(40, 44))
    screen.show(Lost(trials[43].id, "worker killed by SIGKILL"), Begun(trials[44].id, {}))
    assert "SIGKILL" not in screen.text()  # for it will be tried again
    kept = [line for line in screen.lines() if " failed: " in line]
    assert len(kept) == 24 - 1 - 5 - 4 - 1
    assert screen.lines()[-1] == f"and {40 - len(kept)} more failed, 1 more restarting"


def test_a_lost_trial_says_so_until_it_begins_again(make_experiment: Make) -> None:
    """A worker that is killed again and again (out of memory, say) must not go unseen."""
    trials = make_experiment([f"label{i:03d}" for i in range(40)], epochs=4)[1]
    one = trials[0]
    for shown in (trials, trials[:3]):  # where not all have room, and where all have
        screen = Screen(shown, 100, 24)
        screen.show(Begun(one.id, {}), done(one, 1), done(one, 2), Lost(one.id, "worker killed by SIGKILL"))
        assert screen.row("label000").endswith("restarting: worker killed by SIGKILL")
        assert "1 restarting" in screen.text()
        screen.show(Begun(shown[1].id, {}))
        assert screen.row("label000").endswith("restarting: worker killed by SIGKILL")
        screen.show(Begun(one.id, {}, resumed=(done(one, 1),)))
        assert screen.row("label000").split()[2] == "1/4"
        assert screen.row("label000").endswith("epoch 2: 0%")
        assert "restarting" not in screen.text()
        screen.show(Lost(one.id, "worker killed by SIGKILL"), Begun(one.id, {}))
        assert screen.row("label000").split()[2:6] == ["0/4", "-", "-", "-"]


def test_epochs_of_a_lost_trial_are_measured_once(make_experiment: Make) -> None:
    """Each loss would otherwise pull the time left towards the trial that is lost again and again."""
    one, other = make_experiment(["relu"], seeds=2, epochs=10)[1]
    screen = Screen([one, other])
    slow = done(one, 1, seconds=100)
    screen.show(Begun(one.id, {}), slow, Begun(other.id, {}), done(other, 1, seconds=20))
    before = screen.display._measured.means()
    for _ in range(5):
        screen.show(Lost(one.id, "worker killed by SIGKILL"), Begun(one.id, {}, resumed=(slow,)))
    assert screen.display._measured.means() == before == {"relu": 60}


def test_resumed_epochs_are_done_and_measured(make_experiment: Make) -> None:
    """After a power cut the display goes on where it was; another machine's seconds say nothing of this one."""
    (one,) = make_experiment(["relu"], epochs=4)[1]
    resumed = (done(one, 1, 0.25), done(one, 2, 0.75))
    here, elsewhere = Screen([one]), Screen([one])
    here.show(Begun(one.id, {}, resumed))
    assert screen_percent(here) == 50
    assert "about 2 min left" in here.text()
    assert "val_accuracy 0.7500, relu seed 0, epoch 2" in here.text()
    elsewhere.show(Begun(one.id, {}, resumed, earlier_machines=({"cpu": "another"},)))
    assert screen_percent(elsewhere) == 50
    assert "measuring" in elsewhere.text()


def screen_percent(screen: Screen) -> int:
    return int(re.search(r"(\d+)%", screen.lines()[0])[1])  # type: ignore[index]


def test_the_best_so_far_is_the_best_after_the_last_epoch(make_experiment: Make) -> None:
    """Not a peak that a trial has left again, and not one that failed; and it is not called a verdict."""
    a, b, c = make_experiment(["aa", "bb", "cc"], epochs=4)[1]
    screen = Screen([a, b, c], width=120)
    assert "best so far: no epoch yet" in screen.text()
    screen.show(Begun(a.id, {}), done(a, 1, 0.9))
    screen.show(Begun(b.id, {}), done(b, 1, 0.8))
    assert "val_accuracy 0.9000, aa seed 0, epoch 1 (a validation value of one trial, not a verdict)" in screen.text()
    screen.show(done(a, 2, 0.7))
    assert "val_accuracy 0.8000, bb seed 0, epoch 1" in screen.text()
    screen.show(Begun(c.id, {}), done(c, 1, 0.95), Failed(c.id, "ValueError: no", ""))
    assert "val_accuracy 0.8000, bb seed 0, epoch 1" in screen.text()


def test_a_thousand_trials_on_64_workers_are_drawn_at_once(make_experiment: Make) -> None:
    """The display runs beside the trainings: what it takes, they lack."""
    trials = make_experiment([f"label{i:03d}" for i in range(200)], seeds=5, epochs=10)[1]
    screen = Screen(trials, 160, 50, jobs=64)
    for n, event in enumerate(Crowd(trials, 64).events()):
        if n > 3000:
            break
        screen.show(event)
    began = time.perf_counter()
    for _ in range(20):
        screen.console.print(screen.display._render())
    assert (time.perf_counter() - began) / 20 < 0.1  # on an idle machine, three milliseconds


def test_the_live_display_cleans_up_after_an_exception(make_experiment: Make) -> None:
    """After Ctrl-C the cursor must be back, or the user's shell looks broken."""
    screen = Screen(make_experiment(["relu"])[1])

    def interrupted() -> None:
        with screen.display:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    written = screen.console.file.getvalue()  # type: ignore[attr-defined]
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_a_window_made_narrower_is_wiped(make_experiment: Make) -> None:
    """The terminal wraps what stood there; without wiping it, half of the old rows stay between the new ones."""
    screen = Screen(make_experiment(["relu"] * 30)[1], width=120, height=40)
    screen.display._render()
    screen.console.size = screen.console.size._replace(width=60, height=12)  # type: ignore[assignment]
    assert screen.text()
    written = screen.console.file.getvalue()  # type: ignore[attr-defined]
    assert written == "\x1b[2J\x1b[H"
    screen.console.size = screen.console.size._replace(width=100)  # type: ignore[assignment]
    assert screen.text()
    assert screen.console.file.getvalue() == written  # type: ignore[attr-defined]


@pytest.mark.parametrize("no_color", [False, True])
def test_colours_are_left_out_where_they_are_not_wanted(make_experiment: Make, no_color: bool) -> None:
    """`NO_COLOR` is a promise; what is done and what is left of the bar is then told by its characters."""
    environment = {"NO_COLOR": "1"} if no_color else {}
    console = Console(file=io.StringIO(), width=80, height=30, color_system="standard", _environ=environment)
    one, two = make_experiment(["relu", "selu"], epochs=2)[1]
    display = LiveDisplay(console, "tiny", [one, two], 0)
    for event in (Begun(one.id, {}), done(one, 1), Failed(one.id, "ValueError: no", "")):
        display.show(event, one)
    console.print(display._render())
    written = console.file.getvalue()  # type: ignore[attr-defined]
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-7]m", written)) != no_color
    assert "━─" in re.sub(r"\x1b\[[0-9;]*m", "", written)


@pytest.mark.parametrize(
    ("terminal", "name", "encoding", "suits"),
    [
        (True, "xterm-256color", "utf-8", True),
        (False, "xterm-256color", "utf-8", False),
        (True, "dumb", "utf-8", False),
        (True, "xterm", "latin-1", False),
    ],
)
def test_a_live_display_needs_a_terminal_that_can(terminal: bool, name: str, encoding: str, suits: bool) -> None:
    """On a dumb terminal Rich would show nothing at all; where the characters lack, it would break off the run."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=file, force_terminal=terminal, _environ={"TERM": name})
    assert can_redraw(console) == suits


def test_a_row_never_has_more_epochs_done_than_there_are() -> None:
    """The bar would run out of its line."""
    assert TrialRow("relu", "relu", 0, 4, "running", epoch=4, share=0.5).done == 4
