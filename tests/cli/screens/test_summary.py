"""The table at the end of a run: the best first, right means, and no wider than the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from shown_results import candidate, rendered, result_of, trial

from actsearch.cli.screens.summary import summary_notes, summary_table


@pytest.mark.parametrize("width", [60, 80, 160])
def test_the_summary_of_several_seeds_fits_the_window(width: int) -> None:
    """In a narrow one the less important columns go, so that what did not complete is still said."""
    many = [candidate(label, trial(0), trial(1, status="failed"), trial(2, status="waiting")) for label in "abc"]
    text = rendered(summary_table(result_of(*many)), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert len(text.splitlines()) <= 5
    assert text.count("1 failed") == 3
    assert ("val_loss" in text) == (width >= 80)


def test_the_summary_begins_with_the_best() -> None:
    """And what did not complete stands at its end, with its state."""
    diverged = trial(accuracy=None, status="diverged", last=None, best=None)
    text = rendered(
        summary_table(
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
    header, row = rendered(summary_table(result)).splitlines()
    assert "seeds" in header
    assert row.split() == ["relu", "4", "1.5000", "0.6000", "0.7500", "2.0", "1", "diverged,", "1", "failed"]
    assert "means over the seeds that completed" in summary_notes(result)[0]


def test_the_summary_never_calls_validation_on_the_test_set_a_test() -> None:
    """With `validation: test` the best epoch was chosen on the test set: its heading must not promise more."""
    honest, chosen = (rendered(summary_table(result_of(candidate("relu"), validation_is_test=t))) for t in (0, 1))
    assert "test accuracy" in honest
    assert "0.7500" in honest
    assert "test accuracy" not in chosen
    assert "best epoch's" in chosen
    assert "0.8750" in chosen


def test_the_summarys_notes_repeat_the_warnings_and_problems() -> None:
    """What misleads is said where the numbers are read."""
    result = replace(result_of(candidate("relu")), warnings=("One seed.",), problems=("x: is damaged",))
    assert summary_notes(result)[-2:] == ["One seed.", "x: is damaged"]


def test_the_summary_says_that_trials_were_not_trained_alike() -> None:
    """Two processors differ in the last digits: a difference between rows may be theirs."""
    trials = (trial(i, machine={"cpu": cpu}) for i, cpu in enumerate(("Xeon", "EPYC")))
    mixed = result_of(candidate("relu", *trials))
    assert mixed.mixture is not None
    assert summary_notes(mixed)[-1] == mixed.mixture
