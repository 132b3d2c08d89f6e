"""What a run will take on disk: told before it is full."""

from __future__ import annotations

from pathlib import Path

import pytest

from actsearch.data import splitting
from actsearch.study import disk, planning


@pytest.mark.parametrize("study", ["article-12", "theory/vanishing", "theory/self-normalising", "theory/dying-relu"])
def test_the_disk_is_that_of_finished_studies(repository: Path, study: str) -> None:
    """Within a third of what those in the repository take, or a full disk comes as a surprise."""
    from actsearch.config.loading import load_experiment
    from actsearch.study import runner

    folder = repository / "results" / study
    loaded = load_experiment(folder / "experiment.yaml")
    plan = runner.plan(loaded.experiment, loaded.folder)
    dataset = runner.load_data(plan)
    splits = splitting.split(dataset, plan.experiment.data)
    choices = [choice for stage in planning.stages(plan.experiment) for _ in stage.seeds for choice in stage.choices]
    estimated = disk.needed(plan.experiment, dataset, splits, choices, jobs=2)
    finished = [file.stat().st_size for trial in plan.trials for file in (folder / "trials" / trial.id).iterdir()]
    blocks = sum(-(-size // disk.BLOCK) * disk.BLOCK for size in finished)
    assert estimated.results == pytest.approx(blocks, rel=0.33)
