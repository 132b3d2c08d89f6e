"""What every exporter promises, over all of them; each format is read with its own library."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import fake_diagnostics as fake
import pytest
from daily import slow_but
from export_readers import READERS, Run, csv_table, names_in_list

from actsearch.cli.app import run_command_line
from actsearch.core.activation import Activation
from actsearch.core.errors import StoreError, UserError
from actsearch.core.results import ExperimentResult
from actsearch.core.tables import table_columns
from actsearch.core.trial_results import CandidateResult, TestValues, TrialResult
from actsearch.store.export import EXPORTERS, ExportFormat, export_results, prepared

FILE_FORMATS = sorted(EXPORTERS.keys() - {"mlflow"})
FORMATS = slow_but(FILE_FORMATS, sorted(EXPORTERS))
"""MLflow takes seconds to load."""
HOSTILE_LABELS = (
    *("relu", "ReLU", "a/b\\c", "..", ".hidden", "trailing. ", "=cmd|' /C calc'!A0", "-x", "@SUM(A1)", 'q"uo,te'),
    *(
        "ü 漢字 \N{BRAIN}",
        "very " * 60,
        "漢" * 90,
        "line\nbreak\ttab",
        "half a pair \ud800",
        "CON",
        "?*<>|:",
        "\x1b[31m",
    ),
)


def a_trial(id: str, status: Any = "completed", seed: int = 0, epochs: int = 3, **more: Any) -> TrialResult:
    """Three epochs of numbers that are its own; the last of a diverged one is nothing."""
    begin = (hash_of(id) % 1000) / 1000
    done = {"waiting": 0, "failed": 0, "running": 1, "interrupted": 2}.get(status, epochs)
    values: list[float | None] = [begin + i / 7 for i in range(done)]
    if status == "diverged":
        values[-1] = None
    history = {"loss": values, "accuracy": values, "val_loss": values, "val_accuracy": values} if values else {}
    test = TestValues(3, {"loss": begin, "accuracy": 0.5 + begin / 3, "binary_accuracy": None})
    best = replace(test, epoch=2)
    outcome = {"last": test, "best": best} if status == "completed" else {}
    error = "Traceback\n  ValueError: it broke \ud800" if status == "failed" else None
    return TrialResult(id, seed, status, epochs, history, (1.5,) * done, error=error, **{**outcome, **more})


def hash_of(text: str) -> int:
    return sum((i + 1) * ord(letter) for i, letter in enumerate(text))


def a_candidate(label: str, *trials: TrialResult, tuning: tuple[TrialResult, ...] = (), **setting: Any) -> Any:
    return CandidateResult(label, Activation("elu", {"alpha": 0.3}), setting, trials, tuning)


def an_experiment(*candidates: CandidateResult, name: str = "study", folder: str = "results/study") -> ExperimentResult:
    return ExperimentResult(name, "", folder, candidates, False, "categorical_crossentropy")


def a_study() -> ExperimentResult:
    """A trial of every status, two seeds, tuning trials, a grid."""
    rate = "training.optimizer.learning_rate"
    return an_experiment(
        a_candidate("relu", a_trial("r0"), a_trial("r1", seed=1), **{rate: 0.1}),
        a_candidate("relu", tuning=(a_trial("t100", seed=100, role="tuning"),), **{rate: 0.01}),
        a_candidate("elu", a_trial("e0", "diverged"), a_trial("e1", "interrupted", 1), **{rate: 0.1}),
        a_candidate("selu", a_trial("s0", "failed"), a_trial("s1", "waiting", 1), a_trial("s2", "running", 2)),
    )


def expected(results: list[ExperimentResult]) -> list[Run]:
    runs = []
    for result in prepared(results):
        for candidate in result.candidates:
            for trial in candidate.all_trials:
                metrics = {name: dict(enumerate(values, 1)) for name, values in trial.history.items()}
                for which, test in (("last", trial.last), ("best", trial.best)):
                    if test is not None:
                        metrics[f"test_{which}_accuracy"] = {test.epoch: test.values["accuracy"]}
                run = Run(result.name, candidate.label, str(trial.seed), trial.role, trial.status, metrics)
                runs.append(run)
    return runs


def ordered(runs: list[Run]) -> list[Run]:
    return sorted(runs, key=lambda run: (run.experiment, run.label, run.seed, run.status, repr(run.metrics)))


def assert_same(exported: list[Run], wanted: list[Run], to: str) -> None:
    """TensorBoard keeps 32 bits of a number; which of the test set's metrics are compared is the same for all."""
    assert len(exported) == len(wanted)
    if to == "csv":
        exported = [replace(run, label=re.sub(r"^'(?=[=+@\t\r-])", "", run.label)) for run in exported]
    for run, other in zip(ordered(exported), ordered(wanted), strict=True):
        assert (run.label, run.seed, run.role, run.status) == (other.label, other.seed, other.role, other.status)
        assert run.experiment == other.experiment
        kept = {name: row for name, row in run.metrics.items() if not name.endswith(("_loss", "_binary_accuracy"))}
        kept |= {name: row for name, row in run.metrics.items() if name in ("val_loss", "val_binary_accuracy")}
        assert kept.keys() == other.metrics.keys()
        for name, row in other.metrics.items():
            assert kept[name].keys() == row.keys()
            for epoch, value in row.items():
                close = value if to != "tensorboard" or value is None else pytest.approx(value, rel=1e-6)
                assert kept[name][epoch] == close, (name, epoch)


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database of somebody's: making one takes MLflow seconds."""
    folder = tmp_path_factory.mktemp("mlflow ü")
    export_results([an_experiment(a_candidate("relu", a_trial("r0")), name="other")], "mlflow", folder)
    return folder / "mlflow.db"


