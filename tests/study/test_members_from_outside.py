"""A study whose task, data, network and proposer come from outside the package: trained, killed, resumed, and read.

This is what the four seams promise: a member is a module of one's own and a row in a table.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from daily import slow_but
from export_readers import READERS
from toy_members import toy_study
from toy_members.toy_task import DISTANCES

import actsearch
from actsearch.cli.app import run_command_line
from actsearch.core.activation import Activation
from actsearch.core.errors import InvalidExperiment
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import MULTICLASS, TASKS
from actsearch.core.trial_results import CandidateResult, TestValues, TrialResult
from actsearch.store.export import EXPORTERS, ExportFormat, export_results

pytestmark = pytest.mark.xdist_group("tensorflow")

TESTS = Path(__file__).parent.parent
TRAINED = ("history.json", "diagnostics.json", "predictions.npz")


def files_of(folder: Path) -> dict[str, bytes]:
    """What must not depend on where it was trained, nor on any interruption."""
    paths = [path for name in TRAINED for path in folder.glob(f"toys/trials/*/{name}")]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study, trained in this process."""
    out = tmp_path_factory.mktemp("toys in process")
    result = toy_study.run(out, jobs=1)
    assert {trial.status for trial in result.all_trials} == {"completed"}
    return out


@pytest.fixture
def result(trained: Path) -> ExperimentResult:
    return actsearch.read_results(trained, diagnostics=True)[0]


def test_every_member_had_its_say(trained: Path, result: ExperimentResult) -> None:
    """What is trained is what was asked for, in each of the four respects."""
    assert [result.task.name, result.task.decide_by] == ["distances", "mae"]
    assert list(result.all_trials[0].history)[:3] == ["loss", "mae", "r2_score"]
    assert len(result.all_trials) == 3 + 2, "the proposer halves after each seed"
    looked_at = json.loads(next(trained.glob("toys/trials/*/diagnostics.json")).read_text(encoding="utf-8"))
    assert list(looked_at["layers"]) == ["block_0", "block_1", "block_2"]
    stored = json.loads(next(trained.glob("toys/trials/*/trial.json")).read_text(encoding="utf-8"))
    assert stored["settings"]["model"] == {"width": 6, "depth": 2, "kind": "residual"}
    assert stored["settings"]["data"]["preparation"] == {"kind": "standardised"}
    assert stored["settings"]["task"] == "distances"
    assert stored["data"] == "waves"


def test_it_learns(result: ExperimentResult) -> None:
    """Targets, head, loss and metric fit together."""
    for trial in result.all_trials:
        first, last = (error for error in trial.history["mae"] if error is not None)
        assert last < first
        assert 0 < (trial.history["val_mae"][-1] or math.nan) < 1


@pytest.mark.slow
def test_killed_with_its_workers_it_goes_on_to_the_same_bits(trained: Path, hostile: Path) -> None:
    """Workers import the members by name; a kill leaves nothing behind that is not gone on from."""
    out = hostile / "toys with workers"
    command = [sys.executable, "-m", "toy_members.toy_study", str(out)]
    begun = subprocess.Popen(command, cwd=TESTS, start_new_session=True, stderr=subprocess.PIPE)
    until = time.monotonic() + 120
    while not list(out.glob("toys/trials/*/trial.json")) and begun.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(begun.pid, signal.SIGKILL)
    begun.communicate()
    assert files_of(out).keys() < files_of(trained).keys(), "it was killed too late, or never began"
    subprocess.run(command, cwd=TESTS, check=True, capture_output=True)
    assert files_of(out) == files_of(trained)
    assert subprocess.run(command, cwd=TESTS, check=True, capture_output=True)
    assert files_of(out) == files_of(trained)


