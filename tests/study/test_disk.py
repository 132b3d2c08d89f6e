"""What a run will take on disk: told before it is full."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from actsearch.data.splitting import split
from actsearch.study import disk, foreseen_stages, plans


@pytest.mark.parametrize("study", ["article-12", "theory/vanishing", "theory/self-normalising", "theory/dying-relu"])
def test_the_disk_is_that_of_finished_studies(repository: Path, study: str) -> None:
    """Within a third of what those in the repository take, or a full disk comes as a surprise."""
    from actsearch.api import load

    folder = repository / "results" / study
    loaded = load(folder / "experiment.yaml")
    plan = plans.make_plan(loaded.experiment, loaded.folder)
    dataset = plans.load_checked_data(plan)
    splits = split(dataset, plan.experiment.data)
    stages = foreseen_stages.foreseen_stages(plan.experiment)
    choices = list(itertools.chain.from_iterable(stage.choices_of_trials for stage in stages))
    estimated = disk.needed_disk(plan.experiment, dataset, splits, choices, jobs=2)
    finished = [file.stat().st_size for trial in plan.trials for file in (folder / "trials" / trial.id).iterdir()]
    blocks = sum(-(-size // disk.BLOCK) * disk.BLOCK for size in finished)
    assert estimated.results == pytest.approx(blocks, rel=0.33)
