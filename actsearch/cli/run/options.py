"""The options of `actsearch run`, and what of them or of the experiment files does not fit together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actsearch.cli.experiment_files import thread_counts
from actsearch.core.errors import InvalidExperiment, Problem, UserError

if TYPE_CHECKING:
    from actsearch.config.loading import Loaded
    from actsearch.study.plans import Plan
    from actsearch.study.runner import EngineName, SaveModel


@dataclass(frozen=True)
class RunOptions:
    """The options of `run` that hold for each of its experiments."""

    out: Path
    engine: EngineName
    jobs: int | None
    ray_address: str | None
    ray_gpus: float
    retries: int
    fail_fast: bool
    retry_failed: bool
    accept_changes: bool
    fresh: bool
    keep_checkpoints: bool
    checkpoint_share: float
    save_models: SaveModel | None
    no_plots: bool
    quiet: bool
    as_json: bool

    @property
    def same_command(self) -> str:
        """With which command a run that has stopped goes on."""
        return "the same command without --fresh" if self.fresh else "the same command"

    def folder_of(self, plan: Plan) -> Path:
        """Where the experiment's results go."""
        return self.out / plan.experiment.name

    def workers(self, plan: Plan, data_bytes: int) -> int:
        """How many trainings run at a time."""
        from actsearch.core import capacity

        if self.engine == "in-process":
            return 1
        return self.jobs or capacity.default_jobs(plan.threads, data_bytes)

    def most_workers(self, plan: Plan, data_bytes: int) -> int:
        """How many trainings may be handed over at a time; to Ray, which queues them itself, any number."""
        if self.engine == "ray" and self.jobs is None:
            return 1024
        return self.workers(plan, data_bytes)

    def say(self, text: str) -> None:
        """Prints a line for people."""
        if not self.quiet and not self.as_json:
            click.echo(text)

    def refuse_combinations(self) -> None:
        """Options that say nothing together, or that the engine would pass over."""
        if self.fresh and self.retry_failed:
            raise UserError("--fresh trains everything anew, --retry-failed only what failed; give one of them")
        if self.engine != "ray" and (self.ray_address or self.ray_gpus):
            given = "--ray-address" if self.ray_address else "--ray-gpus"
            raise UserError(f"{given} is for Ray alone; add --engine ray")
        if self.engine == "in-process" and (self.jobs or 1) > 1:
            remedy = "leave out --engine in-process"
            raise UserError(f"--jobs {self.jobs}: one process trains one trial at a time; {remedy}")

    def refuse_clashes(self, experiments: Sequence[Loaded]) -> None:
        """Two files of one name would write into one folder; two thread counts cannot be had in one process."""
        if problems := list(_names_given_twice(experiments)):
            raise InvalidExperiment(problems)
        threads = thread_counts(experiments)
        if len(threads) > 1 and self.engine == "in-process":
            counts = " and ".join(map(str, threads))
            raise UserError(
                f"training.threads differs between the files ({counts}), and one process has one number; leave out"
                " --engine in-process, or give --threads N"
            )


def _names_given_twice(experiments: Sequence[Loaded]) -> Iterator[Problem]:
    for i, later in enumerate(experiments):
        for earlier in experiments[:i]:
            name = later.experiment.name
            if name.lower() == earlier.experiment.name.lower():
                what = f"{name!r} is the name of {earlier.path} as well (upper or lower case aside)"
                yield Problem(later.where("name"), "name", what, "give each experiment its own name")
