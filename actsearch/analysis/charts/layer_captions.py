"""The titles and captions of the figures of diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from actsearch.analysis.charts.layer_axes import LayerAxis
from actsearch.analysis.charts.layer_lines import DEEP
from actsearch.analysis.charts.layer_quantities import (
    LAYER_FIGURE_DEFINITIONS,
    VARIABLE_WORDS,
    EpochOrDepth,
    LayerFigureDefinition,
    LayerFigureKind,
    Variable,
)
from actsearch.analysis.findings.probed_candidates import ProbedCandidate
from actsearch.analysis.number_format import NAMED_IN_A_CAPTION
from actsearch.analysis.trials import trials_of_all
from actsearch.core.results import ExperimentResult
from actsearch.core.words import listed


@dataclass(frozen=True)
class LayersShown:
    """What a kind of figure shows, and of which candidates."""

    result: ExperimentResult
    kind: LayerFigureKind
    variable: Variable
    with_panel: Sequence[ProbedCandidate]
    """The candidates that have values of this kind."""
    candidates: Sequence[ProbedCandidate]
    """Those without a panel as well."""

    @property
    def definition(self) -> LayerFigureDefinition:
        return LAYER_FIGURE_DEFINITIONS[self.kind]

    @property
    def is_deep(self) -> bool:
        return max(len(candidate.layers) for candidate in self.with_panel) > DEEP

    @property
    def most_seeds(self) -> int:
        """How many seeds of a candidate count, at the most."""
        return max(len(candidate.counting) for candidate in self.with_panel)


def layer_title(shown: LayersShown, by: EpochOrDepth) -> str:
    return f"{shown.definition.title.format(**_words_filled_in(shown))} by {by}"


def layer_caption(shown: LayersShown, by: EpochOrDepth, with_bands: bool, axes: Sequence[LayerAxis]) -> Iterator[str]:
    """What is drawn, how to read it, and what is missing."""
    yield shown.definition.means.format(**_words_filled_in(shown))
    yield _sentence_on_lines(shown, by)
    yield _sentence_on_seeds(shown, with_bands)
    yield from _sentences_on_axes(axes)
    yield from _sentences_on_layer_trials(shown, by)
    if shown.result.mixture is not None:
        yield shown.result.mixture


def _words_filled_in(shown: LayersShown) -> dict[str, str]:
    diagnostics = list(chain.from_iterable(candidate.diagnostics for candidate in shown.candidates))
    sizes = sorted({probe.probe_examples for probe in diagnostics})
    ways = sorted({"with" if probe.training else "without" for probe in diagnostics})
    return {
        "variable": VARIABLE_WORDS[shown.variable],
        "n": " or ".join(f"{size:,}" for size in sizes),
        "how": " or ".join(ways) or "without",
    }


def _sentence_on_lines(shown: LayersShown, by: EpochOrDepth) -> str:
    if by == "depth":
        return "A line per epoch, dark to light; hidden layers from the input (left) to the output."
    has_no_untrained_value = shown.kind in ("updates", "clipping")
    untrained = "" if has_no_untrained_value else " Epoch 0 is the untrained network."
    return f"A line per hidden layer, dark to light from input to output.{untrained}"


def _sentence_on_seeds(shown: LayersShown, with_bands: bool) -> str:
    seeds = shown.most_seeds
    if seeds == 1:
        return "One seed, so differences may be chance."
    up_to = "up to " if any(len(candidate.counting) < seeds for candidate in shown.with_panel) else ""
    bands = ", bands their range" if with_bands else "; their range is not drawn"
    return f"Lines are medians of {up_to}{seeds} seeds{bands}."


def _sentences_on_axes(axes: Sequence[LayerAxis]) -> Iterator[str]:
    for axis in axes:
        which = "The axis" if len(axes) == 1 else f"The axis of the {axis.label}"
        if axis.scale == "log":
            zeros = "; a 0 is a hollow triangle on its edge" if axis.has_zeros else ""
            yield f"{which} is logarithmic{zeros}."
        if axis.scale == "symlog":
            yield f"{which} is logarithmic beyond -1 and 1."
        if axis.outside:
            yield f"{which} ends at {axis.high:.3g}; {listed(axis.outside, NAMED_IN_A_CAPTION)} went beyond it."


def _sentences_on_layer_trials(shown: LayersShown, by: EpochOrDepth) -> Iterator[str]:
    counting = list(chain.from_iterable(candidate.counting_trials for candidate in shown.candidates))
    drawn = chain.from_iterable(candidate.counting_trials for candidate in shown.with_panel)
    diverged = sum(trial.status == "diverged" for trial in drawn)
    if diverged:
        yield f"{diverged} of {len(counting)} trials diverged{' (cross)' if by == 'epoch' else ''}."
    probed = [candidate for candidate in shown.candidates if candidate.counting]
    without_values = [candidate.title for candidate in probed if candidate not in shown.with_panel]
    if without_values:
        yield f"Not drawn, as they {shown.definition.missing}: {listed(without_values, NAMED_IN_A_CAPTION)}."
    without_diagnostics = [candidate.title for candidate in shown.candidates if not candidate.counting]
    if without_diagnostics:
        yield f"Not drawn, for want of diagnostics: {listed(without_diagnostics, NAMED_IN_A_CAPTION)}."
    left_out = [trial.status for trial in trials_of_all(shown.candidates) if trial not in counting]
    if left_out:
        yield f"Trials left out: {', '.join(_reasons(left_out))}."


def _reasons(statuses: Sequence[str]) -> Iterator[str]:
    """`1 failed`, `2 unfinished`: why trials are left out."""
    failed = statuses.count("failed")
    completed = statuses.count("completed") + statuses.count("diverged")
    unfinished = len(statuses) - failed - completed
    counts = {"failed": failed, "unfinished": unfinished, "without diagnostics": completed}
    yield from (f"{count} {reason}" for reason, count in counts.items() if count)
