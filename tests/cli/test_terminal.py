"""What the terminal shows: right numbers, whole labels, and nothing wider than the window."""

from __future__ import annotations

import io
import json
import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType

from actsearch.cli import terminal
from actsearch.core.events import Checkpoint, Completed, Diagnosed, EpochDone, Event, Failed, Lost, Progress, Started
from actsearch.core.experiment import Activation, Experiment, Trial
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TestValues, TrialResult

Make = Callable[..., tuple[Experiment, tuple[Trial, ...]]]
HOSTILE_LABELS = ["[bold]relu[/bold]", "[/]", "größer ✓ 活性化関数", "x" * 60, ":rocket:", "a\\[b]", "0"]


def rendered(what: RenderableType, width: int = 160, height: int = 40) -> str:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False, highlight=False)
    console.print(what)
    return console.file.getvalue()  # type: ignore[attr-defined]


def result_of(*candidates: CandidateResult, validation_is_test: bool = False) -> ExperimentResult:
    return ExperimentResult("tiny", "", "results/tiny", candidates, validation_is_test, "categorical_crossentropy")


def trial(seed: int = 0, accuracy: float | None = 0.5, **changes: Any) -> TrialResult:
    made = TrialResult(
        id=f"id-{seed}",
        seed=seed,
        status="completed",
        epochs=2,
        history={"loss": [2.0, 1.0], "val_loss": [3.0, 1.5], "val_accuracy": [0.25, accuracy]},
        seconds_per_epoch=(1.0, 3.0),
        last=TestValues(2, {"accuracy": 0.75}),
        best=TestValues(1, {"accuracy": 0.875}),
    )
    return replace(made, **changes)


def candidate(label: str, *trials: TrialResult, **setting: Any) -> CandidateResult:
    return CandidateResult(label, Activation("relu"), setting, trials or (trial(),))


# --- numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.98765, "0.9877"),
        (0.0, "0.0000"),
        (-1.5, "-1.5000"),
        (999.5, "999.5000"),
        (1234.5, "1.23e+03"),
        (1e30, "1e+30"),
        (None, "-"),
        (math.nan, "-"),
        (math.inf, "-"),
    ],
)
def test_numbers_are_short_and_true(value: float | None, shown: str) -> None:
    """A loss that exploded must neither break the table nor look like a small one."""
    assert terminal.number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1 s"),
        (0.4, "1 s"),
        (45, "45 s"),
        (89, "89 s"),
        (100, "2 min"),
        (12 * 60, "12 min"),
        (89 * 60, "89 min"),
        (3 * 3600 + 5 * 60, "3 h 05 min"),
        (47 * 3600 + 59 * 60, "47 h 59 min"),
        (52 * 3600, "2 d 4 h"),
        (1000 * 86400, "1000 d 0 h"),
    ],
)
def test_durations_are_in_the_unit_one_thinks_in(seconds: float, shown: str) -> None:
    """Somebody decides by this whether to wait or to go home."""
    assert terminal.duration(seconds) == shown


def test_durations_never_say_sixty_minutes() -> None:
    """Rounding must not make `3 h 60 min`, nor a longer time look shorter than a shorter one."""
    sizes = {"s": 1, "min": 60, "h": 3600, "d": 86400}
    last = 0.0
    for seconds in range(0, 300_000, 7):
        text = terminal.duration(seconds)
        parts = [(int(n), unit) for n, unit in re.findall(r"(\d+) (\w+)", text)]
        assert len(parts) == 1 or parts[1][0] < {"min": 60, "h": 24}[parts[1][1]], text
        value = sum(n * sizes[unit] for n, unit in parts)
        assert value >= last, text
        assert abs(value - seconds) <= max(1.0, 0.5 * seconds), text
        last = value


# --- lines for logs and programs


def lines_of(display: terminal.Display, events: Sequence[Event], one: Trial) -> None:
    with display:
        for event in events:
            display.show(event, one)


