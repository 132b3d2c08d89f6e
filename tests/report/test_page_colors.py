"""Text and lines can be seen in both themes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import pytest

from actsearch.analysis.charts.pens import PALETTES
from actsearch.figures.pair_matrix import VERDICT_COLORS
from actsearch.report import page_colors


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme: str) -> None:
    """4.5 to 1, in both themes."""
    colors: Mapping[str, str] = page_colors.PAGE_COLORS[theme]
    pairs = list(itertools.product(("ink", "faint", "link"), ("paper", "wash")))
    pairs += [(f"{word}-on", f"{word}-wash") for word in ("better", "worse", "tied", "undecided")]
    pairs += [("alarm", "paper"), ("warn", "paper"), ("ink", "warn-wash"), ("warn", "warn-wash")]
    for name, ground in pairs:
        assert page_colors.contrast(colors[name], colors[ground]) >= 4.5, (name, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_can_be_seen(theme: str) -> None:
    """A thin light line on white is lost on a projector; 3 to 1 is asked of graphics."""
    paper = page_colors.PAGE_COLORS[theme]["paper"]
    for word in ("better", "worse", "tied", "undecided"):
        assert page_colors.contrast(page_colors.PAGE_COLORS[theme][word], paper) >= 3, word
    for color in (*PALETTES[theme].activations.values(), *PALETTES[theme].others):
        assert page_colors.contrast(page_colors.legible(color, theme), paper) >= 3
    style = page_colors.color_sheet({})
    for shade in re.findall(r"--h\d+:(#\w+);", style.split("@media")[0 if theme == "light" else 1]):
        assert page_colors.contrast(shade, paper) >= 3, shade


def test_verdicts_have_the_colours_of_the_figures() -> None:
    """Blue and orange are told apart by who cannot tell red from green."""
    for theme in ("light", "dark"):
        for verdict in ("better", "worse"):
            ground = page_colors.PAGE_COLORS[theme][f"{verdict}-wash"]
            assert ground == VERDICT_COLORS[verdict][0].lower()
