"""`actsearch doctor --resume`: a run that resumes passes, and each way not to is a problem."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from actsearch.cli.doctor import kill_and_resume
from actsearch.cli.doctor.checks import Check

FAKE_RUN = """
    import json, pathlib, subprocess, sys, time
    fault, _, _, _, out = sys.argv[1:6]
    folder = pathlib.Path(out, "resume-check", "trials")
    first = not folder.exists() or out.endswith("uninterrupted")

    def tell(**event):
        print(json.dumps(event), flush=True)

    print("a line that is no event", flush=True)
    if fault == "child left":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    for label in ("relu", "selu"):
        trial = folder / f"{label}-seed0"
        if (trial / "trial.json").exists():
            continue
        trial.mkdir(parents=True, exist_ok=True)
        kept = trial / "checkpoint"
        done = int(kept.read_text()) if kept.exists() and fault != "begun anew" else 0
        tell(event="started", label=label, resumed_epochs=done)
        for epoch in range(done + 1, 5):
            seconds = 0.001 if fault == "too fast" and epoch != 2 else 0.15
            time.sleep(seconds)
            tell(event="epoch", label=label, epoch=epoch, seconds=0.15)
            kept.write_text(str(epoch))
        if fault == "crash" and label == "selu":
            sys.exit("it broke")
        odd = fault == "other bytes" and done and label == "selu"
        (trial / "history.json").write_text("odd" if odd else "even")
        (trial / "predictions.npz").write_text("same")
        (trial / "trial.json").write_text(str(time.time()))
        kept.unlink()
        tell(event="completed", label=label)
"""


@pytest.fixture
def resume_check(monkeypatch: pytest.MonkeyPatch, hostile: Path) -> Callable[[str], Check]:
    """The check with a run that needs no TensorFlow and has this fault."""
    program = hostile / "fake.py"
    program.write_text(textwrap.dedent(FAKE_RUN), encoding="utf-8")
    monkeypatch.setattr(kill_and_resume, "GRACE_SECONDS", 1)

    def check(fault: str) -> Check:
        folder = hostile / "work"
        folder.mkdir()
        return kill_and_resume.resume_check(folder, lambda _: None, (sys.executable, str(program), fault))

    return check


def test_a_run_that_resumes_passes(resume_check: Callable[[str], Check]) -> None:
    """The check itself must be able to pass, and to see what it says it has seen."""
    check = resume_check("none")
    assert check.status == "ok", check.what
    assert check.details["resumed_epochs"] == {"relu": 2, "selu": 2}
    assert len(check.details["compared"]) == 4


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param("begun anew", "relu was begun anew", marks=pytest.mark.slow),
        pytest.param("other bytes", "not the same bytes: selu-seed0/history.json", marks=pytest.mark.slow),
        pytest.param("child left", "processes of it were left: ", marks=pytest.mark.slow),
        ("crash", "exit code 1: it broke"),
        ("too fast", "the run was not killed in time"),
    ],
)
def test_a_run_that_does_not_resume_as_it_should_is_a_problem(
    resume_check: Callable[[str], Check], fault: str, told: str
) -> None:
    """A check that passes whatever happens would give a false sense of safety."""
    check = resume_check(fault)
    assert check.status == "problem"
    assert told in check.what
    assert check.remedy


def test_a_file_that_is_in_one_folder_only_differs(hostile: Path) -> None:
    """A result that the resumed run lost is the worst difference of all."""
    for name in ("one/a/history.json", "other/a/history.json", "one/b/predictions.npz", "one/a/trial.json"):
        (hostile / name).parent.mkdir(parents=True, exist_ok=True)
        (hostile / name).write_text("x", encoding="utf-8")
    compared, differing = kill_and_resume.compare_folders(hostile / "one", hostile / "other")
    assert compared == ["a/history.json", "b/predictions.npz"]
    assert differing == ["b/predictions.npz"]


@pytest.mark.slow
def test_a_real_run_goes_on_to_the_same_bytes(hostile: Path) -> None:
    """The promise that a night's work is not lost by a power cut, kept on this machine."""
    check = kill_and_resume.resume_check(hostile, lambda _: None)
    assert check.status == "ok", check.what
    assert min(check.details["resumed_epochs"].values()) > 0
    assert {name.split("/")[-1] for name in check.details["compared"]} >= {"history.json", "predictions.npz"}
