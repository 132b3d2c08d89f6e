"""The commands as a user types them: exit codes, messages, files, and nothing lost."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import Done
from fake_diagnostics import candidate, diagnostics, experiment, layer_names, trial

from actsearch.cli import app
from actsearch.cli.app import commands
from actsearch.core.events import Train
from actsearch.store.writer import Store

Write = Callable[..., Path]


def in_a_process(*arguments: str | Path, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "actsearch", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **more)


# --- help, mistakes on the command line


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_has_help_with_an_example(actsearch_: Callable[..., Done], name: str) -> None:
    """The first thing one tries with an unknown command."""
    done = actsearch_(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"  actsearch {name}" in done.out
    assert actsearch_(name, "-h") == done


def test_help_and_version(actsearch_: Callable[..., Done]) -> None:
    """A bug report begins with the version."""
    from importlib.metadata import version

    done = actsearch_("--help")
    assert done.code == 0
    assert all(f"  {name} " in done.out for name in commands.commands)
    assert actsearch_("--version") == Done(0, f"actsearch, version {version('actsearch')}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "No such command 'trian'"),
        (["run", "--dryrun", "x.yaml"], "No such option"),
        (["run"], "Missing argument 'FILE...'"),
        (["plot"], "Missing argument 'PATH...'"),
        (["plot", "--format", "gif", "."], "'gif' is not one of"),
        (["run", "missing.yaml"], "missing.yaml"),
        (["validate", "missing.yaml"], "missing.yaml"),
        (["status", "missing"], "missing: no such folder"),
        (["plot", "missing"], "missing: no such folder"),
        (["plot", "."], "no experiment here"),
        (["status", "."], "no experiment here"),
        (["run", "--jobs", "0", "x.yaml"], "Invalid value for '--jobs': 0 is not in the range"),
        (["run", "--engine", "moon", "x.yaml"], "Invalid value for '--engine': 'moon' is not one of 'processes'"),
        (["run", "--stop-after", "soon", "x.yaml"], "Invalid value for '--stop-after': 'soon': write 2h, 90m"),
        (
            ["run", "--fresh", "--retry-failed", "x.yaml"],
            "--fresh trains everything anew, --retry-failed only what failed",
        ),
        (["run", "--ray-address", "head:6379", "x.yaml"], "--ray-address is for Ray alone; add --engine ray"),
        (["run", "--ray-gpus", "1", "--engine", "in-process", "x.yaml"], "--ray-gpus is for Ray alone"),
        (
            ["run", "--jobs", "2", "--engine", "in-process", "x.yaml"],
            "--jobs 2: one process trains one trial at a time",
        ),
        (["run", "--stop-after", "0h", "x.yaml"], "Invalid value for '--stop-after': '0h': write 2h, 90m"),
        (["run", "--retries", "-1", "x.yaml"], "Invalid value for '--retries'"),
        (["run", "--checkpoint-share", "0", "x.yaml"], "Invalid value for '--checkpoint-share'"),
        (["run", "--name", "new", "x.yaml", "y.yaml"], "--name: one name for several files would mix them"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_wrong_input_is_exit_code_2_and_one_message(
    actsearch_: Callable[..., Done], arguments: Sequence[str], message: str
) -> None:
    """A script can tell the user's mistake from a failed training; nobody gets a traceback for a typo."""
    done = actsearch_(*arguments)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


def test_no_command_shows_the_help(actsearch_: Callable[..., Done]) -> None:
    """Whoever types `actsearch` alone is told how to go on."""
    done = actsearch_()
    assert "actsearch init" in done.out + done.err