@pytest.fixture
def new_folder(hostile: Path, request: pytest.FixtureRequest) -> Callable[[ExportFormat], Path]:
    """Makes a folder for an export; for MLflow it has a database already, with another experiment."""

    def make(to: ExportFormat) -> Path:
        out = hostile / "out % #1"
        out.mkdir()
        if to == "mlflow":
            shutil.copy(request.getfixturevalue("empty_database"), out)
        return out

    return make


def read(to: str, out: Path) -> list[Run]:
    return [run for run in READERS[to](out) if run.experiment != "other"]


def test_every_format_is_tested() -> None:
    """A format that is in no contract test may lose trials unseen."""
    assert set(EXPORTERS) == set(READERS) == set(get_args(ExportFormat))


@pytest.mark.parametrize("to", FORMATS)
def test_every_trial_arrives_with_its_status_and_values(to: ExportFormat, hostile: Path) -> None:
    """A trial that diverged or failed and is missing in the other program makes its candidate look better."""
    out = hostile / "made" / "on the way"
    lines = export_results([a_study()], to, out)
    assert lines
    assert all(str(out) in line for line in lines)
    assert_same(READERS[to](out), expected([a_study()]), to)


@pytest.mark.parametrize("to", FORMATS)
def test_hostile_names_arrive_and_keep_apart(to: ExportFormat, new_folder: Callable[[ExportFormat], Path]) -> None:
    """A label with a slash must not write elsewhere, and two labels that look alike as folders are two runs."""
    candidates = [a_candidate(label, a_trial(f"trial{i}")) for i, label in enumerate(HOSTILE_LABELS)]
    results = [an_experiment(*candidates)]
    out = new_folder(to)
    before = {path for path in out.parent.rglob("*") if not path.is_relative_to(out)}
    export_results(results, to, out)
    assert_same(read(to, out), expected(results), to)
    assert {path for path in out.parent.rglob("*") if not path.is_relative_to(out)} == before


@pytest.mark.parametrize("to", FORMATS)
def test_a_second_export_doubles_nothing(
    to: ExportFormat, new_folder: Callable[[ExportFormat], Path], snapshot: Callable[[Path], dict[str, str]]
) -> None:
    """Curves with every point twice, or 20 seeds where there are 10, is what a careless repetition gives."""
    out = new_folder(to)
    export_results([a_study()], to, out)
    before = snapshot(out)
    export_results([a_study()], to, out)
    assert_same(read(to, out), expected([a_study()]), to)
    if to != "mlflow":
        assert snapshot(out) == before


@pytest.mark.parametrize("to", FORMATS)
def test_an_export_follows_what_became_of_the_trials(
    to: ExportFormat, new_folder: Callable[[ExportFormat], Path]
) -> None:
    """An interrupted trial that has gone on, and one that the experiment asks for no more, would stand there still."""
    out = new_folder(to)
    export_results([a_study()], to, out)
    relu, tuned, elu, _ = a_study().candidates
    now = [an_experiment(relu, tuned, replace(elu, trials=(a_trial("e1", "completed", 1),)))]
    export_results(now, to, out)
    assert_same(read(to, out), expected(now), to)


@pytest.mark.parametrize("to", FORMATS)
def test_two_experiments_of_one_name_are_two(to: ExportFormat, new_folder: Callable[[ExportFormat], Path]) -> None:
    """Laid over one another they would be one experiment that nobody ran."""
    first = an_experiment(a_candidate("relu", a_trial("r0")), folder="a/study")
    second = an_experiment(a_candidate("relu", a_trial("r1")), folder="b/study")
    out = new_folder(to)
    export_results([first, second], to, out)
    exported = read(to, out)
    assert {run.experiment for run in exported} == {"study (a)", "study (b)"}
    assert_same(exported, expected([first, second]), to)


