"""A study whose task, data, network and proposer all come from outside the package; as a script, with workers."""

from __future__ import annotations

import sys
from pathlib import Path

from toy_members.toy_network import ResidualModel
from toy_members.toy_proposer import Halving
from toy_members.toy_source import WavesData
from toy_members.toy_task import DISTANCES

import actsearch
from actsearch.config.loading import Loaded
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import TASKS
from actsearch.data.sources import SOURCES
from actsearch.networks.architectures import ARCHITECTURES
from actsearch.study.proposers import PROPOSERS

FILE = """
name: toys
task: distances
data: {waves: 120, target: phase, validation: {holdout: 30}}
model: {kind: residual, width: 6}
training: {epochs: 2, batch_size: 16, loss: mean_absolute_error, optimizer: {name: adam, learning_rate: 0.01}}
activations: [relu, sigmoid, tanh]
seeds: 2
"""


def load(file: Path) -> Loaded:
    file.write_text(FILE, encoding="utf-8")
    return actsearch.load(
        file,
        tasks={**TASKS, "distances": DISTANCES},
        architectures={**ARCHITECTURES, "residual": ResidualModel},
        sources={**SOURCES, "waves": WavesData},
    )


def run(out: Path, jobs: int) -> ExperimentResult:
    out.mkdir(parents=True, exist_ok=True)
    proposers = {**PROPOSERS, "halving": Halving}
    return actsearch.run(load(out / "toys.yaml"), out, jobs=jobs, proposer="halving", proposers=proposers)


if __name__ == "__main__":
    run(Path(sys.argv[1]), jobs=2)
