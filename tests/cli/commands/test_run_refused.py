"""What `actsearch run` refuses before anything is trained, and how it says so."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import Done

from actsearch.store.writer import Store

Write = Callable[..., Path]


def test_of_several_files_each_is_refused_before_any_is_trained(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """Else the second one's refusal would come to light in the morning, and the third would not have begun."""
    training()
    first, second = write_experiment("first"), write_experiment("second")
    assert actsearch_("run", second, "--no-plots").code == 0
    second = write_experiment("second", activations="[relu, gelu]")
    train = training()
    done = actsearch_("run", first, second, "--no-plots")
    assert done.code == 2
    assert "activations: selu is gone" in done.err
    assert train.begun == []


def test_two_files_of_one_name_are_refused(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """They would write into one folder; on some file systems `Tiny` and `tiny` would, too."""
    train = training()
    one, two = write_experiment("tiny", file="one.yaml"), write_experiment("Tiny", file="two.yaml")
    done = actsearch_("run", one, two)
    assert (done.code, train.begun) == (2, [])
    assert done.err.startswith(f"{two}:1: name: ")
    assert str(one) in done.err
    assert not (hostile / "results").exists()


def test_a_setting_that_does_not_fit_the_data_names_its_line(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    make_npz: Callable[..., Path],
    hostile: Path,
) -> None:
    """Known only once the data are loaded, told like any other mistake in the file, before anything trains."""
    train = training()
    path = write_experiment()
    path.write_text(path.read_text(encoding="utf-8").replace("holdout: 8", "holdout: 38"), encoding="utf-8")
    for more in ([], ["--dry-run"]):
        done = actsearch_("run", path, *more)
        assert (done.code, train.begun) == (2, [])
        assert done.err.startswith(f"{path}:3: data.validation.holdout: 38 of 40 training examples")
        assert "write at most 36" in done.err
        assert len(done.err.splitlines()) == 1
    done = actsearch_("run", write_experiment(), "--set", "model.kind=cnn", "--set", "model.kernel_size=9")
    assert done.code == 2
    assert done.err.startswith("--set model.kernel_size=9: model.kernel_size: ")
    make_npz(hostile / "data" / "own.npz", shape=(7,))
    path = write_experiment()
    make_npz(hostile / "data" / "own.npz", shape=(7,))
    done = actsearch_("run", path, "--set", "model={kind: cnn}")
    assert done.code == 2
    assert "these data are vectors of 7 features; write kind: mlp" in done.err


def test_damaged_data_are_said_in_one_line(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """The file and what is wrong with it, and no folder with half an experiment in it is left to wonder at."""
    train = training()
    path = write_experiment()
    (hostile / "data" / "own.npz").write_bytes(b"no zip")
    done = actsearch_("run", path)
    assert (done.code, train.begun) == (2, [])
    assert "data/own.npz: is not a whole .npz file" in done.err
    assert len(done.err.splitlines()) == 1


def test_results_that_cannot_be_written_are_exit_code_2(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Said before the training, not after it."""
    train = training()
    (hostile / "file").write_bytes(b"")
    done = actsearch_("run", write_experiment(), "--out", "file/results")
    assert (done.code, train.begun) == (2, [])
    assert "file/results" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_folder_that_another_process_runs_is_refused(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Two runs of one experiment must not mix; `status` works meanwhile."""

    train = training()
    path = write_experiment()
    actsearch_("run", path, "--no-plots")
    with Store(hostile / "results" / "tiny").locked():
        for more in ([], ["--fresh"]):
            done = actsearch_("run", path, *more)
            assert done.code == 2
            assert f"process {os.getpid()} " in done.err
        assert actsearch_("status", "results").code == 0
    assert len(train.begun) == 2


def test_a_changed_file_is_asked_about_once(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    hostile: Path,
    snapshot: Callable[[Path], dict[str, str]],
) -> None:
    """What is finished must not fall out of the comparison by an edit that was meant otherwise; nothing is touched."""
    training()
    path = write_experiment()
    actsearch_("run", path)
    before = snapshot(hostile / "results")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("batch_size: 8", "batch_size: 16"), encoding="utf-8")
    train = training()
    done = actsearch_("run", path)
    assert (done.code, done.out, train.begun) == (2, "", [])
    assert done.err.splitlines() == [
        "Error: results/tiny: 2 finished trials do not belong to the experiment as it is now:",
        "  training.batch_size: 8 -> 16",
        "give it a name of its own (--name NEW), or leave them out of tables and figures (--accept-changes; they stay"
        " on disk)",
    ]
    assert snapshot(hostile / "results") == before
    assert actsearch_("run", path, "--accept-changes").code == 0
    assert len(train.begun) == 2
    again = actsearch_("run", path)
    assert (again.code, again.err) == (0, "")
    assert "all 2 trials are finished already" in again.out
    assert len(json.loads(actsearch_("status", "results", "--json").out)["stranded"]) == 2


def test_threads_that_differ_are_refused_in_one_process_only(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """TensorFlow's threads are set once in a process: the second experiment would have the first one's last digits."""
    train = training()
    one, two = write_experiment("one", "[relu]"), write_experiment("two", "[relu]")
    text = two.read_text(encoding="utf-8")
    two.write_text(text.replace("batch_size: 8", "batch_size: 8, threads: 2"), encoding="utf-8")
    done = actsearch_("run", one, two, "--no-plots", "--engine", "in-process")
    assert (done.code, train.begun) == (2, [])
    assert "training.threads differs between the files (1 and 2)" in done.err
    assert actsearch_("run", one, two, "--no-plots", "--engine", "in-process", "--threads", "1").code == 0
    assert len(train.begun) == 2
    assert actsearch_("run", one, two, "--no-plots", "--engine", "processes", "--accept-changes").code == 0
    assert len(train.begun) == 3