def test_our_own_bug_is_exit_code_3_with_a_log(
    actsearch_: Callable[..., Done], write_experiment: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user gets a file to send, and no page of Python."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("our fault ü")

    monkeypatch.setattr("actsearch.config.loading.load_experiment", broken)
    done = actsearch_("validate", write_experiment())
    assert done.code == 3
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1
    (log,) = re.findall(r"written in (\S+);", done.err)
    try:
        text = Path(log).read_text(encoding="utf-8")
        assert "Traceback" in text
        assert "ZeroDivisionError: our fault ü" in text
    finally:
        Path(log).unlink()


def test_a_reader_that_has_gone_is_no_error(repository: Path) -> None:
    """`actsearch status results | head -1` must not end in a traceback."""
    assert read_a_byte("schema", cwd=repository) == (0, "")


@pytest.mark.parametrize("options", [["--trials"], ["--json"]], ids=["table", "json"])
def test_a_reader_of_much_that_has_gone_is_no_error(
    make_experiment: Callable[..., Any], hostile: Path, options: list[str]
) -> None:
    """More than a pipe holds: then writing itself fails."""
    experiment, trials = make_experiment(seeds=2000)
    (hostile / "tiny").mkdir()
    Store(hostile / "tiny").begin(experiment, trials)
    assert len(in_a_process("status", "tiny", *options, cwd=hostile).stdout) > 2**17
    assert read_a_byte("status", "tiny", *options, cwd=hostile) == (0, "")


@pytest.mark.slow
def test_a_run_whose_reader_has_gone_is_interrupted(repository: Path, hostile: Path) -> None:
    """A program that reads `--json` has crashed: no failed trial, and no silence either."""
    code, said = read_a_byte("run", repository / "configs" / "smoke.yaml", "--json", "--no-plots", cwd=hostile)
    assert code == 130
    assert said.startswith("Stopped, as nobody reads the output any more. ")
    assert len(said.strip().splitlines()) == 1


def read_a_byte(*arguments: str | Path, cwd: Path) -> tuple[int, str]:
    """The exit code and the messages of a command of whose output only the first byte is read."""
    command = f"{shlex.join([sys.executable, '-m', 'actsearch', *map(str, arguments)])} | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"], cwd=cwd, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


# --- init, validate, schema


def test_init_writes_an_experiment_that_is_valid(actsearch_: Callable[..., Done], hostile: Path) -> None:
    """The newcomer's second command must work on what the first one wrote."""
    done = actsearch_("init")
    assert done.code == 0
    assert {path.name for path in hostile.iterdir()} == {"experiment.yaml", "experiment.schema.json"}
    assert "actsearch run experiment.yaml" in done.out
    assert actsearch_("validate", "experiment.yaml").code == 0
    text = (hostile / "experiment.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=experiment.schema.json\n")
    assert "actsearch run experiment.yaml" in text
    assert "configs/" not in text


def test_init_overwrites_nothing(actsearch_: Callable[..., Done], hostile: Path) -> None:
    """Neither a user's experiment nor a file that happens to be called like the schema."""
    (hostile / "experiment.yaml").write_text("mine", encoding="utf-8")
    done = actsearch_("init")
    assert done.code == 2
    assert "exists already and is left as it is" in done.err
    (hostile / "experiment.schema.json").write_text("mine too", encoding="utf-8")
    assert actsearch_("init", "other.yaml").code == 0
    assert (hostile / "experiment.yaml").read_text(encoding="utf-8") == "mine"
    assert (hostile / "experiment.schema.json").read_text(encoding="utf-8") == "mine too"


def test_init_lists_and_writes_every_example(actsearch_: Callable[..., Done], repository: Path) -> None:
    """All examples that come with the package are there, described, and valid where they are written."""
    done = actsearch_("init", "--list")
    listed = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    configs = repository / "configs"
    assert set(listed) == {p.relative_to(configs).with_suffix("").as_posix() for p in configs.rglob("*.yaml")}
    assert all(len(description) > 20 for description in listed.values())
    for name in listed:
        assert actsearch_("init", f"new folder/{name}.yaml", "--template", name).code == 0
    assert actsearch_("validate", *(f"new folder/{name}.yaml" for name in listed)).code == 0


