"""The figures of functions: lines that tell the truth at jumps, limits, and files that any machine draws alike."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from daily import slow_but
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from actsearch.analysis.charts.pens import PALETTES
from actsearch.core.errors import UserError
from actsearch.figures import drawing, functions
from actsearch.functions.catalogue import find_functions, of_the_article

SIX = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
MANY = (*SIX, "exponential", "relu_squared", "tanh", "x * sin(x)", "hard_shrink", "where(x > 0, x, 0.1 * x ** 3)")


def drawn(*names: str, style: str = "light", **settings: float) -> Figure:
    with drawing.settings("light"):
        return functions.functions_figure(find_functions(names, settings), PALETTES[style])


def lines(figure: Figure, panel: int) -> list[tuple[np.ndarray, np.ndarray, str, object]]:
    """The curves of a panel, without axes and dots."""
    return [
        (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()), to_hex(line.get_color()), line.get_linestyle())
        for line in figure.axes[panel].lines
        if len(np.asarray(line.get_xdata())) > 2
    ]


def test_a_jump_of_the_derivative_is_no_line() -> None:
    """A vertical stroke would say that the slope takes all values between."""
    figure = drawn("relu")
    left, right = lines(figure, 1)
    assert (left[0][-1], left[1][-1], right[0][0], right[1][0]) == (0, 0, 0, 1)
    assert len(lines(figure, 0)) == 1


def test_at_a_jump_the_value_itself_is_marked() -> None:
    figure = drawn("hard_shrink")
    filled = {
        (float(np.asarray(dot.get_xdata())[0]), float(np.asarray(dot.get_ydata())[0]))
        for dot in figure.axes[0].lines
        if dot.get_marker() == "o" and dot.get_markerfacecolor() == dot.get_markeredgecolor()
    }
    assert filled == {(-0.5, 0.0), (0.5, 0.0)}


def test_every_point_of_a_line_is_on_the_function() -> None:
    entries = find_functions(MANY, {})
    for panel, which in enumerate(("function", "gradient")):
        pieces = lines(drawn(*MANY), panel)
        for entry in entries:
            color = functions.function_pens(entries, PALETTES["light"])[entry.label].color
            for x, y, *_ in (piece for piece in pieces if piece[2] == color.lower()):
                inside = np.all([abs(x - kink) > 1e-6 for kink in entry.properties.kinks], axis=0)
                values = getattr(entry, which)(x)
                assert np.allclose(y[inside & (abs(x) < 3.9)], values[inside & (abs(x) < 3.9)], atol=1e-6)


@pytest.mark.parametrize("style", ["light", "dark"])
def test_functions_stay_apart_by_colour_and_by_dashes(style: str) -> None:
    """In print there are no colours; twelve functions have twelve pens, and neighbours other dashes."""
    pens = list(functions.function_pens(find_functions(MANY, {}), PALETTES[style]).values())
    assert len({pen.color for pen in pens}) == len(pens)
    assert all(one.dashes != other.dashes for one, other in itertools.pairwise(pens))


def test_a_function_has_its_colour_in_every_company() -> None:
    look = PALETTES["light"]
    for names in (["gelu"], ["tanh", "gelu"], MANY):
        assert functions.function_pens(find_functions(names, {}), look)["gelu"].color == look.activations["gelu"]


def test_an_unbounded_function_does_not_flatten_the_others() -> None:
    """e^4 is 55; beside it a sigmoid would be a straight line."""
    for panel in (0, 1):
        low, high = drawn("sigmoid", "exponential", "relu_squared").axes[panel].get_ylim()
        assert -5 < low < high < 5
    assert drawn("exponential").axes[0].get_ylim()[1] > 50


def test_the_axes_show_every_kink() -> None:
    assert drawn("relu").axes[0].get_xlim() == (-4, 4)
    assert drawn("relu6").axes[0].get_xlim() == (-8, 8)


@pytest.mark.parametrize("names", [SIX, MANY, ("x" + " + x" * 30, "relu"), ("linear",)], ids=lambda names: len(names))
def test_no_text_is_cut_or_covers_another(names: tuple[str, ...]) -> None:
    figure = drawn(*names)
    figure.canvas.draw()
    width, height = figure.bbox.size
    boxes = [text.get_window_extent() for text in figure.texts]
    assert all(0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height for box in boxes)
    for one, other in itertools.combinations(boxes, 2):
        assert not one.shrunk(0.98, 0.7).overlaps(other.shrunk(0.98, 0.7))
    labels = [text.get_text() for text in figure.texts]
    assert len(names) == 1 or all(labels.count(name) == 2 for name in names if name in SIX)


@pytest.mark.parametrize("ending", slow_but(["PNG"], ["png", "svg", "pdf", "PNG"]))
def test_the_ending_is_the_format_and_the_same_command_gives_the_same_bytes(hostile: Path, ending: str) -> None:
    paths = [hostile / f"{i}.{ending}" for i in range(2)]
    for path in paths:
        functions.draw_functions(find_functions(SIX, {}), path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert {b"\x89PNG": "png", b"<?xm": "svg", b"%PDF": "pdf"}[first[:4]] == ending.lower()


def test_a_folder_that_is_missing_is_made_and_one_that_cannot_be_is_told(hostile: Path) -> None:
    path = functions.draw_functions(find_functions(["relu"], {}), hostile / "new" / "x.png")
    assert path.exists()
    with pytest.raises(UserError, match="can't be written"):
        functions.draw_functions(find_functions(["relu"], {}), path / "x.png")


def test_the_articles_figures_are_on_black_with_telling_titles(hostile: Path) -> None:
    paths = functions.draw_the_article(hostile)
    assert [path.stem for path in paths[4:6]] == ["elu", "elu-derivative"]
    for path in paths:
        assert Image.open(path).convert("RGB").getpixel((1, 1)) == (0, 0, 0)
    with drawing.settings("article"):
        titles = [figure.axes[0].get_title() for _, figure in functions.article_figures()]
    assert titles[4:6] == ["ELU (alpha = 0.2)", "Derivative of ELU (alpha = 0.2)"]
    assert titles[-1] == "Derivative of GELU (approximate)"
    assert len(titles) == 2 * len(of_the_article())
