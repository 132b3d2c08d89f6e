"""The gallery of sentences: a change of wording shows as a difference of text files, and every sentence is looked at.

What a user would lose: a rare sentence, which nobody saw before it was printed, with a number that has no unit.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sentence_gallery import COMMAND, GALLERY, TABLES, page_of, sentences_of, situations_of, templates_of

import actsearch
from actsearch.core.sentences.sentence import Sentence, alternative_place

MOST_WORDS = 25
"""Of a sentence: plain ones have about 20."""
MOST_DIGITS = 3
"""Of a number with a point, from the first that is not 0: points of accuracy have two, losses three."""
UNITS = (
    "%",
    "points",
    "in mean absolute error",
    "percentage points",
    "s",
    "min",
    "h",
    "ms",
    "times",
    "of",
    "standard errors",
    "GFLOP/s",
    "GB",
    "MB",
)

EXCEED_TODAY: Mapping[str, str] = {
    "captions.MARGIN_BAND": "unit",
    "captions.SEEDS_THAT_WOULD_TELL": "words",
    "captions.AXIS_CUT": "digits unit",
    "captions.SPEED_MARKS": "words",
    "captions.SETTING_AXIS_CUT": "digits unit",
    "captions.SETTING_AXIS_CUT_MARKED": "digits unit",
    "captions.BOLD_OF_A_PANEL": "digits unit",
    "captions.AXIS_BEGINS": "unit",
    "captions.AXIS_ENDS": "unit",
    "captions.LAYER_AXIS_ENDS": "unit",
    "captions.DEAD_DRAWN": "words",
    "captions.NORMALISATION_DRAWN": "unit",
    "captions.VALUES_BEYOND": "digits unit",
    "captions.ALL_BEYOND": "digits unit",
    "captions.SEEDS_BEYOND": "digits unit",
    "captions.SEEDS_AND_MEAN_BEYOND": "digits unit",
    "comparison_warnings.RANKS_BY_TEST_SET_AS_VALIDATION": "words",
    "comparison_warnings.BEST_EPOCH_FLATTERS": "unit words",
    "comparison_warnings.BEST_EPOCH_BY_ANOTHER_METRIC": "unit",
    "comparison_warnings.FLATTERED_BY": "unit",
    "comparison_warnings.EDGE_OF_THE_GRID": "unit",
    "comparison_warnings.BEST_OF_SETTINGS_FLATTERS": "words",
    "comparison_warnings.TOO_NOISY_TO_TELL": "unit words",
    "comparison_warnings.SIGN_FLIP_DISAGREES": "unit",
    "comparison_warnings.NOT_THE_QUESTION_OF_LOOKS": "words",
    "comparison_warnings.SEEDS_WERE_ADDED": "words",
    "conclusions.OWN_SETTINGS": "words",
    "conclusions.METHOD_OF_LOOKS": "words",
    "conclusions.ON_NEW_DATA_CHANGED_OF_REFERENCE": "words",
    "conclusions.LEFT_OPEN": "unit",
    "conclusions.LEFT_OPEN_UP_TO": "unit words",
    "conclusions.LEFT_OPEN_FROM_TO": "unit words",
    "conclusions.ON_THE_TEST_SET": "digits unit",
    "conclusions.MEAN_ON_THE_TEST_SET": "digits unit",
    "conclusions.SCOPE": "words",
    "findings.NORM_BEFORE": "unit",
    "findings.NORM_BEFORE_AND_UNTRAINED": "unit",
    "findings.NORM_EARLIER_AND_UNTRAINED": "unit",
    "findings.VANISHING_ON_PLATEAU": "unit words",
    "findings.VANISHED_ON_PLATEAU": "unit",
    "findings.PLATEAU": "unit",
    "findings.PLATEAU_IN_EPOCHS": "unit",
    "findings.PLATEAU_OF_SEEDS": "unit",
    "findings.PLATEAU_OF_SEEDS_IN_EPOCHS": "unit",
    "findings.SPARSE_AND_FEW_DEAD": "words",
    "findings.SATURATED_AND_UNTRAINED_AND_OTHERS": "words",
    "findings.LARGE_UPDATE": "unit",
    "findings.CLIPPED_GRADIENT_AND_IN_THE_END": "words",
    "findings.LEARNED_PARAMETER": "unit",
    "findings.LEARNED_PARAMETER_FROM": "unit",
    "findings.LEARNED_WITHIN_LAYERS": "unit",
    "findings.OUTSIDE_UNTRAINED": "unit",
    "findings.LEAVES_DOMAIN": "unit",
    "findings.MEAN_OR_VARIANCE": "unit",
    "findings.VARIANCE_UNTRAINED": "unit",
    "findings.VARIANCE_BY_DEPTH": "unit",
    "findings.SELU_DOMAIN_MEANS": "unit",
    "findings.CANDIDATE_ENDED": "digits unit",
    "findings.CANDIDATE_ENDED_OF_SEEDS": "digits unit",
    "findings.CANDIDATE_ENDED_OF_SOME_SEEDS": "digits unit",
    "plans.DETECTABLE_WITH_FEW_SEEDS": "digits",
    "plans.ENOUGH_FOR_TIES": "digits",
    "plans.SEEDS_FOR_TIES_AND_TIME": "words",
    "plans.SCREEN_FIRST": "words",
    "plans.MEANING_FOR_PAIRS": "words",
    "plans.MEANING_FOR_BASELINE": "words",
    "plans.NOISE": "unit words",
    "plans.NOISE_RANGE": "unit words",
    "plans.NOISE_AS_GIVEN": "unit",
    "plans.CORRELATION_GIVEN": "words",
    "plans.ANOTHER_EXPERIMENT": "words",
    "ranking.NO_LEADER": "digits unit",
    "ranking.LEADER": "digits unit",
    "ranking.LEADER_BETTER_THAN_THE_OTHERS": "digits unit words",
    "ranking.LEADER_OUT_OF_REACH": "digits unit",
    "ranking.SURPASSED_LEADER": "digits unit",
    "ranking.SURPASSED_LEADER_BETTER_THAN_THE_OTHERS": "digits unit",
    "ranking.SURPASSED_LEADER_OUT_OF_REACH": "digits unit",
    "ranking.NONE_SEPARATED": "words",
    "ranking.LEADING_GROUP": "words",
    "ranking.BEST_MEAN": "digits unit",
    "ranking.PAIR_TIED": "unit",
    "ranking.GROUP_TIED": "unit",
    "ranking.GROUP_TIED_NOT_EQUAL": "unit",
    "ranking.LEADER_TIED": "unit",
    "ranking.LEADER_UNDECIDED": "unit words",
    "ranking.LEADER_WITHOUT_VERDICT": "unit",
    "ranking.WORSE_THAN_LEADER": "digits unit",
    "ranking.AGAINST_BASELINE": "digits unit",
    "ranking.BETTER_THAN_BASELINE": "unit",
    "ranking.WORSE_THAN_BASELINE": "digits unit",
    "ranking.TIED_WITH_BASELINE": "unit",
    "ranking.UNDECIDED_AGAINST_BASELINE": "unit",
    "ranking.NO_VERDICT_AGAINST_BASELINE": "digits unit",
    "ranking.DIFFERENCE": "unit",
    "ranking.DIFFERENCE_NOTED": "unit",
    "ranking.DIFFERENCE_UNDECIDED": "unit",
    "ranking.DIFFERENCE_NOT_FORESEEN": "unit",
    "runs.BEGINS_ANEW_FOR_DIAGNOSTICS": "words",
    "runs.COMPLETED_WITH": "digits unit",
    "runs.SETTING_CHOSEN": "digits",
    "runs.FIRST_WOULD_TAKE_WITH_DIAGNOSTICS": "words",
    "verdicts.COST_OF_LOOKING_AGAIN": "words",
    "verdicts.TIED_BETTER_OR_WORSE": "unit",
    "verdicts.REQUIREMENT": "unit",
}
"""Templates that exceed a limit today, and which. It may only become shorter: reword, and take the entry out."""


@pytest.mark.parametrize("table", TABLES)
def test_every_template_is_in_the_gallery(table: str) -> None:
    """In the order of its module, with a situation at the least."""
    situations = situations_of(table)
    assert list(situations) == list(templates_of(table))
    assert [name for name, values in situations.items() if not values] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_alternative_is_in_the_gallery(table: str) -> None:
    """None and one and several: a plural is wrong where nobody looked."""
    missing = []
    for name, template in templates_of(table).items():
        for field, i in alternatives_of(template):
            values = [situation[field] for situation in situations_of(table)[name]]
            if i not in [alternative_place(value, counted(template, field)) for value in values]:
                missing.append(f"{name}: alternative {i + 1} of {field}")
    assert missing == []


def alternatives_of(template: Sentence) -> Iterator[tuple[str, int]]:
    """The values that choose between alternatives, with the place of each alternative."""
    for field in template.fields:
        yield from ((field, i) for i in range(counted(template, field)))


def counted(template: Sentence, field: str) -> int:
    """How many alternatives a value chooses between; none for most."""
    return max((spec.count("|") + 1 for spec in template.fields[field] if "|" in spec), default=0)


@pytest.mark.parametrize("table", TABLES)
def test_the_gallery_is_up_to_date(table: str) -> None:
    text = (GALLERY / f"{table}.txt").read_text(encoding="utf-8")
    assert page_of(sentences_of(table)) == text, f"the wording is another one; renew the gallery: {COMMAND}"


def test_the_gallery_has_no_other_files() -> None:
    expected = {f"{table}.{ending}" for table in TABLES for ending in ("yaml", "txt")}
    assert {file.name for file in GALLERY.iterdir()} == expected


def test_sentences_keep_to_the_limits() -> None:
    """But for those that are known: a new sentence is plain, and one that was reworded is not let off any more."""
    exceeding = {}
    for table in TABLES:
        for name, said in sentences_of(table).items():
            limits = sorted(set().union(*map(exceeded, said)))
            if limits:
                exceeding[f"{table}.{name}"] = " ".join(limits)
    assert exceeding == EXCEED_TODAY


def exceeded(text: str) -> set[str]:
    """Which limits a text exceeds: `words`, `digits`, `unit`."""
    limits = set()
    if any(len(sentence.split()) > MOST_WORDS for sentence in re.split(r"(?<=[.?!]) ", text)):
        limits.add("words")
    for number in re.finditer(r"(?<![\w.])\d+\.\d+(?:e[+-]?\d+)?(?![\w.]*\d)", text):
        if len(number[0].partition("e")[0].replace(".", "").lstrip("0")) > MOST_DIGITS:
            limits.add("digits")
        if not has_unit(text, number):
            limits.add("unit")
    return limits


def has_unit(text: str, number: re.Match[str]) -> bool:
    """Whether a unit follows, or the name of a value stands before it: `p = 0.02`, `learning_rate 0.1`, `--sd 0.1`."""
    before, after = text[: number.start()], text[number.end() :]
    if re.search(r"(= ?|\w_\w+ |--\w+ |clip\w+ )[+-]?$", before):
        return True
    return re.match(rf" ?({'|'.join(map(re.escape, UNITS))})(?!\w)", after) is not None


# --- one place


def test_templates_stand_in_the_tables_alone_and_each_is_used() -> None:
    """A template elsewhere is in no gallery; one that nothing uses is reworded in vain."""
    package = Path(actsearch.__file__).parent
    names = {name for table in TABLES for name in templates_of(table)}
    elsewhere, used = [], set()
    for path in package.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        is_table = path.parent.name == "sentences"
        if not is_table:
            elsewhere += [path.name for node in nodes if isinstance(node, ast.Call) and is_name(node.func, "Sentence")]
            used |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert elsewhere == []
    assert names - used == set()


def is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


# --- the template itself


def test_words_depend_on_a_count_or_a_truth() -> None:
    counts = Sentence("{n:no seed|one seed|# seeds}, {n:is|are}")
    assert [counts(n=n) for n in (0, 1, 2)] == ["no seed, are", "one seed, is", "2 seeds, are"]
    truth = Sentence("{ok:holds|fails}{ok:| again}")
    assert (truth(ok=True), truth(ok=False)) == ("holds", "fails again")


@pytest.mark.parametrize("values", [{}, {"n": 1, "m": 2}])
def test_all_values_and_no_others_are_given(values: dict[str, int]) -> None:
    with pytest.raises(KeyError):
        Sentence("{n}")(**values)


def test_a_value_is_left_as_it_is() -> None:
    """A label of the user's may hold anything."""
    assert Sentence("{name}: {{n}}")(name="{x} | # {") == "{x} | # {: {n}"