def test_plain_lines_are_one_an_epoch(make_experiment: Make, fake_train: Callable[..., Any]) -> None:
    """A log of a night's run must be short enough to be read."""
    (one,) = make_experiment(["relu"], epochs=3)[1]
    written: list[str] = []
    events = list(fake_train()(one))
    lines_of(terminal.PlainLines(written.append), events, one)
    completed = events[-1]
    assert isinstance(completed, Completed)
    assert len(written) == 4
    assert [line.split("  ")[0] for line in written[:3]] == [f"relu seed 0: epoch {n}/3" for n in (1, 2, 3)]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        epoch = next(event for event in events if isinstance(event, EpochDone))
        assert f"  {name} {epoch.metrics[name]:.4f}" in written[0]
    assert written[3] == f"relu seed 0: completed, test accuracy {completed.last.test['accuracy']:.4f}"


def test_plain_lines_tell_of_divergence_and_failure(make_experiment: Make, fake_train: Callable[..., Any]) -> None:
    """Neither vanishes from a log."""
    (one,) = make_experiment(["relu"], epochs=3)[1]
    written: list[str] = []
    display = terminal.PlainLines(written.append)
    lines_of(display, list(fake_train(diverges=["relu"])(one)), one)
    display.show(Failed(one.id, "ValueError: [bold]", "Traceback"), one)
    assert written[-3:] == [
        "relu seed 0: epoch 2/3  loss -  accuracy -  val_loss -  val_accuracy -  0.5 s",
        "relu seed 0: diverged in epoch 2",
        "relu seed 0: failed: ValueError: [bold]",
    ]


RESUMED = tuple(EpochDone("id", epoch, {"loss": 1.0}, 2.0) for epoch in (1, 2))


def test_plain_lines_tell_of_a_lost_worker_and_where_the_trial_goes_on(make_experiment: Make) -> None:
    """In the log of a night, a worker that was killed is named, and no epoch seems to be missing."""
    (one,) = make_experiment(["relu"], epochs=3)[1]
    written: list[str] = []
    events = [
        Started(one.id, {}),
        Progress(one.id, 1, 3, 4),
        Checkpoint(one.id, 2, b"content"),
        Lost(one.id, "worker killed by SIGKILL", "the last that it wrote"),
        Started(one.id, {}, resumed=RESUMED),
    ]
    lines_of(terminal.PlainLines(written.append), events, one)
    assert written == [
        "relu seed 0: worker killed by SIGKILL; it will be tried again",
        "relu seed 0: goes on after epoch 2",
    ]


def test_json_lines_tell_of_a_lost_worker_and_where_the_trial_goes_on(make_experiment: Make) -> None:
    """A program that counts epochs must know which were done before; checkpoints are no text."""
    (one,) = make_experiment(["relu"], epochs=3)[1]
    written: list[str] = []
    events = [
        Started(one.id, {"cpu": "x"}),
        Progress(one.id, 1, 3, 4),
        Checkpoint(one.id, 2, b"content"),
        Lost(one.id, "worker killed by SIGKILL"),
        Started(one.id, {"cpu": "x"}, resumed=RESUMED),
    ]
    lines_of(terminal.JsonLines(written.append), events, one)
    first, lost, second = map(json.loads, written)
    assert (first["event"], first["machine"], first["resumed_epochs"]) == ("started", {"cpu": "x"}, 0)
    assert (lost["event"], lost["trial"], lost["cause"]) == ("lost", one.id, "worker killed by SIGKILL")
    assert (second["event"], second["resumed_epochs"]) == ("started", 2)


def test_every_event_is_named_or_left_out_on_purpose() -> None:
    """One that is forgotten would end `run --json` with a traceback in the middle of a night."""
    from typing import get_args

    assert set(terminal.EVENT_NAMES) == set(get_args(Event)) - {Progress, Diagnosed, Checkpoint}


