"""The options of `actsearch plan`, and what of the experiment files does not fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from actsearch.cli.experiment_files import thread_counts
from actsearch.core.errors import UserError
from actsearch.core.spelling import did_you_mean

if TYPE_CHECKING:
    from actsearch.config.loading import Loaded


@dataclass(frozen=True)
class PlanOptions:
    """The options of `plan` that hold for each of its experiments."""

    margin: float | None
    """None: that of each experiment's task."""
    confidence: float
    baseline: str | None
    out: Path
    jobs: int | None
    sd: float | None
    correlation: float | None
    no_timing: bool
    quiet: bool

    def refuse(self, experiments: Sequence[Loaded]) -> None:
        """What fits none of them.

        A baseline that is no activation of a file; a margin that no two values have between them; thread counts that
        one process cannot have.
        """
        for loaded in experiments:
            labels = list(dict.fromkeys(candidate.label for candidate in loaded.experiment.candidates))
            if self.baseline is not None and self.baseline not in labels:
                remedy = did_you_mean(self.baseline, labels)
                raise UserError(f"--baseline {self.baseline}: {loaded.path} has no such activation; {remedy}")
            self._refuse_margin(loaded)
        threads = thread_counts(experiments)
        if len(threads) > 1 and not self.no_timing:
            counts = " and ".join(map(str, threads))
            raise UserError(
                f"training.threads differs between the files ({counts}), and one process has one number; plan them"
                " apart, or with --no-timing"
            )

    def _refuse_margin(self, loaded: Loaded) -> None:
        metric = loaded.experiment.task.decisive
        if self.margin is not None and self.margin >= metric.widest_difference:
            widest = f"below {metric.widest_difference:g}, as {metric.scale}"
            raise UserError(f"--margin {self.margin:g}: must be {widest}, in {loaded.path}")
