"""`actsearch run`: what it trains, leaves and says, and what it trains no second time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import Done
from trials_on_disk import labels_of, trial_folders

Write = Callable[..., Path]


def test_run_leaves_histories_and_figures(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """The main job."""
    training()
    done = actsearch_("run", write_experiment())
    assert (done.code, done.err) == (0, "")
    folder = hostile / "results" / "tiny"
    folders = trial_folders(folder)
    assert len(folders) == 2
    assert all(
        files == {"diagnostics.json", "history.json", "predictions.npz", "trial.json"} for files in folders.values()
    )
    figures = [Path("results/tiny") / name for name in ("accuracy.png", "loss.png")]
    for figure in figures:
        assert (hostile / figure).stat().st_size > 10_000
        assert str(figure) in done.out.splitlines()
    assert "relu seed 0: epoch 2/2  loss 0." in done.out
    assert "relu seed 0: completed, test accuracy 0." in done.out
    assert re.search(r"^activation +val_loss +val_accuracy +test accuracy", done.out, flags=re.MULTILINE)


def test_what_is_finished_is_not_trained_again(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    hostile: Path,
    snapshot: Callable[[Path], dict[str, str]],
) -> None:
    """A re-run, or a new candidate, costs only what is new."""
    training()
    path = write_experiment()
    actsearch_("run", path)
    before = snapshot(hostile / "results")
    again = training()
    done = actsearch_("run", path)
    assert (done.code, again.begun) == (0, [])
    assert "all 2 trials are finished already; nothing is trained again" in done.out
    assert "results/tiny/accuracy.png" in done.out
    assert snapshot(hostile / "results") == before
    more = write_experiment(activations="[relu, selu, elu]")
    done = actsearch_("run", more)
    assert [trial_id.split("-")[0] for trial_id in again.begun] == ["elu_1"]
    assert "2 of 3 trials are finished already; 1 " in done.out


def test_a_finished_run_is_answered_without_tensorflow(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Within a second, on a machine that may not even have TensorFlow."""
    training()
    path = write_experiment()
    actsearch_("run", path)
    code = (
        "import sys; from actsearch.cli.app import run_command_line; code = run_command_line(sys.argv[1:]);"
        "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", str(path)], cwd=hostile, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing is trained again" in done.stdout


def test_a_dry_run_writes_nothing(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    hostile: Path,
    snapshot: Callable[[Path], dict[str, str]],
) -> None:
    """It is asked to decide by, before anything is touched."""
    train = training()
    path = write_experiment()
    before = snapshot(hostile)
    done = actsearch_("run", path, "--dry-run")
    assert snapshot(hostile) == before
    assert done.code == 0
    assert done.out.count("to train  ") == 2
    assert "tiny: 2 trials, 2 to train, into results/tiny" in done.out
    assert re.search(r"^about \d+.* s.* with \d+ workers?, .*GFLOP/s, measured now", done.out, flags=re.MULTILINE)
    actsearch_("run", path)
    assert len(train.begun) == 2
    done = actsearch_("run", write_experiment(activations="[relu, elu]"), "--dry-run")
    assert "finished  relu seed 0" in done.out
    assert "to train  elu seed 0" in done.out
    assert re.search(
        r"^about \d+ to \d+ s with 1 worker, [\d.]+% of it for diagnostics \(from 2 m", done.out, flags=re.MULTILINE
    )
    path = write_experiment()
    after = snapshot(hostile)
    as_json = json.loads(actsearch_("run", path, "--dry-run", "--json").out)
    assert [row["finished"] for row in as_json["trials"]] == [True, True]
    assert as_json["seconds"]["high"] == 0
    assert as_json["would_stop_at"] is None
    other = write_experiment(activations="[relu, elu]")
    as_json = json.loads(actsearch_("run", other, "--dry-run", "--json").out)
    assert "1 finished trial does not belong" in as_json["would_stop_at"]
    write_experiment()
    assert len(train.begun) == 2
    assert snapshot(hostile) == after


def test_fresh_keeps_the_old_results(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    hostile: Path,
    snapshot: Callable[[Path], dict[str, str]],
) -> None:
    """Training anew must not cost what was trained before."""
    training()
    path = write_experiment()
    actsearch_("run", path)
    before = snapshot(hostile / "results" / "tiny")
    train = training()
    done = actsearch_("run", path, "--fresh")
    assert (done.code, len(train.begun)) == (0, 2)
    (old,) = (hostile / "results").glob("tiny.old-*")
    assert snapshot(old) == before
    assert f"is kept as results/{old.name}" in done.out
    assert "tiny.old" not in actsearch_("status", "results").out


