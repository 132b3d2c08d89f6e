"""The page of findings in windows of any width."""

from __future__ import annotations

import io

import pytest
from fake_diagnostics import candidate, diagnostics, experiment, layer_names, trial
from rich.cells import cell_len
from rich.console import Console

from actsearch.analysis.findings.explanation import explanation_of
from actsearch.cli.screens.explanation import explanation_lines
from actsearch.core.trial_results import CandidateResult


def page(width: int, *candidates: CandidateResult) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    for line in explanation_lines(explanation_of(experiment(*candidates))):
        console.print(line, markup=False, emoji=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def dying(label: str = "relu") -> CandidateResult:
    return candidate("relu", *(trial(diagnostics(layer_names(30), dead=0.4), seed) for seed in range(3)), label=label)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_fit_the_window_and_go_on_under_their_beginning(width: int) -> None:
    """A sentence that is cut off at the edge has lost its number."""
    rows = page(width, dying(), candidate("[bold]x" * 9, trial(diagnostics()))).splitlines()
    assert max(map(cell_len, rows)) <= width
    assert not any(row.endswith(" ") for row in rows)
    first = next(i for i, row in enumerate(rows) if row.startswith(" ! "))
    assert rows[first + 1].startswith("   ")
    assert any("[bold]x" in row for row in rows), "a label is no markup"


def test_a_percent_sign_stays_with_its_number() -> None:
    """`0` at the end of a line reads as another number."""
    for width in range(40, 90):
        assert not any(row.lstrip().startswith("%") for row in page(width, dying()).splitlines())


def test_the_page_says_how_it_ended_where_it_comes_from_and_that_it_proves_nothing() -> None:
    """Words of association, and the way back to the numbers."""
    text = page(200, dying(), candidate("elu", trial(None)))
    assert "none of it proves that one thing caused another" in text
    assert "relu: validation accuracy 0.8750, loss 0.2500 after epoch 4 (median of 3 seeds)" in text
    assert "from trials/t-seed0/diagnostics.json and those of 2 more seeds" in text
    assert "Without diagnostics, so not explained: elu" in text
    assert "dead: a unit (of a convolution: a channel) whose" in text


def test_a_value_of_one_seed_of_three_is_told_as_such() -> None:
    """Of a candidate that diverged with two seeds, what is left is luck."""
    gone = [trial(diagnostics(), seed, status="diverged") for seed in (1, 2)]
    text = page(200, candidate("relu", trial(diagnostics(), 0), *gone))
    assert "after epoch 4 (1 of 3 seeds)" in text


def test_control_characters_do_not_reach_the_terminal() -> None:
    """A label may come from anywhere."""
    assert "\x1b" not in page(80, dying("a\x1b[2Jb"))