def test_json_lines_hold_what_another_program_needs(make_experiment: Make, fake_train: Callable[..., Any]) -> None:
    """Each line is JSON by itself (no NaN), in full precision, and says which trial it is about."""
    (one,) = make_experiment(["größer [bold]"], epochs=2)[1]
    written: list[str] = []
    events = [*fake_train()(one), *fake_train(diverges=["größer [bold]"])(one), Failed(one.id, "ValueError: x", "")]
    lines_of(terminal.JsonLines(written.append), events, one)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    parsed = [json.loads(line, parse_constant=refuse) for line in written]
    names = ["started", "epoch", "epoch", "completed", "started", "epoch", "epoch", "diverged", "failed"]
    assert [row["event"] for row in parsed] == names
    for row in parsed:
        assert row["trial"] == one.id
        assert (row["label"], row["seed"], row["setting"]) == ("größer [bold]", 0, {})
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [row["metrics"] for row in parsed if row["event"] == "epoch"] == [dict(e.metrics) for e in epochs]
    assert parsed[3]["test"]["last"]["epoch"] == 2
    assert parsed[3]["test"]["best"]["epoch"] == 1
    assert parsed[7]["epoch"] == 2
    assert parsed[8]["error"] == "ValueError: x"


# --- tables


def trials_table(result: ExperimentResult) -> Group:
    """Every trial, as `status --trials` has them."""
    return Group(*terminal.status(result, every_trial=True))


def test_of_many_trials_those_that_need_a_look_are_shown() -> None:
    """A hundred lines that say `completed` hide the one that says `failed`."""
    many = [trial(seed) for seed in range(49)]
    failed = TrialResult("t49", 49, "failed", 2, error="ValueError: no")
    text = rendered(Group(*terminal.status(result_of(candidate("relu", *many, failed)))), 100)
    lines = text.splitlines()
    assert len(lines) == 6
    assert "ValueError: no" in lines[4]
    assert lines[5].endswith("each of the 50 trials: --trials")
    assert len(rendered(trials_table(result_of(candidate("relu", *many, failed))), 100).splitlines()) == 51


@pytest.mark.parametrize("table", [terminal.summary, trials_table])
def test_labels_are_printed_as_they_are(table: Callable[[ExperimentResult], RenderableType]) -> None:
    """A label is the user's; one in brackets must neither vanish nor turn the table bold."""
    text = rendered(table(result_of(*(candidate(label) for label in HOSTILE_LABELS))))
    for label in HOSTILE_LABELS:
        assert label in text