def test_quiet_says_nothing(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """For cron: output means trouble."""
    training()
    path = write_experiment()
    assert actsearch_("run", path, "--quiet") == Done(0, "", "")
    assert (hostile / "results" / "tiny" / "loss.png").is_file()
    assert actsearch_("run", path, "--quiet") == Done(0, "", "")
    training(fails=["relu"])
    done = actsearch_("run", path, "--quiet", "--fresh", "--no-plots")
    assert (done.code, done.out) == (1, "")
    assert "the relu broke" in done.err


def test_json_is_one_object_a_line(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """What other programs read: nothing else on standard output, and the keys that docs/results.md names."""
    training(diverges=["selu"], fails=["elu"])
    path = write_experiment(activations="[relu, selu, elu]")
    done = actsearch_("run", path, "--json")
    assert done.code == 1
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [row["event"] for row in rows] == [
        *("started", "epoch", "epoch", "completed"),
        *("started", "epoch", "epoch", "diverged"),
        *("started", "epoch", "failed", "finished"),
    ]
    for row in rows[:-1]:
        assert {"event", "trial", "label", "setting", "seed"} <= set(row)
    assert set(rows[1]) >= {"epoch", "seconds", "metrics"}
    assert rows[1]["metrics"]["val_binary_accuracy"] > 0
    assert rows[-1]["failed"] == 1
    assert rows[-1]["figures"] == ["results/tiny/accuracy.png", "results/tiny/loss.png"]
    again = actsearch_("run", write_experiment(activations="[relu]"), "--json", "--accept-changes")
    assert [json.loads(line)["event"] for line in again.out.splitlines()] == ["finished"]


def test_no_plots_draws_none(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """On a machine where only the numbers are wanted."""
    training()
    assert actsearch_("run", write_experiment(), "--no-plots").code == 0
    assert not list((hostile / "results").rglob("*.png"))


def test_a_diverged_trial_is_a_result(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """Exit code 0: that a setting diverges is what somebody wanted to know."""
    training(diverges=["relu"])
    done = actsearch_("run", write_experiment())
    assert (done.code, done.err) == (0, "")
    assert "relu seed 0: diverged in epoch 2" in done.out


def test_figures_show_what_the_experiment_is_now(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """An activation was taken out of the file, and nothing is left to train: it must leave the figures, too."""
    training()
    assert actsearch_("run", write_experiment(activations="[relu, selu, elu]")).code == 0
    figure = hostile / "results" / "tiny" / "accuracy.png"
    before = figure.read_bytes()
    fewer = write_experiment(activations="[relu, selu]")
    assert actsearch_("run", fewer, "--accept-changes").code == 0
    assert figure.read_bytes() != before
    drawn = figure.stat().st_mtime_ns
    assert actsearch_("run", fewer).code == 0
    assert figure.stat().st_mtime_ns == drawn, "drawn again for nothing"


def test_figures_that_cannot_be_written_are_told(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """A disk that is full once the trials are stored: exit code 2, and --json says no other."""
    train = training()
    path = write_experiment()
    (hostile / "results" / "tiny" / "accuracy.png").mkdir(parents=True)
    done = actsearch_("run", path, "--json")
    assert done.code == 2
    assert "accuracy.png: can't be written" in done.err
    assert len(train.begun) == 2


def test_threads_are_part_of_what_is_trained(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """They change the last bits, so that other threads are other trials; a wrong number names the option."""
    train = training()
    path = write_experiment(activations="[relu]")
    actsearch_("run", path, "--no-plots")
    done = actsearch_("run", path, "--no-plots", "--threads", "2")
    assert done.code == 2
    assert "  training.threads: 1 -> 2\n" in done.err
    assert actsearch_("run", path, "--no-plots", "--threads", "2", "--name", "two-threads").code == 0
    assert len(set(train.begun)) == 2
    done = actsearch_("run", path, "--threads", "many")
    assert done.code == 2
    assert "training.threads" in done.err


def test_save_models_mentions_those_that_cannot_be_had(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """A finished trial kept no network: the user must not look for it in vain."""
    training()
    path = write_experiment()
    actsearch_("run", path, "--no-plots")
    done = actsearch_("run", path, "--no-plots", "--save-models", "best")
    assert "2 finished trials kept no network of the best epoch; --fresh trains anew" in done.out


def test_name_gives_a_run_a_folder_of_its_own(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    hostile: Path,
    snapshot: Callable[[Path], dict[str, str]],
) -> None:
    """To try something out beside what is finished; a name that names no folder is refused."""
    train = training()
    path = write_experiment(activations="[relu]")
    actsearch_("run", path, "--no-plots")
    before = snapshot(hostile / "results" / "tiny")
    done = actsearch_("run", path, "--no-plots", "--name", "other", "--set", "training.epochs=1")
    assert (done.code, len(train.begun)) == (0, 2)
    assert snapshot(hostile / "results" / "tiny") == before
    assert "name: other\n" in (hostile / "results" / "other" / "experiment.yaml").read_text(encoding="utf-8")
    done = actsearch_("run", path, "--name", "../ü\n")
    assert done.code == 2
    assert "cannot name a folder" in done.err
    assert {entry.name for entry in (hostile / "results").iterdir()} == {"tiny", "other"}


def test_more_epochs_say_where_they_begin(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """Before the night, not after it: whether 40 epochs more will cost 40 or 60."""
    path = write_experiment(activations="[relu, selu]")
    for how, two_more, said in (
        ([], [], "2 trials longer than before: to begin anew, no checkpoint of the shorter one is there"),
        (["--keep-checkpoints"], ["relu", "selu"], "2 trials: to go on from the checkpoint of a shorter or longer one"),
    ):
        train = training(at_end=True)
        actsearch_("run", path, "--no-plots", "--fresh", *how)
        done = actsearch_("run", path, "--no-plots", "--set", "training.epochs=4")
        assert (done.code, done.err) == (0, "")
        assert said in done.out
        assert labels_of(train.resumed) == two_more
        assert done.out.count("epoch 4/4") == 2
        assert done.out.count("epoch 1/4") == (0 if two_more else 2)


def test_what_was_found_damaged_is_told(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """A disk that begins to fail is told of when it can still be replaced; also with --quiet."""
    train = training()
    path = write_experiment()
    actsearch_("run", path, "--no-plots")
    history = next((hostile / "results" / "tiny" / "trials").glob("relu*/history.json"))
    history.write_bytes(b"{")
    done = actsearch_("run", path, "--no-plots", "--quiet")
    assert (done.code, done.out) == (0, "")
    (line,) = done.err.splitlines()
    assert line.startswith(f"note: {history.relative_to(hostile)}: is damaged; kept as relu")
    assert line.endswith(", trained again")
    assert labels_of(train.begun) == ["relu", "selu", "relu"]
