"""The options of `actsearch plot`: what fits together, and the questions that its figures of comparisons answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actsearch.cli.plot.kinds import COMPARISON_KINDS, LAYER_KINDS
from actsearch.core.errors import UserError

if TYPE_CHECKING:
    from actsearch.analysis.comparisons.question import Question
    from actsearch.core.measures import ScoresAsked

FIGURES_OF_EXAMPLES = {"ranking", "differences", "all"}
"""The kinds that need what the networks predicted."""


@dataclass(frozen=True)
class PlotOptions:
    """The options of `plot` that hold for each of its experiments."""

    kinds: tuple[Any, ...]
    metrics: tuple[str, ...]
    variable: Any
    by: tuple[Any, ...]
    without: tuple[str, ...]
    style: Any
    file_format: Any
    log: bool
    at: str
    margin: float | None
    confidence: float | None
    baseline: str | None
    target: float | None

    @property
    def draws_everything(self) -> bool:
        return "all" in self.kinds

    @property
    def draws_curves(self) -> bool:
        return self.draws_everything or "curves" in self.kinds

    @property
    def draws_layers(self) -> bool:
        return self.draws_everything or not set(LAYER_KINDS).isdisjoint(self.kinds)

    @property
    def draws_comparisons(self) -> bool:
        return self.draws_everything or not set(COMPARISON_KINDS).isdisjoint(self.kinds)

    @property
    def axes(self) -> list[Any]:
        """The x axes of diagnostics among what `--by` names."""
        return [axis for axis in self.by if axis in ("epoch", "depth")]

    @property
    def candidates_by(self) -> list[Any]:
        """The ways to choose what is compared among what `--by` names."""
        return [way for way in dict.fromkeys(self.by) if way in ("activation", "setting")]

    def questions(self) -> list[Question]:
        """What the figures of comparisons ask, one for each metric; empty if no such figures are asked for.

        Raises:
            UserError: an option is for figures that are not asked for.
        """
        self._refuse_what_is_for_other_kinds()
        if not self.draws_comparisons:
            return []
        from actsearch.analysis.comparisons.question import Question

        return [
            Question(
                metric=metric,
                by=self.candidates_by[0] if self.candidates_by else None,
                at=self.at,
                margin=self.margin,
                confidence=self.confidence,
                baseline=self.baseline,
                target=self.target,
            )
            for metric in dict.fromkeys(self.metrics or [None])
        ]

    def scores(self, questions: Sequence[Question]) -> Sequence[ScoresAsked]:
        """The scores of examples that the figures need. Without differences there is no need of any."""
        if FIGURES_OF_EXAMPLES.isdisjoint(self.kinds):
            return ()
        from actsearch.analysis.comparisons.question import scores_needed

        needed: dict[ScoresAsked, None] = {}
        for question in questions:
            needed |= dict.fromkeys(scores_needed(question))
        return tuple(needed)

    def _refuse_what_is_for_other_kinds(self) -> None:
        if self.log and not self.draws_curves:
            raise UserError("--log is for curves; add --kind curves")
        if self.metrics and not self.draws_curves and not self.draws_comparisons:
            raise UserError("--metric is for curves and comparisons; add --kind curves or --kind ranking")
        for_comparisons = self._given_for_comparisons()
        if for_comparisons and not self.draws_comparisons:
            raise UserError(f"{for_comparisons[0]} is for comparisons; add --kind ranking")
        if len(self.candidates_by) > 1:
            raise UserError("--by activation, --by setting: give one of them")

    def _given_for_comparisons(self) -> list[str]:
        given = {
            "--at": self.at != "last",
            "--margin": self.margin is not None,
            "--confidence": self.confidence is not None,
            "--baseline": self.baseline is not None,
            "--target": self.target is not None,
        }
        return [option for option, is_given in given.items() if is_given] + [
            f"--by {way}" for way in self.candidates_by
        ]
