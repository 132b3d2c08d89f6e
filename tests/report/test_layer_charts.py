"""The small charts of layers."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

from comparison_cases import a_candidate, a_study
from fake_diagnostics import diagnostics, layer_names
from read_pages import a_page
from reported_studies import three

from actsearch.analysis.charts.layer_figures import LayerFigure, layer_figures
from actsearch.report import layer_charts


def deep(**formulas: Any) -> LayerFigure:
    """The gradients of twenty layers by epoch."""
    seen = diagnostics(layers=layer_names(20), epochs=5, **formulas)
    candidate = a_candidate("relu", [0.9])
    result = a_study(replace(candidate, trials=tuple(replace(t, diagnostics=seen) for t in candidate.trials)))
    return layer_figures(result, "saturation" if "saturated" in formulas else "gradients")[0]


def test_a_small_panel_shows_the_spike_and_says_what_it_leaves_out() -> None:
    """And a seed that diverged keeps its cross."""
    seen = diagnostics(epochs=100, gradient_norm_kernel=lambda _, epoch: 100.0 if epoch == 47 else 1.0)
    result = three()
    trials = [replace(t, diagnostics=seen, epochs=100) for t in result.candidates[0].trials]
    trials[0] = replace(trials[0], status="diverged")
    result = a_study(replace(result.candidates[0], trials=tuple(trials)), *result.candidates[1:])
    (figure,) = layer_figures(result, "gradients")
    svg = layer_charts.layer_svg(figure, figure.axes[0], figure.panels[0].rows[0], "told")
    lines = " ".join(re.findall(r'class="line [^"]*" d="([^"]*)"', svg))
    heights = [float(y) for y in re.findall(r" ([\d.]+)", lines)]
    assert min(heights) < 20 < max(heights)
    assert "✕" in svg
    assert re.search(r"Drawn of a line: at most \d+ of 101 epochs, extremes kept", a_page(result).words)


def test_a_zero_is_not_drawn_as_a_small_number() -> None:
    """A layer without any gradient is dead; a line along the edge of a logarithmic axis says that it is not."""
    seen = diagnostics(epochs=9, gradient_norm_kernel=lambda layer, e: 0.0 if layer == 1 and 3 <= e < 7 else 10.0**-e)
    candidate = a_candidate("relu", [0.9])
    result = a_study(replace(candidate, trials=tuple(replace(t, diagnostics=seen) for t in candidate.trials)))
    (figure,) = layer_figures(result, "gradients")
    assert figure.axes[0].scale == "log"
    svg = layer_charts.layer_svg(figure, figure.axes[0], figure.panels[0].rows[0], "told")
    lines = re.findall(r'class="line [^"]*" d="([^"]*)"', svg)
    assert [d.count("M") for d in lines] == [1, 2, 1]
    assert svg.count('class="atzero') == 4


def test_twenty_layers_can_be_told_apart() -> None:
    """A legend in which four lines look alike names none of them."""
    shades = layer_charts.shades(deep())
    assert len(shades) == len(set(shades.values())) == 20
    names = list(shades.values())
    assert all(name.split()[1] != after.split()[1] for name, after in itertools.pairwise(names))


def test_an_axis_writes_all_its_numbers_one_way() -> None:
    """`0.001` beside `1e-04` is two sizes to compare in one's head; of shares near all, all of it is shown."""
    figure = deep(gradient_norm_kernel=lambda layer, _: 10.0 ** (-layer / 3))
    svg = layer_charts.layer_svg(figure, figure.axes[0], figure.panels[0].rows[0], "told")
    said = re.findall(r'text-anchor="end">([^<]+)<', svg)
    assert {"1e-4", "1e-2"} <= set(said)
    assert all("e" in text for text in said[:3])
    figure = deep(saturated=0.8)
    svg = layer_charts.layer_svg(figure, figure.axes[0], figure.panels[0].rows[0], "told")
    assert ">100 %<" in svg
    assert ">epoch<" in svg