@pytest.mark.parametrize("to", FORMATS)
def test_what_else_lies_in_the_folder_stays(to: ExportFormat, new_folder: Callable[[ExportFormat], Path]) -> None:
    """People export into folders that they use."""
    out = new_folder(to)
    mine = [out / "mine.csv", out / "study" / "relu learning_rate=0.1" / "notes.txt"]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine", encoding="utf-8")
    export_results([a_study()], to, out)
    export_results([an_experiment(a_candidate("gelu", a_trial("g0")))], to, out)
    assert [path.read_text(encoding="utf-8") for path in mine] == ["mine", "mine"]
    if to == "mlflow":
        assert [run.experiment for run in READERS[to](out) if run.experiment == "other"] == ["other"]


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("csv", "histories.csv"),
        ("parquet", "trials.parquet"),
        ("tensorboard", "study/selu/seed 1/events.out.tfevents.0000000000.actsearch"),
        ("mlflow", "mlflow.db"),
    ],
)
def test_a_file_of_somebody_elses_in_its_place_is_refused(to: ExportFormat, name: str, hostile: Path) -> None:
    """A table that somebody made by hand, called as ours is, would be gone without a word."""
    (hostile / name).parent.mkdir(parents=True, exist_ok=True)
    (hostile / name).write_text("mine, and no database", encoding="utf-8")
    with pytest.raises(UserError, match="--out") as raised:
        export_results([a_study()], to, hostile)
    assert "\n" not in str(raised.value)
    assert (hostile / name).read_text(encoding="utf-8") == "mine, and no database"
    assert [path for path in hostile.rglob("*") if path.is_file()] == [hostile / name]


@pytest.mark.parametrize("to", FORMATS)
def test_nothing_finished_is_one_line(to: ExportFormat, hostile: Path) -> None:
    """An empty table looks like one of a study that failed."""
    with pytest.raises(UserError, match="no epoch is finished yet in results/study") as raised:
        export_results([an_experiment(a_candidate("relu", a_trial("r0", "waiting")))], to, hostile / "out")
    assert "\n" not in str(raised.value)
    assert not (hostile / "out").exists()


@pytest.mark.parametrize("to", FORMATS)
def test_a_folder_that_cannot_be_is_told(to: ExportFormat, hostile: Path) -> None:
    """The traceback of a library says nothing of the remedy."""
    (hostile / "file").touch()
    for out in (hostile / "file", hostile / "file" / "below", hostile / ("long" * 100)):
        with pytest.raises(StoreError, match="--out"):
            export_results([a_study()], to, out)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("to", FORMATS)
def test_a_folder_that_may_only_be_read_is_told(to: ExportFormat, hostile: Path) -> None:
    hostile.chmod(0o500)
    try:
        with pytest.raises(UserError, match="--out"):
            export_results([a_study()], to, hostile)
    finally:
        hostile.chmod(0o700)


