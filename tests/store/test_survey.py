"""What a driver finds before it begins."""

from __future__ import annotations

from pathlib import Path

from store_runs import Asked, FakeTrain, Make, Snapshot, begun, run

from actsearch.engines.in_process import InProcess
from actsearch.store.writer import Store
from actsearch.study import rounds, runner
from actsearch.study.plans import plan_for


def test_only_failed_trials_are_left_when_only_they_are_asked_for(
    folder: Path, asked: Asked, fake_train: FakeTrain
) -> None:
    """`--retry-failed` after a mistake was mended: the twenty that were never begun may wait."""
    experiment, trials = asked(seeds=1)
    kept = Store(folder)
    with kept.locked():
        rounds.begin_round(plan_for(experiment, trials[0].data_sha256), kept)
        for _ in runner.train_all(trials[:1], kept, InProcess(lambda: fake_train(fails=["relu"]))):
            pass
    assert [trial.id for trial in begun(folder, experiment, trials, only_failed=True).left] == [trials[0].id]
    work = begun(folder, experiment, trials)
    assert [trial.id for trial in work.left] == [trial.id for trial in trials]
    assert [work.status[trial.id] for trial in trials] == ["failed", "waiting"]


def test_a_survey_without_repair_touches_nothing(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, snapshot: Snapshot
) -> None:
    """`--dry-run` on a damaged folder."""
    experiment, trials = make_experiment(["relu", "selu"])
    run(folder, experiment, trials, fake_train())
    (folder / "trials" / trials[0].id / "history.json").write_bytes(b"{")
    before = snapshot(folder)
    survey = Store(folder).survey(trials, repair=False)
    assert survey == ({trials[0].id: "waiting", trials[1].id: "completed"}, [], set(), set(), set(), set())
    assert snapshot(folder) == before
