"""YAML 1.2 as people write it, and files that are no experiment: one clear answer, in bounded time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tables import check_each
from written_experiments import Write, again, experiment, only, problems

from actsearch.config.loading import load_experiment

# --- What is read


def test_whole_numbers_are_yaml_1_2(write: Write) -> None:
    """YAML 1.1 reads `010` as eight."""

    def check(text: str, seed: int) -> None:
        assert experiment(write, f"seeds: [{text}]\n").seeds == (seed,)

    check_each([("010", 10), ("0o10", 8), ("0x1F", 31), ("+7", 7), ("!!int 9", 9)], check)


NUMBERS = [
    ("1e-3", 1e-3),
    ("1E3", 1e3),
    ("1E2", 100.0),
    (".5", 0.5),
    ("+.5", 0.5),
    ("1.", 1.0),
    ("2", 2.0),
    ("5", 5.0),
    ("0x10", 16.0),
    ("0o10", 8.0),
    ("010", 10.0),
]


def test_numbers_with_an_exponent_are_numbers(write: Write) -> None:
    """PyYAML alone reads `1e-3` as a word."""

    def check(text: str, rate: float) -> None:
        rest = f"activations: [relu]\ntraining: {{optimizer: {{name: adam, learning_rate: {text}}}}}\n"
        value = only(write, rest).training.optimizer.arguments["learning_rate"]
        assert (value, type(value)) == (rate, float)

    check_each(NUMBERS, check)


WORDS = ["no", "yes", "on", "off", "1:30", "1_000", "2001-01-01", "2024-01-01", "0b1", "'3'", '"null"', "=", "y"]


def test_words_that_yaml_1_1_takes_for_something_else_stay_words(write: Write) -> None:
    def check(text: str) -> None:
        loaded = experiment(write, f"description: {text}\n")
        assert loaded.description == text.strip("'\"")
        assert again(loaded) == loaded

    check_each(WORDS, check)


def test_a_byte_order_mark_is_no_mistake(write: Write) -> None:
    """Some editors on Windows write one."""
    assert load_experiment(write(b"\xef\xbb\xbfname: a\n")).experiment.name == "a"
    assert load_experiment(write(b"\xef\xbb\xbfname: a\r\n")).experiment.name == "a"


# --- What is refused


def aliases_of_aliases(items: int) -> str:
    """A short file that stands for more values than fit in memory."""
    lines = [f"name: a\na: &a [{', '.join(['1'] * items)}]"]
    for before, after in zip("abcdefghi", "bcdefghij", strict=True):
        lines.append(f"{after}: &{after} [{', '.join(['*' + before] * items)}]")
    return "\n".join(lines)


HOSTILE: list[tuple[str | bytes, str]] = [
    ("", "x.yaml: is empty"),
    ("# nothing\n", "x.yaml: is empty"),
    ("- 1\n", "x.yaml:1: is not a list of keys with values"),
    ("hello\n", "x.yaml:1: is not a list of keys with values"),
    ("name: ä\n".encode("latin-1"), "x.yaml:1: is not UTF-8"),
    ("name: a\n".encode("utf-16"), "x.yaml:1: is not UTF-8"),
    (b"name: a\n# caf\xe9\n", "x.yaml:2: is not UTF-8"),
    (b"name: a\x00\n", "x.yaml:1: "),
    (b"\xff\xfen", "x.yaml:1: is not UTF-8"),
    (b"\0" * 2_000_000, "x.yaml: has 2 MB"),
    ("name: [a\nb: c\n", "x.yaml:2: is not valid YAML"),
    ("name: a\nseeds: [1\nx: 2\n", "x.yaml:3: is not valid YAML"),
    ("name: a\ntraining:\n\tepochs: 1\n", "x.yaml:3: is not valid YAML"),
    ("name: a\n---\nname: b\n", "x.yaml:2: holds several documents"),
    ("name: a\nseeds: *nothing\n", "x.yaml:2: is not valid YAML (found undefined alias"),
    ("name: *nobody\n", "x.yaml:1: is not valid YAML"),
    ("name: &a [*a]\n", "x.yaml:1: an alias contains itself"),
    ("name: a\nx: &a [*a]\n", "x.yaml:2: an alias contains itself"),
    (aliases_of_aliases(10), "x.yaml: stands for more than 10,000 values"),
    (aliases_of_aliases(9), "x.yaml: stands for more than 10,000 values"),
    ("name: " + "[" * 5000, "x.yaml: is nested too deeply"),
    ("name: a\nx: " + "[" * 50_000 + "]" * 50_000, "x.yaml: is nested too deeply"),
    ("name: a\nx: " + "[" * 120 + "]" * 120, "x.yaml: is nested too deeply"),
    ("name: a\n" + "x" * 1_000_000, "x.yaml: has 1 MB"),
]


def test_a_hostile_file_gets_one_clear_answer(write: Write) -> None:
    def check(content: str | bytes, start: str) -> None:
        (problem,) = problems(write(content))
        assert problem.startswith(start)
        assert "; " in problem, "a remedy follows what is wrong"
        assert len(problem) < 200

    check_each(HOSTILE, check)


ODD_KEYS = [
    ("name: !!python/object:os.system x\n", "x.yaml:1: name: has the tag"),
    ("name: a\n? [b]\n: c\n", "x.yaml:2: a key is not a word"),
    ("name: a\n<<: {seeds: 1}\n", "x.yaml:2: YAML 1.2 has no merge key"),
    ("name: a\nname: b\n", "x.yaml:2: name: this key stands in line 1 already"),
]


def test_what_yaml_allows_and_no_experiment_needs_is_refused(write: Write) -> None:
    def check(content: str, start: str) -> None:
        problem, *_ = problems(write(content))
        assert problem.startswith(start)
        assert "; " in problem, "a remedy follows what is wrong"

    check_each(ODD_KEYS, check)


def test_a_long_file_is_refused_before_it_is_read_through(write: Write) -> None:
    """A data file given by mistake must not look like a hang."""
    path = write("name: a\nx: [" + "1," * 400_000 + "]\n")
    start = time.process_time()
    (problem,) = problems(path)
    assert "10,000 values" in problem
    assert time.process_time() - start < 3


def test_a_path_that_is_none_is_told(write: Write) -> None:
    write("name: a\n")

    def check(path: str) -> None:
        assert len(problems(Path(path))) == 1

    check_each(["none.yaml", "nul\0.yaml", "x" * 5000, "none.yaml/x.yaml"], check)
    assert "cannot be read (no such file or directory)" in problems(Path("none.yaml"))[0]


def test_a_folder_and_an_unreadable_file_and_50_mb_are_told(write: Write) -> None:
    path = write("name: a\n")
    assert problems(Path()) == [".: is a folder; give the experiment's file"]
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert problems(path) == ["x.yaml: has 50 MB, and an experiment at most 1 MB; give an experiment's file"]
    if os.name == "posix" and os.geteuid() != 0:  # the superuser may read everything
        path.chmod(0)
        assert "permission denied" in problems(path)[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_hang(write: Write) -> None:
    write("")
    os.mkfifo("pipe.yaml")
    assert problems(Path("pipe.yaml")) == ["pipe.yaml: is not a file; give the experiment's file"]


def test_a_duplicate_key_is_told_with_both_lines(write: Write) -> None:
    """YAML readers take the last one without a word."""
    assert problems(write("name: a\ntraining:\n  epochs: 1\n  epochs: 2\nname: b\n")) == [
        "x.yaml:4: training.epochs: this key stands in line 3 already; keep one of them",
        "x.yaml:5: name: this key stands in line 1 already; keep one of them",
    ]


def test_merge_keys_and_tags_are_refused(write: Write) -> None:
    merge, tag = problems(write("name: a\nmodel: &m\n  kind: cnn\ntraining:\n  <<: *m\nseeds: !!python/tuple [1]\n"))
    assert merge.startswith("x.yaml:5: training: YAML 1.2 has no merge key <<")
    assert tag.startswith("x.yaml:6: seeds: has the tag")


def test_a_key_that_is_no_text_is_told(write: Write) -> None:
    mistakes = problems(write("name: a\n3: 4\n~: 5\n[1]: 2\n"))
    assert [mistake.split(": ")[0] for mistake in mistakes] == ["x.yaml:2", "x.yaml:3", "x.yaml:4"]
    assert all("is not a word" in mistake for mistake in mistakes)
