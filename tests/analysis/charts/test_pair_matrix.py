"""Every pair, both ways."""

from __future__ import annotations

from compared_studies import compared, words
from comparison_cases import a_candidate, noisy

from actsearch.analysis.charts import pair_matrix


def test_the_matrix_says_both_ways_what_each_pair_is() -> None:
    """A row reads from left to right: what its contender is against each of the others."""
    some = [a_candidate("a", noisy(0.99, 8)), a_candidate("b", noisy(0.99, 8)), a_candidate("c", noisy(0.9, 8))]
    found = pair_matrix.pair_matrix_table(compared(*some), "m")
    assert found is not None
    assert found.names == ("a", "b", "c")
    verdicts = [[None if cell is None else cell.verdict for cell in row] for row in found.cells]
    assert verdicts == [[None, "tied", "better"], ["tied", None, "better"], ["worse", "worse", None]]
    assert found.cells[0][2] is not None
    assert found.cells[0][2].text == "+0.0900"
    assert found.leading == (True, True, False)


def test_the_sign_of_a_verdict_does_not_contradict_the_number_below_it() -> None:
    """Of a loss the better is the lower: a `>` above -0.0900 says two things at once."""
    some = [a_candidate("a", noisy(0.99, 8)), a_candidate("b", noisy(0.99, 8)), a_candidate("c", noisy(0.9, 8))]
    found = pair_matrix.pair_matrix_table(compared(*some, metric="val_loss"), "m")
    assert found is not None
    assert found.cells[0][2] is not None
    assert (found.cells[0][2].verdict, found.cells[0][2].text) == ("better", "-0.09000")
    assert "▲ better, ▼ worse" in words(found.caption)
    assert not {">", "<"} & set(pair_matrix.VERDICT_SYMBOLS.values())


def test_there_is_no_matrix_of_what_was_not_compared() -> None:
    """With a baseline only its pairs are in the family; without verdicts, or of two, a matrix says nothing more."""
    some = [a_candidate(f"c{i}", noisy(0.99, 5, stream=i)) for i in range(13)]
    assert pair_matrix.pair_matrix_table(compared(*some[:3], baseline="c0"), "m") is None
    assert pair_matrix.pair_matrix_table(compared(*some[:2]), "m") is None
    assert pair_matrix.pair_matrix_table(compared(*some), "m") is None
    assert pair_matrix.pair_matrix_table(compared(*some[:12]), "m") is not None
    few = [a_candidate(f"c{i}", [0.99, 0.98]) for i in range(3)]
    assert pair_matrix.pair_matrix_table(compared(*few), "m") is None
