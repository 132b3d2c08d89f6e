"""The titles and captions of the figures of diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from actsearch.core.sentences import captions
from actsearch.core.sentences.sentence import Sentence
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
    return _filled_in(shown.definition.title, {**_words_filled_in(shown), "axis": by})


def layer_caption(shown: LayersShown, by: EpochOrDepth, with_bands: bool, axes: Sequence[LayerAxis]) -> Iterator[str]:
    """What is drawn, how to read it, and what is missing."""
    yield _filled_in(shown.definition.drawn, _words_filled_in(shown))
    yield _sentence_on_lines(shown, by)
    yield _sentence_on_seeds(shown, with_bands)
    yield from _sentences_on_axes(axes)
    yield from _sentences_on_layer_trials(shown, by)
    if shown.result.mixture is not None:
        yield shown.result.mixture


def _filled_in(sentence: Sentence, words: Mapping[str, str]) -> str:
    """With those of the words that it names."""
    return sentence(**{name: words[name] for name in sentence.fields})


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
        return captions.LINES_BY_DEPTH()
    has_no_untrained_value = shown.kind in ("updates", "clipping")
    return captions.LINES_BY_LAYER() if has_no_untrained_value else captions.LINES_BY_LAYER_FROM_UNTRAINED()


def _sentence_on_seeds(shown: LayersShown, with_bands: bool) -> str:
    seeds = shown.most_seeds
    if seeds == 1:
        return captions.LAYERS_OF_ONE_SEED()
    everywhere = not any(len(candidate.counting) < seeds for candidate in shown.with_panel)
    lines = captions.LAYERS_WITH_BANDS if with_bands else captions.LAYERS_WITHOUT_BANDS
    return lines(everywhere=everywhere, seeds=seeds)


def _sentences_on_axes(axes: Sequence[LayerAxis]) -> Iterator[str]:
    for axis in axes:
        which = captions.LAYER_AXIS() if len(axes) == 1 else captions.LAYER_AXIS_OF(quantity=axis.label)
        if axis.scale == "log" and axis.has_zeros:
            yield captions.LAYER_AXIS_LOGARITHMIC_WITH_ZEROS(axis=which)
        elif axis.scale == "log":
            yield captions.LAYER_AXIS_LOGARITHMIC(axis=which)
        if axis.scale == "symlog":
            yield captions.LAYER_AXIS_SYMLOG(axis=which)
        if axis.outside:
            names = listed(axis.outside, NAMED_IN_A_CAPTION)
            yield captions.LAYER_AXIS_ENDS(axis=which, edge=axis.high, names=names)


def _sentences_on_layer_trials(shown: LayersShown, by: EpochOrDepth) -> Iterator[str]:
    counting = list(chain.from_iterable(candidate.counting_trials for candidate in shown.candidates))
    drawn = chain.from_iterable(candidate.counting_trials for candidate in shown.with_panel)
    diverged = sum(trial.status == "diverged" for trial in drawn)
    if diverged:
        sentence = captions.LAYERS_DIVERGED_MARKED if by == "epoch" else captions.LAYERS_DIVERGED
        yield sentence(diverged=diverged, trials=len(counting))
    probed = [candidate for candidate in shown.candidates if candidate.counting]
    without_values = [candidate.title for candidate in probed if candidate not in shown.with_panel]
    if without_values:
        yield shown.definition.without_panel(names=listed(without_values, NAMED_IN_A_CAPTION))
    without_diagnostics = [candidate.title for candidate in shown.candidates if not candidate.counting]
    if without_diagnostics:
        yield captions.WITHOUT_DIAGNOSTICS(names=listed(without_diagnostics, NAMED_IN_A_CAPTION))
    left_out = [trial.status for trial in trials_of_all(shown.candidates) if trial not in counting]
    if left_out:
        yield captions.LAYER_TRIALS_LEFT_OUT(reasons=", ".join(_reasons(left_out)))


def _reasons(statuses: Sequence[str]) -> Iterator[str]:
    """`1 failed`, `2 unfinished`: why trials are left out."""
    failed = statuses.count("failed")
    completed = statuses.count("completed") + statuses.count("diverged")
    unfinished = len(statuses) - failed - completed
    counts = (
        (captions.FAILED_LEFT_OUT, failed),
        (captions.UNFINISHED_LEFT_OUT, unfinished),
        (captions.UNDIAGNOSED_LEFT_OUT, completed),
    )
    yield from (reason(trials=count) for reason, count in counts if count)