@pytest.mark.parametrize("to", FILE_FORMATS)
def test_a_full_disk_leaves_the_export_before_whole(
    to: ExportFormat, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a table in the place of a whole one is worse than an error; the next export makes it good."""
    export_results([a_study()], to, hostile)
    now = [an_experiment(a_candidate("gelu", a_trial("g0")))]
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 2:  # the list of the files is written
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            export_results(now, to, hostile)
    assert not list(hostile.rglob("*.tmp"))
    assert_same(READERS[to](hostile), expected([a_study()]), to)
    export_results(now, to, hostile)
    assert_same(READERS[to](hostile), expected(now), to)
    assert names_in_list(hostile) == {
        path.relative_to(hostile).as_posix()
        for path in hostile.rglob("*")
        if path.is_file() and path.name != "actsearch-export.json"
    }


@pytest.mark.parametrize(
    ("to", "library"), [("parquet", "pyarrow"), ("tensorboard", "tensorboard.compat.proto"), ("mlflow", "alembic")]
)
def test_a_library_that_is_missing_is_named(
    to: ExportFormat, library: str, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are extras: most people have none of them."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UserError, match=rf"pip install 'actsearch\[{to}\]'"):
        export_results([a_study()], to, hostile)
    assert not list(hostile.iterdir())
    with pytest.raises(UserError, match="pip install"):
        export_results([a_study()], to, hostile / "new")
    assert not (hostile / "new").exists()


@pytest.mark.parametrize("to", FORMATS)
def test_no_path_of_the_machine_is_in_what_people_share(
    to: ExportFormat, new_folder: Callable[[ExportFormat], Path]
) -> None:
    """Exports are published beside papers."""
    out = new_folder(to)
    export_results([replace(a_study(), folder=str(out.parent / "study"))], to, out)
    for path in out.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert out.parent.parent.name.encode() not in content
            assert os.getcwd().encode() not in content  # noqa: PTH109


def test_an_edited_list_makes_an_export_remove_nothing_elsewhere(hostile: Path) -> None:
    """The list lies where others can write."""
    out, mine = hostile / "out", hostile / "mine.txt"
    mine.touch()
    export_results([a_study()], "csv", out)
    listed = json.loads((out / "actsearch-export.json").read_bytes())
    listed["files"]["csv"] += ["../mine.txt", str(mine), "", ".", 7]
    (out / "actsearch-export.json").write_text(json.dumps(listed), encoding="utf-8")
    export_results([a_study()], "csv", out)
    assert mine.exists()


def test_spreadsheets_are_given_no_formulas(hostile: Path) -> None:
    """A label from somebody else's experiment file runs a program on whoever opens the table in Excel."""
    labels = ["=1+1", "+1", "-x", "@A1", "\t=1", "relu"]
    export_results([an_experiment(*(a_candidate(label, a_trial(label)) for label in labels))], "csv", hostile)
    rows = csv_table(hostile / "trials.csv")
    assert [row["label"] for row in rows] == ["'=1+1", "'+1", "'-x", "'@A1", "'\t=1", "relu"]


def test_numbers_are_exact_in_tables(hostile: Path) -> None:
    """A value that is rounded makes ties."""
    from pyarrow import parquet

    value = 0.1 + 0.2
    trial = replace(a_trial("r0"), history={"val_loss": [value, None, -1e-300]})
    export_results([an_experiment(a_candidate("relu", trial))], "csv", hostile)
    export_results([an_experiment(a_candidate("relu", trial))], "parquet", hostile)
    assert [row["value"] for row in csv_table(hostile / "histories.csv")] == [repr(value), "", "-1e-300"]
    assert parquet.read_table(hostile / "histories.parquet")["value"].to_pylist() == [value, None, -1e-300]


def test_parquet_has_types(hostile: Path) -> None:
    """Without them a data frame has numbers as text, and text as many bytes as it has rows."""
    from pyarrow import parquet, types

    export_results([a_study()], "parquet", hostile)
    schema = parquet.read_table(hostile / "histories.parquet").schema
    for name, kind in table_columns("histories", ()).items():
        is_right = {str: types.is_dictionary, int: types.is_int64, float: types.is_float64}[kind]
        assert is_right(schema.field(name).type), name


@pytest.mark.parametrize("to", FORMATS)
def test_diagnostics_go_along_where_there_are_any(to: ExportFormat, new_folder: Callable[[ExportFormat], Path]) -> None:
    """Why one function is better is in the layers, and the untrained network is their epoch 0."""
    probed = fake.diagnostics(layers=("conv_1", "dense_1"), epochs=2, alpha=lambda _, epoch: 0.5 + epoch)
    results = [an_experiment(a_candidate("elu", replace(a_trial("e0", epochs=2), diagnostics=probed)))]
    out = new_folder(to)
    export_results(results, to, out)
    wanted = {0: 0.01, 1: 0.012, 2: 0.014}
    learned = {0: 0.5, 1: 1.5, 2: 2.5}
    if to in ("csv", "parquet"):
        rows = csv_table(out / "diagnostics.csv") if to == "csv" else parquet_rows(out / "diagnostics.parquet")
        values = {(row["layer"], row["quantity"], int(row["epoch"])): row["value"] for row in rows}
        assert {epoch: float(values["dense_1", "mean", epoch]) for epoch in wanted} == pytest.approx(wanted)
        assert {e: float(values["conv_1", "parameters.alpha.mean", e]) for e in learned} == pytest.approx(learned)
        assert values["conv_1", "clipped_kernel", 0] in ("", None)
        assert {(row["layer"], int(row["depth"])) for row in rows} == {("conv_1", 1), ("dense_1", 2)}
    else:
        (run,) = read(to, out)
        assert run.metrics["mean/dense_1"] == pytest.approx(wanted)
        assert run.metrics["parameters.alpha.mean/conv_1"] == pytest.approx(learned)
        assert "clipped_kernel/conv_1" not in run.metrics
    export_results([a_study()], to, out)
    assert not list(out.glob("diagnostics.*"))


def parquet_rows(path: Path) -> list[dict[str, Any]]:
    from pyarrow import parquet

    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


@pytest.mark.slow
def test_what_was_added_to_a_run_in_mlflow_stays(new_folder: Callable[[ExportFormat], Path]) -> None:
    """People mark their runs there; a repeated export must not throw that away."""
    from mlflow.tracking import MlflowClient

    out = new_folder("mlflow")
    export_results([a_study()], "mlflow", out)
    client = MlflowClient(tracking_uri=f"sqlite:///{out / 'mlflow.db'}", registry_uri=f"sqlite:///{out / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("study").experiment_id
    (run,) = client.search_runs([experiment], "tags.`actsearch.trial` = 'r0'")
    assert run.data.params["training.optimizer.learning_rate"] == "0.1"
    assert run.data.params["activation.parameters.alpha"] == "0.3"
    assert (run.info.run_name, run.info.status) == ("relu learning_rate=0.1 seed 0", "FINISHED")
    client.set_tag(run.info.run_id, "mine", "look again")
    own = client.create_run(experiment, run_name="my own").info.run_id
    (line,) = export_results([a_study()], "mlflow", out)
    assert "0 new runs, 8 unchanged" in line
    assert client.get_run(run.info.run_id).data.tags["mine"] == "look again"
    export_results([an_experiment(a_candidate("gelu", a_trial("g0")))], "mlflow", out)
    assert client.get_run(own).info.lifecycle_stage == "active"


def test_tensorboards_table_of_hyperparameters_knows_them(hostile: Path) -> None:
    """The HParams page compares candidates; the seeds of one are a row."""
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    export_results([a_study()], "tensorboard", hostile)
    read = EventMultiplexer().AddRunsFromDirectory(str(hostile))
    read.Reload()
    groups: dict[str, set[str]] = {}
    for run, content in read.PluginRunToTagToContent("hparams").items():
        begin = HParamsPluginData.FromString(content["_hparams_/session_start_info"]).session_start_info
        groups.setdefault(begin.group_name, set()).add(run)
        assert begin.hparams["activation.alpha"].number_value == 0.3
    assert {"study/relu learning_rate=0.1/seed 0", "study/relu learning_rate=0.1/seed 1"} in groups.values()
    assert len(groups) == 4


def test_rows_from_python() -> None:
    """`pandas.DataFrame(result.to_rows())` is how most people go on."""
    study = a_study()
    rows = study.to_rows()
    assert list(rows[0]) == list(table_columns("histories", ()))
    assert rows[0] | {"trial": "r0", "role": "comparison", "split": "training", "metric": "loss"} == rows[0]
    assert json.loads(rows[0]["setting"]) == {"training.optimizer.learning_rate": 0.1}
    (diverged,) = (r for r in rows if (r["trial"], r["epoch"], r["metric"]) == ("e0", 3, "val_loss"))
    assert (diverged["status"], diverged["value"], diverged["split"]) == ("diverged", None, "validation")
    trials = study.to_rows("trials")
    assert [row["status"] for row in trials] == [
        *("completed", "completed", "completed", "diverged", "interrupted", "failed", "waiting", "running"),
    ]
    assert [row["role"] for row in trials].index("tuning") == 2
    assert (trials[0]["test_last_epoch"], trials[0]["test_best_epoch"], trials[0]["seconds"]) == (3, 2, 4.5)
    assert study.to_rows("diagnostics") == []
    with pytest.raises(UserError, match="there are: histories, trials, diagnostics"):
        study.to_rows("history")  # type: ignore[arg-type]


def test_the_validation_set_is_called_what_it_is() -> None:
    """Where it is the test set, `val_accuracy` is a test accuracy that was looked at all along."""
    rows = replace(a_study(), validation_is_test=True).to_rows()
    assert {row["split"] for row in rows if row["metric"].startswith("val_")} == {"test"}


def test_the_command_writes_and_says_so(
    repository: Path, hostile: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said is where it is, and how much."""
    monkeypatch.chdir(repository)
    arguments = ["export", "results/article-12", "results", "--to", "csv", "--out", str(hostile / "tables")]
    assert run_command_line(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(str(hostile / "tables" / "histories.csv"))
    trials = csv_table(hostile / "tables" / "trials.csv")
    assert sum(row["experiment"] == "article-12" for row in trials) == 18  # given twice, and there once
    assert run_command_line(["export", str(hostile), "--to", "csv", "--out", str(hostile / "x")]) == 2
    assert run_command_line(["export", "results", "--to", "excel", "--out", str(hostile / "x")]) == 2
    assert run_command_line(["export", "results", "--to", "csv"]) == 2
    assert not (hostile / "x").exists()