@pytest.mark.parametrize("name", ["a b.yaml", "back\\1slash\\g<0>.yaml", "ü.yaml", "sub folder/x.yaml"])
def test_inits_comments_name_the_users_file(actsearch_: Callable[..., Done], hostile: Path, name: str) -> None:
    """The command in the first lines can be copied into a shell as it stands."""
    assert actsearch_("init", name).code == 0
    text = (hostile / name).read_text(encoding="utf-8")
    (command,) = re.findall(r"^# Command: (.*)$", text, flags=re.MULTILINE)
    assert shlex.split(command) == ["actsearch", "run", name]


def test_init_of_an_unknown_example_suggests_one(actsearch_: Callable[..., Done], hostile: Path) -> None:
    """A typo gets the right name back, and writes nothing."""
    done = actsearch_("init", "--template", "artcile")
    assert done.code == 2
    assert "did you mean 'article'?" in done.err
    assert "there are article" in actsearch_("init", "--template", "zzz").err
    assert list(hostile.iterdir()) == []


def test_init_where_nothing_can_be_written(actsearch_: Callable[..., Done], hostile: Path) -> None:
    """One line that names the path."""
    (hostile / "file").write_bytes(b"")
    done = actsearch_("init", "file/x.yaml")
    assert done.code == 2
    assert "file/x.yaml" in done.err
    assert len(done.err.splitlines()) == 1


def test_validate_reports_the_mistakes_of_all_files_at_once(
    actsearch_: Callable[..., Done], write_experiment: Write
) -> None:
    """One run of `validate`, one round of mending."""
    good = write_experiment("good")
    one = write_experiment("one", activations="[rellu]", more="surprise: 1\n")
    two = write_experiment("two", activations="[]")
    done = actsearch_("validate", good, one, two)
    assert done.code == 2
    lines = done.err.splitlines()
    assert len(lines) == 3
    assert any(line.startswith(f"{one}:6: ") and "did you mean 'relu'" in line for line in lines)
    assert any(line.startswith(f"{one}:7: surprise: ") for line in lines)
    assert any(line.startswith(f"{two}:6: activations: ") for line in lines)


def test_validate_says_what_would_be_trained(actsearch_: Callable[..., Done], repository: Path) -> None:
    """114 trials instead of 18 are noticed before the night, not after it; so is what misleads."""
    done = actsearch_("validate", repository / "configs" / "sound.yaml", repository / "configs" / "article.yaml")
    assert done.code == 0
    assert "18 candidates x 3 tuning seeds = 54 trials" in done.out
    assert "then 6 activations at the setting chosen x 10 seeds = 60 trials" in done.out
    assert "6 candidates x 1 seed = 6 trials" in done.out
    assert "note: Validation is the test set" in done.out


def test_the_schema_printed_is_the_schema_shipped(actsearch_: Callable[..., Done], repository: Path) -> None:
    """Editors check files by the shipped one; an old one would mark what is right as wrong."""
    done = actsearch_("schema")
    assert done.code == 0
    assert done.out == (repository / "actsearch" / "experiment.schema.json").read_text(encoding="utf-8")


# --- run


def trial_folders(out: Path) -> dict[str, set[str]]:
    return {path.name: {file.name for file in path.iterdir()} for path in (out / "trials").iterdir()}


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