@pytest.mark.parametrize("table", [terminal.summary, trials_table])
@pytest.mark.parametrize("width", [60, 80, 160])
def test_tables_fit_the_window(table: Callable[[ExperimentResult], RenderableType], width: int) -> None:
    """And the numbers in them are never the part that is cut."""
    failed = trial(accuracy=None, status="failed", error="ValueError: [bold] " + "long " * 50)
    wide = [candidate(label, trial(accuracy=0.5), learning_rate=0.001) for label in HOSTILE_LABELS]
    text = rendered(table(result_of(*wide, candidate("failed", failed))), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert len(text.splitlines()) <= len(HOSTILE_LABELS) + 3
    assert text.count("0.5000") >= len(HOSTILE_LABELS)
    assert "fail" in text


@pytest.mark.parametrize("width", [60, 80, 160])
def test_the_summary_of_several_seeds_fits_the_window(width: int) -> None:
    """In a narrow one the less important columns go, so that what did not complete is still said."""
    many = [candidate(label, trial(0), trial(1, status="failed"), trial(2, status="waiting")) for label in "abc"]
    text = rendered(terminal.summary(result_of(*many)), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert len(text.splitlines()) <= 5
    assert text.count("1 failed") == 3
    assert ("val_loss" in text) == (width >= 80)


@pytest.mark.parametrize("width", [60, 80, 160])
def test_the_table_of_trials_tells_why_one_failed(width: int) -> None:
    """In the place of its numbers, of which it may have none: else one has to look for the file."""
    error = "ValueError: the input has NaN\n\tin [bold]\x1b[31m " + "long " * 50
    failed = trial(accuracy=None, status="failed", error=error)
    line = rendered(trials_table(result_of(candidate("relu", failed))), width).splitlines()[1]
    assert line.startswith("relu           0    2/2  failed: ValueError: the input has")
    assert cell_len(line) == width
    assert line.endswith("…")
    assert "\x1b" not in line
    bare = trial(accuracy=None, status="failed", error=None)
    assert "None" not in rendered(trials_table(result_of(candidate("relu", bare))))


def test_points_of_a_grid_can_be_told_apart_in_a_narrow_window() -> None:
    """Where whole names have no room, their values stay: a hundred rows called `leaky-relu learning…` say nothing."""
    grid = [candidate("leaky-relu", learning_rate=rate, batch_size=size) for rate in (0.1, 0.001) for size in (32, 128)]
    for width, names in (
        (60, ["0.1 32", "0.1 128", "001 32", "001 128"]),
        (80, ["leaky-relu 0.1 32", "leaky-relu 0.1 128", "leaky-relu 0.001 32", "leaky-relu 0.001 128"]),
        (160, [f"leaky-relu learning_rate={rate} batch_size={size}" for rate in (0.1, 0.001) for size in (32, 128)]),
    ):
        _, *lines = rendered(trials_table(result_of(*grid)), width).splitlines()
        for name, line in zip(names, lines, strict=True):
            assert line.startswith("leaky-re")
            assert f"{name} " in line


@pytest.mark.parametrize("text", ["abcdefghij", "größer ✓ 活性化関数", "活" * 20, "a", ""])
@pytest.mark.parametrize("width", [1, 2, 3, 6, 9, 10, 40])
def test_shortened_names_have_room(text: str, width: int) -> None:
    """A name one cell too wide would shift all the numbers behind it."""
    short = terminal.shortened(text, width)
    assert cell_len(short) <= width
    assert short == text if cell_len(text) <= width else "…" in short


def test_the_table_of_a_thousand_trials_is_quick() -> None:
    """`actsearch status` is called again and again."""
    many = result_of(*(candidate(f"{i}", *(trial(seed) for seed in range(5)), rate=0.1) for i in range(200)))
    began = time.perf_counter()
    assert len(rendered(trials_table(many)).splitlines()) == 1001
    assert time.perf_counter() - began < 5


def test_the_summary_begins_with_the_best() -> None:
    """And what did not complete stands at its end, with its state."""
    diverged = trial(accuracy=None, status="diverged", last=None, best=None)
    text = rendered(
        terminal.summary(
            result_of(
                candidate("worse", trial(accuracy=0.5)),
                candidate("diverges", diverged),
                candidate("best", trial(accuracy=0.9)),
                candidate("waits", trial(status="waiting", history={}, last=None, best=None, seconds_per_epoch=())),
            )
        )
    )
    _, *lines = text.splitlines()
    assert [line.split()[0] for line in lines] == ["best", "worse", "diverges", "waits"]
    assert lines[0].split() == ["best", "1.5000", "0.9000", "0.7500", "2.0"]
    assert lines[2].split() == ["diverges", "-", "-", "-", "-", "diverged", "in", "epoch", "2"]
    assert lines[3].split() == ["waits", "-", "-", "-", "-", "waiting"]


def test_the_summary_of_several_seeds_is_their_mean() -> None:
    """Over those that completed; the others are counted, or a seed that diverged would vanish."""
    three = candidate(
        "relu", trial(0, 0.4), trial(1, 0.8), trial(2, None, status="diverged"), trial(3, None, status="failed")
    )
    result = result_of(three)
    header, row = rendered(terminal.summary(result)).splitlines()
    assert "seeds" in header
    assert row.split() == ["relu", "4", "1.5000", "0.6000", "0.7500", "2.0", "1", "diverged,", "1", "failed"]
    assert "means over the seeds that completed" in terminal.summary_notes(result)[0]


def test_the_summary_never_calls_validation_on_the_test_set_a_test() -> None:
    """With `validation: test` the best epoch was chosen on the test set: its heading must not promise more."""
    honest, chosen = (rendered(terminal.summary(result_of(candidate("relu"), validation_is_test=t))) for t in (0, 1))
    assert "test accuracy" in honest
    assert "0.7500" in honest
    assert "test accuracy" not in chosen
    assert "best epoch's" in chosen
    assert "0.8750" in chosen


def test_the_summarys_notes_repeat_the_warnings_and_problems() -> None:
    """What misleads is said where the numbers are read."""
    result = replace(result_of(candidate("relu")), warnings=("One seed.",), problems=("x: is damaged",))
    assert terminal.summary_notes(result)[-2:] == ["One seed.", "x: is damaged"]


def test_the_summary_says_that_trials_were_not_trained_alike() -> None:
    """Two processors differ in the last digits: a difference between rows may be theirs."""
    trials = (trial(i, machine={"cpu": cpu}) for i, cpu in enumerate(("Xeon", "EPYC")))
    mixed = result_of(candidate("relu", *trials))
    assert mixed.mixture is not None
    assert terminal.summary_notes(mixed)[-1] == mixed.mixture


def test_the_table_of_trials_shows_the_last_values_there_are() -> None:
    """A diverged trial shows its last epoch that had numbers, and says that it diverged."""
    history = {"loss": [2.0, None], "val_loss": [3.0, None], "val_accuracy": [0.25, None]}
    diverged = trial(status="diverged", epochs=5, history=history, last=None, best=None)
    waiting = trial(7, status="waiting", history={}, last=None, best=None, seconds_per_epoch=())
    text = rendered(trials_table(result_of(candidate("relu", diverged, waiting))))
    _, one, two = text.splitlines()
    assert one.split() == ["relu", "0", "2/5", "2.0000", "3.0000", "0.2500", "diverged", "in", "epoch", "2"]
    assert two.split() == ["relu", "7", "0/2", "-", "-", "-", "waiting"]


def test_every_status_can_be_counted_and_shown() -> None:
    """A status without a colour would end `actsearch status` with a traceback."""
    from typing import get_args

    from actsearch.core.trial_results import Status

    trials = [
        trial(status=status, error="E: x" if status == "failed" else None) for status in get_args(Status) for _ in "12"
    ]
    assert terminal.counted(trials).startswith("12 trials: 2 completed, 2 running")
    assert all(f"2 {status}" in terminal.counted(trials) for status in get_args(Status))
    text = rendered(trials_table(result_of(candidate("relu", *trials))))
    assert all(status in text for status in get_args(Status))
    assert terminal.counted(trials[:1]) == "1 trial: 1 waiting"


def test_a_trial_as_json_is_whole() -> None:
    """`status --json` is what scripts read: in full precision and with nulls where there is nothing."""
    one = candidate("relu", trial(3, 1 / 3, machine={"cpu": "x"}))
    row = json.loads(json.dumps(terminal.trial_as_json(one, one.trials[0]), allow_nan=False))
    assert row["last"] == {"loss": 1.0, "val_loss": 1.5, "val_accuracy": 1 / 3}
    assert row["test"]["best"] == {"epoch": 1, "accuracy": 0.875}
    assert (row["seed"], row["status"], row["epochs_done"], row["epochs"]) == (3, "completed", 2, 2)
    assert row["seconds"] == 4
    waiting = trial(status="waiting", history={}, last=None, best=None, seconds_per_epoch=())
    row = terminal.trial_as_json(one, waiting)
    assert (row["last"], row["test"], row["epochs_done"]) == ({}, {"last": None, "best": None}, 0)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (5, 12, "5 to 12 s"),
        (5, 5.2, "5 s"),
        (60, 600, "60 s to 10 min"),
        (600, 1200, "10 to 20 min"),
        (5000, 8000, "83 min to 2 h 13 min"),
        (8000, 9000, "2 h 13 min to 2 h 30 min"),
    ],
)
def test_ranges_of_time_read_well(low: float, high: float, text: str) -> None:
    """`88 to 3 h 49 min` was 88 minutes."""
    assert terminal.span(low, high) == text
