"""The figures of diagnostics as Matplotlib sees them: nothing clipped, nothing over a label, the same bytes twice."""

from __future__ import annotations

import itertools
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from daily import slow_but
from fake_diagnostics import candidate, diagnostics, experiment, layer_names, trial
from matplotlib.figure import Figure
from PIL import Image

from actsearch.analysis.charts import axes, comparison_figures, layer_quantities
from actsearch.analysis.charts.layer_quantities import LayerFigureKind
from actsearch.cli.plot import kinds
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult
from actsearch.figures import drawing, layers

HOSTILE = ("$x_1^2$ costs $5", "日本語", "line\nbreak\x00", "x" * 90, "_leading", "العربية", "half \ud800", "")


def several(n: int, layers: int = 3, seeds: int = 2, epochs: int = 20, **how: Any) -> list[CandidateResult]:
    """Candidates whose layers' gradients differ by ten from one to the next, each with a learned parameter."""
    probed = diagnostics(
        layer_names(layers), epochs, gradient_norm_kernel=lambda layer, epoch: 10.0**-layer / (1 + epoch),
        clipped_kernel=lambda _, epoch: 0.01 if epoch else None, alpha=0.25, **how,
    )  # fmt: skip
    return [candidate("relu", *(trial(probed, s) for s in range(seeds)), label=f"candidate {i}") for i in range(n)]


def gone(epochs: int = 3) -> CandidateResult:
    wild = diagnostics(epochs=epochs, gradient_norm_kernel=lambda _, epoch: 100.0**epoch)
    return candidate("elu", trial(wild, status="diverged", epochs=20))


CASES: dict[str, tuple[ExperimentResult, LayerFigureKind, dict[str, Any]]] = {
    "one": (experiment(*several(1)), "gradients", {}),
    "six": (experiment(*several(6)), "normalisation", {}),
    "twenty": (experiment(*several(20, seeds=1)), "updates", {}),
    "thirty layers": (experiment(*several(2, layers=30)), "gradients", {}),
    "one epoch": (experiment(*several(2, epochs=0)), "dead", {}),
    "one layer by depth": (experiment(*several(2, layers=1)), "sparsity", {"by": ["depth"]}),
    "by depth": (experiment(*several(3), gone()), "gradients", {"by": ["depth", "epoch"]}),
    "diverged": (experiment(*several(2), gone(), gone(0)), "gradients", {}),
    "parameters": (experiment(*several(4), gone()), "parameters", {}),
    "wild": (experiment(*several(2, mean=lambda layer, _: -(9.0**layer)), gone()), "normalisation", {}),
    "labels": (
        experiment(*(candidate("relu", trial(diagnostics([f"{i} {x}" for i in range(4)])), label=x) for x in HOSTILE)),
        "saturation",
        {"by": ["epoch", "depth"]},
    ),
}


@pytest.fixture(scope="module", params=slow_but(["by depth", "wild", "labels"], list(CASES)))
def drawn(request: pytest.FixtureRequest) -> list[Figure]:
    result, kind, how = CASES[request.param]
    with drawing.settings("light"), warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        made = [figure for _, figure in layers.figures(result, kind, **how)]
        for figure in made:
            figure.draw_without_rendering()
    return made


def test_no_text_leaves_the_page(drawn: list[Figure]) -> None:
    """What is cut off can't be read."""
    for figure in drawn:
        page = figure.bbox.padded(1)
        for text in figure.texts:
            box = text.get_window_extent()
            assert page.x0 <= box.x0, text.get_text()
            assert box.x1 <= page.x1, text.get_text()
            assert page.y0 <= box.y0, text.get_text()
            assert box.y1 <= page.y1, text.get_text()


def test_no_text_lies_on_another(drawn: list[Figure]) -> None:
    """With thirty layers or twenty panels neither."""
    for figure in drawn:
        boxes = [(text, text.get_window_extent().padded(-2)) for text in figure.texts if text.get_text()]
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            assert not a.overlaps(b), (one.get_text(), other.get_text())


def test_no_label_lies_in_a_panel(drawn: list[Figure]) -> None:
    """Nor in that of its neighbour."""
    for figure in drawn:
        labels = [text for text in figure.texts if text.get_gid() == "label"]
        assert labels
        for text in labels:
            assert not any(axes.bbox.overlaps(text.get_window_extent().padded(-1)) for axes in figure.axes)