def test_a_failing_trial_leaves_the_others_finished(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Exit code 1, the traceback in a file that is named, the rest of the night's work done; a re-run mends it."""
    training(fails=["relu"])
    path = write_experiment()
    done = actsearch_("run", path)
    assert done.code == 1
    line, way_on = done.err.splitlines()
    assert way_on == "Mended? the same command tries again what failed, --retry-failed that alone."
    assert "ValueError: the relu broke [bold]" in line
    (named,) = re.findall(r"all of it in (.*)\)$", line)
    text = (hostile / named).read_text(encoding="utf-8")
    assert text.startswith("Traceback")
    assert "selu seed 0: completed" in done.out
    assert re.search(r"^relu .*failed: ValueError: the relu broke \[bold\]", done.out, flags=re.MULTILINE)
    train = training()
    assert actsearch_("run", path).code == 0
    assert len(train.begun) == 1


def test_a_run_whose_every_trial_fails_says_why_there_are_no_figures(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """Not a second error on top of the first."""
    training(fails=["relu", "selu"])
    done = actsearch_("run", write_experiment())
    assert done.code == 1
    assert "no figures: " in done.out
    assert [line.partition(" ")[0] for line in done.err.splitlines()] == ["Error:", "Error:", "Mended?"]


def test_a_diverged_trial_is_a_result(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """Exit code 0: that a setting diverges is what somebody wanted to know."""
    training(diverges=["relu"])
    done = actsearch_("run", write_experiment())
    assert (done.code, done.err) == (0, "")
    assert "relu seed 0: diverged in epoch 2" in done.out


def test_ctrl_c_says_how_to_go_on(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Exit code 130, and the same command goes on with what is left."""
    training(interrupted=["selu"])
    path = write_experiment(activations="[relu, selu, elu]")
    done = actsearch_("run", path)
    assert done.code == 130
    assert "Stopped. 1 of 3 trials finished and kept in results/tiny" in done.err
    assert "the same command goes on" in done.err
    assert not (hostile / "results" / "tiny" / "run.json").exists()
    assert [row["status"] for row in json.loads(actsearch_("status", "results", "--json").out)["trials"]] == [
        "completed",
        "interrupted",
        "waiting",
    ]
    train = training()
    assert actsearch_("run", path).code == 0
    assert len(train.begun) == 2


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


def test_one_experiment_without_figures_hides_no_other(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """One that was stopped before its first epoch, and those that come after it in the folder."""
    training(interrupted=["relu"])
    assert actsearch_("run", write_experiment("a", activations="[relu]"), "--no-plots").code == 130
    training()
    assert actsearch_("run", write_experiment("b"), "--no-plots").code == 0
    done = actsearch_("plot", "results", "--without", "selu")
    assert done.code == 0
    assert done.err.startswith("note: without: a has no candidate selu")
    assert "results/b/accuracy.png" in done.out


def test_after_fresh_the_way_on_is_without_it(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """The same command would begin anew once more."""
    training(interrupted=["selu"])
    done = actsearch_("run", write_experiment(), "--fresh")
    assert done.code == 130
    assert "the same command without --fresh goes on" in done.err


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


def test_sigterm_stops_like_ctrl_c(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    trains_with: Callable[[Train], None],
    fake_train: Callable[..., Any],
) -> None:
    """`kill` and a shutdown of the machine leave the same message and the same folder."""

    def train(trial: Any, checkpoint: bytes | None) -> Iterator[Any]:
        for i, event in enumerate(fake_train()(trial, checkpoint)):
            if i == 3:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(5)
            yield event

    trains_with(train)
    before = signal.getsignal(signal.SIGTERM)
    done = actsearch_("run", write_experiment())
    assert done.code == 130
    assert "the same command goes on" in done.err
    assert signal.getsignal(signal.SIGTERM) is before


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


def test_several_files_run_one_after_the_other(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """And one that fails does not keep the next from running, nor its exit code from being told."""
    training(fails=["relu"])
    done = actsearch_("run", write_experiment("one", "[relu]"), write_experiment("two", "[selu]"), "--out", "deep/er")
    assert done.code == 1
    found = json.loads(actsearch_("status", "deep", "--json").out.splitlines()[1])
    assert (found["experiment"], found["trials"][0]["status"]) == ("two", "completed")


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
    from actsearch.store.writer import Store

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


def test_an_interruption_that_python_discards_still_stops(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    trains_with: Callable[[Train], None],
    fake_train: Callable[..., Any],
) -> None:
    """An exception that a signal raises inside a weak reference's callback is lost; the user's Ctrl-C must not be."""
    begun: list[str] = []

    def train(trial: Any, checkpoint: bytes | None) -> Iterator[Any]:
        begun.append(trial.id)
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        yield from fake_train()(trial, checkpoint)

    trains_with(train)
    done = actsearch_("run", write_experiment(), "--no-plots")
    assert (done.code, len(begun)) == (130, 1)
    assert "the same command goes on" in done.err


# --- run: names, changed files, failures, time


def labels_of(trial_ids: Sequence[str]) -> list[str]:
    """The activations at the beginning of trial ids."""
    return [re.split("[_-]", trial_id)[0] for trial_id in trial_ids]


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


def test_retry_failed_trains_those_that_failed_and_no_others(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """After a mistake was mended one wants to see at once whether it is."""
    path = write_experiment(activations="[relu, selu, elu]")
    training(fails=["relu"], interrupted=["selu"])
    assert actsearch_("run", path, "--no-plots").code == 130
    train = training()
    done = actsearch_("run", path, "--no-plots", "--retry-failed")
    assert (done.code, done.err) == (0, "")
    assert labels_of(train.begun) == ["relu"]
    done = actsearch_("run", path, "--no-plots", "--retry-failed")
    assert done.code == 0
    assert "tiny: no trial has failed; without --retry-failed the rest is trained" in done.out
    assert actsearch_("run", path, "--no-plots").code == 0
    assert labels_of(train.begun) == ["relu", "selu", "elu"]
    assert "all 3 trials are finished already" in actsearch_("run", path, "--no-plots", "--retry-failed").out


def test_fail_fast_stops_at_the_first_that_fails(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """Whoever looks for a mistake of their own need not wait for the night to pass; what was done is kept."""
    train = training(fails=["selu"])
    path = write_experiment(activations="[relu, selu, elu]")
    done = actsearch_("run", path, "--no-plots", "--fail-fast")
    assert done.code == 1
    assert "the selu broke" in done.err
    assert labels_of(train.begun) == ["relu", "selu"]
    statuses = [row["status"] for row in json.loads(actsearch_("status", "results", "--json").out)["trials"]]
    assert statuses == ["completed", "failed", "waiting"]


def test_stop_after_stops_in_the_middle_and_is_no_failure(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    trains_with: Callable[[Train], None],
) -> None:
    """A budget of a night or a batch system: exit code 0, figures of what is finished, the rest with the next run."""
    train = training(checkpoints=True)

    def slow(trial: Any, checkpoint: bytes | None) -> Iterator[Any]:
        for i, event in enumerate(train(trial, checkpoint)):
            if trial.candidate.label == "selu" and i == 6:
                time.sleep(20)
            yield event

    trains_with(slow)
    path, later = write_experiment(activations="[relu, selu, elu]"), write_experiment("later")
    began = time.monotonic()
    done = actsearch_("run", path, later, "--stop-after", "3 s")
    assert time.monotonic() - began < 15
    assert done.code == 0
    assert done.err.splitlines() == [
        "The time is up. 1 of 3 trials finished and kept in results/tiny; the same command goes on with the rest, from"
        " their last checkpoints where they have any.",
        "later: not begun, the time is up",
    ]
    assert "results/tiny/accuracy.png" in done.out
    assert "interrupted" in done.out
    assert "running" not in done.out
    trains_with(train)
    done = actsearch_("run", path, "--no-plots", "--stop-after", "1h")
    assert (done.code, done.err) == (0, "")
    assert "1 trial that had begun: to go on from the last checkpoint" in done.out
    assert "selu seed 0: goes on after epoch 1" in done.out
    assert labels_of(train.resumed) == ["selu"]


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


def test_a_killed_worker_costs_its_trial_a_restart(
    actsearch_: Callable[..., Done], write_experiment: Write, monkeypatch: pytest.MonkeyPatch, hostile: Path
) -> None:
    """In true worker processes: told, begun again from its checkpoint, and nobody else notices."""
    import fake_training

    faults = fake_training.Faults(dies={"selu": signal.SIGKILL})
    monkeypatch.setattr("actsearch.study.runner.loading_trainer", partial(fake_training.loading_trainer, faults))
    path = write_experiment(activations="[relu, selu]")
    done = actsearch_("run", path, "--no-plots", "--jobs", "2", "--set", "training.epochs=4")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert "tiny: training 2 trials in 2 processes; TensorFlow is loading" in lines
    (lost,) = [i for i, line in enumerate(lines) if line.startswith("selu seed 0: the worker was killed by SIGKILL")]
    assert lines[lost].endswith("; it will be tried again")
    assert any(line == "selu seed 0: goes on after epoch 1" for line in lines[lost:])
    assert {frozenset(files) for files in trial_folders(hostile / "results" / "tiny").values()} == {
        frozenset({"diagnostics.json", "history.json", "predictions.npz", "trial.json"})
    }
    done = actsearch_("run", path, "--no-plots", "--fresh", "--retries", "0", "--set", "training.epochs=4", "--quiet")
    assert done.code == 1
    assert re.fullmatch(r"Error: selu\S+ failed: the worker was killed by SIGKILL.*\nMended\? .*\n", done.err)


# --- status and plot


def test_status_shows_every_trial(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """How far a run has come, and what became of each trial."""
    training(fails=["relu"], diverges=["elu"])
    actsearch_("run", write_experiment(activations="[relu, selu, elu]"), "--no-plots")
    done = actsearch_("status", "results")
    assert (done.code, done.err) == (0, "")
    first, header, *rows = done.out.splitlines()
    assert first == "tiny (results/tiny): 3 trials: 1 completed, 1 diverged, 1 failed"
    assert header.split() == ["activation", "seed", "epoch", "loss", "val_loss", "val_accuracy", "state"]
    assert rows[0].split()[:3] == ["relu", "0", "1/2"]
    assert "failed: ValueError: the relu broke [bold]" in rows[0]
    assert rows[1].split()[-1] == "completed"
    assert "diverged in epoch 2" in rows[2]


def test_status_as_json(actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]) -> None:
    """For other programs: an object an experiment, with the keys that docs/results.md names."""
    training()
    for name in ("one", "two"):
        actsearch_("run", write_experiment(name), "--no-plots")
    actsearch_("run", write_experiment("two", "[selu]"), "--no-plots", "--accept-changes")
    done = actsearch_("status", "results", "--json")
    one, two = (json.loads(line) for line in done.out.splitlines())
    assert set(one) == {"experiment", "folder", "trials", "mixture", "stranded", "problems", "again"}
    assert (one["experiment"], one["folder"], len(one["trials"])) == ("one", "results/one", 2)
    assert set(one["trials"][0]) == {
        *("trial", "label", "activation", "parameters", "setting", "seed", "role", "status", "epochs_done", "epochs"),
        *("last", "test", "seconds", "error"),
    }
    assert [trial_id.split("-")[0] for trial_id in two["stranded"]] == ["relu"]


def test_status_mentions_what_is_damaged(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """It is no time to fall over it; the next run mends it."""
    training()
    actsearch_("run", write_experiment(), "--no-plots")
    history = next((hostile / "results" / "tiny" / "trials").glob("relu*/history.json"))
    history.write_bytes(b"{")
    done = actsearch_("status", "results")
    assert done.code == 0
    assert "history.json: is damaged" in done.out
    assert "1 completed, 1 waiting" in done.out


def test_plot_works_in_a_fresh_clone(actsearch_: Callable[..., Done], repository: Path, hostile: Path) -> None:
    """The committed results are there to be drawn before anything is trained."""
    done = actsearch_("plot", repository / "results", "--out", "figures")
    assert (done.code, done.err) == (0, "")
    printed = [Path(line) for line in done.out.splitlines()]
    assert printed
    for figure in printed:
        assert (hostile / figure).read_bytes().startswith(b"\x89PNG")
    drawn = {path.relative_to(hostile) for path in (hostile / "figures").rglob("*") if path.is_file()}
    assert drawn == set(printed)


def test_plot_gives_each_experiment_its_own_folder(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Figures of two experiments must never lie over one another; two of one name are refused."""
    training()
    for name in ("one", "two"):
        actsearch_("run", write_experiment(name), "--no-plots")
    done = actsearch_("plot", "results", "--out", "figures", "--format", "svg", "--metric", "loss")
    assert sorted(done.out.split()) == ["figures/one/training_loss.svg", "figures/two/training_loss.svg"]
    actsearch_("run", write_experiment("one"), "--no-plots", "--out", "other")
    done = actsearch_("plot", "results", "other", "--out", "figures2")
    assert done.code == 2
    assert "would hold another experiment's figures" in done.err
    assert not (hostile / "figures2").exists()


def test_report_gives_each_experiment_its_own_page(
    actsearch_: Callable[..., Done], probed: Callable[..., None], hostile: Path
) -> None:
    """A page that took another's place would be lost; on a Mac, upper and lower case are one."""
    some = [candidate(label, trial(diagnostics(), seed)) for label in ("relu", "selu") for seed in (0, 1)]
    probed(one=some, two=some)
    done = actsearch_("report", "results", "--out", "pages")
    assert (done.code, done.out.split()) == (0, ["pages/one.html", "pages/two.html"])
    assert actsearch_("report", "results/one", "--out", "alone").out == "alone/one.html\n"
    (hostile / "other").mkdir()
    (hostile / "results" / "two").rename(hostile / "other" / "One")
    done = actsearch_("report", "results", "other", "--out", "pages2")
    assert done.code == 2
    assert "pages2/One.html would hold another experiment's page" in done.err
    assert not (hostile / "pages2").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--metric", "val_acuracy"], "did you mean 'val_accuracy'?"),
        (["--without", "sigmiod"], "did you mean 'sigmoid'?"),
        ([f"--without={name}" for name in ("sigmoid", "relu", "elu", "leaky-relu", "selu", "gelu")], "nothing of"),
    ],
    ids=["metric", "without", "without all"],
)
def test_plots_mistakes_are_one_line(
    actsearch_: Callable[..., Done], repository: Path, hostile: Path, arguments: list[str], message: str
) -> None:
    """A typo gets the right name back, and draws nothing."""
    done = actsearch_("plot", repository / "results" / "article-12", "--out", "figures", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert not list(hostile.rglob("*.png"))


# --- figures of diagnostics, and explain


@pytest.fixture
def probed(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the folders below `results` be read as experiments with these candidates: `probed(one=..., two=...)`."""

    def use(**candidates: Any) -> None:
        results = {name: replace(experiment(*some), name=name) for name, some in candidates.items()}
        for name in results:
            (hostile / "results" / name).mkdir(parents=True)
            for file in ("experiment.yaml", "plan.json"):
                (hostile / "results" / name / file).touch()
        monkeypatch.setattr(
            "actsearch.store.reader.read_experiment",
            lambda folder, **_: replace(results[folder.name], folder=str(folder)),
        )

    return use


def test_plot_draws_the_kinds_that_are_asked_for(actsearch_: Callable[..., Done], probed: Callable[..., None]) -> None:
    """Beside the curves, if those are asked for too."""
    probed(one=[candidate("relu", trial(diagnostics(layer_names(9))))])
    done = actsearch_("plot", "results", "--kind", "curves", "--kind", "gradients", "--variable", "bias")
    assert (done.code, done.err) == (0, "")
    names = [Path(line).name for line in done.out.splitlines()]
    assert names == ["accuracy.png", "loss.png", "gradients-bias.png", "gradients-bias-by-depth.png"]
    done = actsearch_("plot", "results", "--kind", "dead", "--by", "depth", "--out", "figures", "--format", "svg")
    assert done.out.split() == ["figures/dead-by-depth.svg"]


def test_plot_all_skips_what_there_is_not_and_says_so(
    actsearch_: Callable[..., Done], probed: Callable[..., None]
) -> None:
    """Nobody clips and learns parameters in every experiment."""
    probed(one=[candidate("relu", trial(diagnostics()))], two=[candidate("relu", trial(None))])
    done = actsearch_("plot", "results", "--kind", "all", "--metric", "test_accuracy", "--out", "at-the-end")
    assert done.code == 0
    assert "test_accuracy is known at the end alone, and has no curve" in done.err
    done = actsearch_("plot", "results", "--kind", "all", "--out", "figures")
    assert done.code == 0
    assert len(done.out.splitlines()) == 2 + 6 + 2
    told = done.err.splitlines()
    assert [line.split(":")[1].strip() for line in told[:2]] == ["clipping", "parameters"]
    assert "one candidate, and nothing to compare it with" in told[2]
    assert "there is no grid" in told[3]
    assert "two has diagnostics; run the experiment again" in told[4]


def test_plot_without_diagnostics_is_one_line_that_says_how_to_get_them(
    actsearch_: Callable[..., Done], probed: Callable[..., None]
) -> None:
    """Once, however many kinds are asked for; and the options of curves are not silently ignored."""
    probed(two=[candidate("relu", trial(None))])
    done = actsearch_("plot", "results", "--kind", "dead", "--kind", "gradients")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "run the experiment again with them" in done.err
    assert "add --kind curves" in actsearch_("plot", "results", "--kind", "dead", "--log").err
    assert "add --kind ranking" in actsearch_("plot", "results", "--kind", "dead", "--margin", "0.1").err
    assert "add --kind ranking" in actsearch_("plot", "results", "--kind", "dead", "--by", "setting").err


def test_explain_says_what_is_seen_and_what_can_not_be(
    actsearch_: Callable[..., Done], probed: Callable[..., None]
) -> None:
    """One experiment without diagnostics does not keep the others from being explained."""
    probed(one=[candidate("relu", trial(diagnostics(dead=0.5)))], two=[candidate("relu", trial(None))])
    done = actsearch_("explain", "results")
    assert done.code == 0
    assert "50 % of conv_1's channels are dead" in done.out
    assert done.err.startswith("note: no trial in results/two has diagnostics")
    assert actsearch_("explain", "results/two").code == 2
    done = actsearch_("explain", "results", "--json")
    (row,) = map(json.loads, done.out.splitlines())
    assert row["experiment"] == "one"
    assert row["candidates"][0]["findings"][0]["kind"] == "dead"


# --- as a process


def test_as_a_process(write_experiment: Write, hostile: Path) -> None:
    """`python -m actsearch` hands the exit code to the shell, and writes UTF-8 whatever the locale."""
    bad = write_experiment("bad", activations="[rellu]")
    done = in_a_process("validate", bad, cwd=hostile, env={**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"{bad}:6: ")
    assert in_a_process("validate", write_experiment("good"), cwd=hostile).returncode == 0


@pytest.mark.slow
def test_ctrl_c_in_a_true_training(write_experiment: Write, hostile: Path) -> None:
    """With TensorFlow at work: 130, the message, and the same command goes on to the end."""
    path = write_experiment()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("epochs: 2", "epochs: 2000"), encoding="utf-8")
    command = [sys.executable, "-m", "actsearch", "run", str(path), "--no-plots"]
    with subprocess.Popen(command, cwd=hostile, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "epoch 3/2000" in line:
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "0 of 2 trials finished" in err
    assert "Traceback" not in err + out
    path.write_text(text, encoding="utf-8")
    done = in_a_process("run", path, "--no-plots", cwd=hostile)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 trials: 2 completed" in in_a_process("status", "results", cwd=hostile).stdout


@pytest.mark.parametrize(
    ("given", "told"), [("x.yaml", "x.yaml"), ("\udcff.yaml", r"\udcff.yaml")], ids=["text", "bytes"]
)
def test_the_log_of_a_bug_says_what_was_asked(monkeypatch: pytest.MonkeyPatch, given: str, told: str) -> None:
    """Without the command line a report of a bug can't be followed up; a file's name need not be UTF-8."""
    monkeypatch.setattr(sys, "argv", ["actsearch", "run", given])
    log = Path(app._write_log(f"Traceback: {given}"))
    try:
        assert log.read_text(encoding="utf-8") == f"actsearch run {told}\n\nTraceback: {told}"
    finally:
        log.unlink()