COMMANDS = (
    "status {folder} --trials",
    "compare {folder}",
    "compare {folder} --at best --metric test_mae",
    "explain {folder}",
    "plot {folder} --out {out}",
    "plot {folder} --kind ranking --kind differences --kind learning-speed --out {out}",
    "report {folder} --out {out}/page.html",
    "export {folder} --to csv --out {out}/csv",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reads_it_without_its_members(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Results are given to people who have none of the modules; and no text calls an error an accuracy."""
    parts = [part.format(folder=trained / "toys", out=tmp_path / "out") for part in command.split()]
    assert run_command_line(parts) == 0
    said = capsys.readouterr()
    assert "accurac" not in (said.out + said.err).lower()
    if command.startswith("compare {folder} --at"):
        assert "test mae (periods) at the best epoch" in said.out


@pytest.mark.parametrize("to", slow_but(sorted(EXPORTERS.keys() - {"mlflow"}), sorted(EXPORTERS)))
def test_its_test_values_are_exported_beside_those_of_classes(
    result: ExperimentResult, tmp_path: Path, to: ExportFormat
) -> None:
    """Each program gets what was measured, each task's own; no column is lost for the other study in it."""
    of_classes = TrialResult("c0", 0, "completed", 1, {"val_accuracy": (0.5,)}, last=TestValues(1, {"accuracy": 0.75}))
    classes = CandidateResult("relu", Activation("relu"), {}, (of_classes,))
    other = ExperimentResult("classes", "", "results/classes", (classes,), False, "categorical_crossentropy")
    export_results([result, other], to, tmp_path)
    runs = {(run.experiment, run.label, run.seed): run.metrics for run in READERS[to](tmp_path)}
    assert runs["classes", "relu", "0"]["test_last_accuracy"] == pytest.approx({1: 0.75})
    for candidate in result.candidates:
        for trial in candidate.trials:
            metrics = runs["toys", candidate.label, str(trial.seed)]
            for which, test in (("last", trial.last), ("best", trial.best)):
                assert test is not None
                for name in ("loss", "mae", "r2_score"):
                    assert metrics[f"test_{which}_{name}"] == pytest.approx({test.epoch: test.values[name]})


def test_the_columns_of_several_tasks_stand_in_the_order_of_their_appearance(
    result: ExperimentResult, tmp_path: Path
) -> None:
    """Scripts read tables by place as well: what one study has must not depend on the other."""
    other = replace(result, name="classes", task=MULTICLASS)
    for results, names in (
        ([result], ["loss", "mae", "r2_score"]),
        ([result, other], ["loss", "mae", "r2_score", "accuracy", "binary_accuracy"]),
        ([other, result], ["loss", "accuracy", "binary_accuracy", "mae", "r2_score"]),
    ):
        export_results(results, "csv", tmp_path)
        columns = (tmp_path / "trials.csv").read_text(encoding="utf-8").partition("\n")[0].split(",")
        tested = [column.removeprefix("test_last_") for column in columns if column.startswith("test_last_")]
        assert tested == ["epoch", *names]


def test_an_unknown_task_is_told_and_a_known_one_is_taken(tmp_path: Path) -> None:
    """A mistyped task would otherwise be learned as another."""
    file = tmp_path / "tasks.yaml"
    tasks = {**TASKS, "distances": DISTANCES}
    file.write_text("name: tasks\ntask: distanses\n", encoding="utf-8")
    with pytest.raises(InvalidExperiment, match=r"yaml:2: task: .*did you mean 'distances'"):
        actsearch.load(file, tasks=tasks)
    file.write_text("name: tasks\ntask: multiclass\n", encoding="utf-8")
    assert actsearch.load(file, tasks=tasks).experiment.task == MULTICLASS


def test_a_wrong_file_is_told_by_the_tables_that_were_given(tmp_path: Path) -> None:
    """A key of a member from outside is checked and suggested as one of the package's."""
    file = tmp_path / "toys.yaml"
    wrong = toy_study.FILE.replace("width", "widht").replace("mean_absolute_error", "binary_crossentropy")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(toy_study, "FILE", wrong.replace("phase", "height"))
        with pytest.raises(InvalidExperiment) as caught:
            toy_study.load(file)
    problems = {problem.key: f"{problem.what}; {problem.remedy}" for problem in caught.value.problems}
    assert problems.keys() == {"model.widht", "training.loss", "data.target"}
    assert "width" in problems["model.widht"]
    assert "mean_squared_error" in problems["training.loss"]
    assert "frequency" in problems["data.target"]