def test_panels_of_a_row_share_one_axis(drawn: list[Figure]) -> None:
    """Candidates are compared by eye."""
    for figure in drawn:
        by_label = {axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()}
        assert len({(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes}) == len(by_label)


def test_colours_go_from_dark_to_light_with_depth() -> None:
    """The order of the layers is readable in print."""
    with drawing.settings("light"):
        ((_, figure),) = layers.figures(experiment(*several(1, layers=5)), "gradients")
    colors = [str(line.get_color()) for line in figure.axes[0].lines]
    lightness = [sum(int(color[i : i + 2], 16) * w for i, w in ((1, 0.3), (3, 0.59), (5, 0.11))) for color in colors]
    assert lightness == sorted(lightness)
    assert lightness[-1] - lightness[0] > 100


@pytest.mark.parametrize(
    ("format", "style"),
    slow_but(["svg"], [("svg", "light"), ("pdf", "light"), ("png", "light"), ("png", "dark"), ("png", "article")]),
)
def test_files_are_the_same_twice_and_silent(tmp_path: Path, style: Any, format: Any) -> None:
    """Figures in a repository change only where results do."""
    result = experiment(*several(2), gone())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, again = (
            layers.draw(result, tmp_path / where / "a b é", "normalisation", style=style, format=format)
            for where in ("one", "two")
        )
    assert [path.name for path in first] == [f"normalisation.{format}"]
    assert sorted(first[0].parent.iterdir()) == first, "nothing half-written is left behind"
    assert first[0].read_bytes() == again[0].read_bytes()
    if format == "png":
        with Image.open(first[0]) as image:
            assert image.convert("L").getpixel((0, 0)) == (255 if style == "light" else 22)


def test_values_between_gaps_are_seen() -> None:
    """A line needs two neighbours; a point alone would be lost."""
    nan = float("nan")
    assert drawing.lonely([1, nan, 2, nan, 3, 3]) == [0, 2]
    assert drawing.lonely([]) == []


@pytest.mark.parametrize(("low", "high"), [(-1, 30), (-1e9, 1), (-50, 1e6), (-1e30, 1e30)])
def test_symlog_ticks_are_few_and_inside(low: float, high: float) -> None:
    """Matplotlib's own are one per decade, however many there are."""
    ticks = layers.symlog_ticks(low, high)
    assert 3 <= len(ticks) <= 11
    assert ticks == sorted(ticks)
    assert low <= ticks[0] <= 0 <= ticks[-1] <= high


def test_a_zero_on_a_logarithmic_axis_is_a_hollow_mark_and_not_a_line() -> None:
    """A line along the edge says that there is a small value, from epoch to epoch."""
    still = diagnostics(epochs=4, gradient_norm_kernel=lambda layer, epoch: 0.0 if epoch > 1 else 10.0**-layer)
    with drawing.settings("light"):
        ((_, figure),) = layers.figures(experiment(candidate("relu", trial(still))), "gradients")
    lines = figure.axes[0].lines
    values = [y for line in lines if not str(line.get_label()).startswith("_") for y in line.get_ydata()]
    assert sum(y != y for y in values) == 3 * len(still.layers)
    marks = [line for line in lines if line.get_label() == "_zeros"]
    assert [list(line.get_xdata()) for line in marks] == [[2, 3, 4]] * len(still.layers)
    assert {line.get_markerfacecolor() for line in marks} == {"none"}


def test_ticks_are_written_in_one_notation() -> None:
    """`0.001` above `1e-06` makes one count zeros."""
    small, plain = axes.tick_names([1e-6, 1e-3, 1.0]), axes.tick_names([0.001, 0.01, 20.0])
    assert [small(value, None) for value in (1e-6, 1e-3, 1.0)] == ["1e-06", "1e-03", "1e+00"]
    assert [plain(value, None) for value in (0.001, 0.01, 20.0)] == ["0.001", "0.01", "20"]


def test_log_ticks_stay_few_over_many_powers() -> None:
    """The gradient of thirty sigmoid layers spans twenty of them."""
    assert 4 <= len(axes.log_ticks(1e-40, 1.0)) <= 12


def test_the_command_line_knows_all_kinds() -> None:
    """It has a list of its own, so that its help loads nothing."""
    assert kinds.LAYER_KINDS == layer_quantities.LAYER_FIGURE_KINDS
    assert kinds.COMPARISON_KINDS == comparison_figures.COMPARISON_FIGURE_KINDS


@pytest.mark.slow
def test_drawing_loads_nothing_heavy(tmp_path: Path) -> None:
    """`plot` has 2.5 seconds; each of these would take a good part of them."""
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from pathlib import Path
from fake_diagnostics import candidate, diagnostics, experiment, trial
from actsearch.figures import layers
layers.draw(experiment(candidate("relu", trial(diagnostics()))), Path({str(tmp_path)!r}), "normalisation")
heavy = ("matplotlib.pyplot", "tensorflow", "keras", "scipy", "sympy", "pydantic", "pandas")
print([name for name in heavy if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert not ran.stderr
