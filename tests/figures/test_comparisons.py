"""The figures of comparisons as Matplotlib sees them: nothing clipped, nothing over a label, the same bytes twice."""

from __future__ import annotations

import itertools
import re
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from comparison_cases import a_candidate, a_predicted, a_study, a_trial, noisy
from daily import slow_but
from matplotlib.figure import Figure
from PIL import Image

from actsearch.analysis.charts.comparison_figures import COMPARISON_FIGURE_KINDS, ComparisonFigureKind
from actsearch.analysis.comparisons.question import Question
from actsearch.core.activation import Activation
from actsearch.core.errors import NothingToShow, UserError
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, Status
from actsearch.figures import comparisons, drawing
from actsearch.figures.pair_matrix import VERDICT_COLORS

SIX = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
HOSTILE = (
    "$x_1^2$ costs $5", "日本語 <b>&amp;", "emoji \U0001f600", "line\nbreak\x00", "x" * 60, "_leading", "العربية",
    "half \ud800", "", "A label of sixty characters that differs in its last one: 1",
    "A label of sixty characters that differs in its last one: 2",
)  # fmt: skip
RATE = "training.optimizer.learning_rate"


def predicted(labels: tuple[str, ...] = SIX, seeds: int = 4) -> list[CandidateResult]:
    return [a_predicted(label, 0.8 + 0.02 * i, seeds, stream=i) for i, label in enumerate(labels)]


def lost(label: str, *statuses: Status) -> CandidateResult:
    trials = tuple(
        a_trial(0.97 + s / 1000 if status == "completed" else None, s, status) for s, status in enumerate(statuses)
    )
    return CandidateResult(label, Activation("elu"), {}, trials)


def with_losses() -> ExperimentResult:
    return a_study(
        a_candidate("relu", noisy(0.99, 5)),
        a_candidate("sigmoid", noisy(0.11, 5)),
        a_candidate("gelu", [*noisy(0.991, 4), 0.11]),
        lost("some", "completed", "completed", "completed", "diverged", "failed"),
        lost("none", "diverged", "diverged", "failed", "waiting", "running"),
    )


def a_grid(rates: tuple[float, ...] = (0.001, 0.01, 0.1), dropouts: tuple[float, ...] = (0.0,)) -> ExperimentResult:
    """At the highest rate one diverges in one seed, and another in all."""
    found = []
    for dropout, rate, (i, label) in itertools.product(dropouts, rates, enumerate(SIX)):
        gone = {4: 1, 5: 3}.get(i, 0) if rate == rates[-1] else 0
        values = noisy(0.98 - 0.002 * i - 0.01 * rate - 0.01 * dropout, 3, stream=i)
        trials = tuple(a_trial(None, s, "diverged") if s < gone else a_trial(v, s) for s, v in enumerate(values))
        found.append(CandidateResult(label, Activation(label), {RATE: rate, "model.dropout": dropout}, trials))
    return a_study(*found)


CASES: dict[str, tuple[ExperimentResult, Question]] = {
    "six": (a_study(*predicted(), test=True), Question()),
    "two": (a_study(*predicted(("relu", "gelu"), 10)), Question()),
    "one seed": (a_study(*predicted(seeds=1)), Question()),
    "two seeds": (a_study(*predicted(seeds=2)), Question()),
    "baseline": (a_study(*predicted()), Question(baseline="sigmoid")),
    "loss": (with_losses(), Question(metric="val_loss")),
    "losses": (with_losses(), Question()),
    "hostile": (a_study(*predicted(HOSTILE), name="$exp_1^{2$"), Question()),
    "twenty": (a_study(*(a_candidate(f"number {i}", noisy(0.97, 10, stream=i)) for i in range(20))), Question()),
    "equal": (a_study(*(a_candidate(label, [0.5] * 5) for label in SIX)), Question(margin=0)),
    "grid": (a_grid(), Question()),
    "panels": (a_grid((0.001, 0.01), (0.0, 0.25, 0.3, 0.5)), Question()),
}


@pytest.fixture(scope="module", params=slow_but(["losses", "hostile", "panels"], list(CASES)))
def drawn(request: pytest.FixtureRequest) -> dict[str, Figure]:
    """All figures of a case, by their files' names."""
    result, question = CASES[request.param]
    made: dict[str, Figure] = {}
    with drawing.settings("light"), warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        for kind in COMPARISON_FIGURE_KINDS if result.candidates[0].setting == {} else ("ranking", "sensitivity"):
            try:
                made |= dict(itertools.islice(comparisons.figures(result, kind, question), 2))
            except NothingToShow:
                assert kind == "sensitivity"
        for figure in made.values():
            figure.draw_without_rendering()
    return made


def test_no_text_leaves_the_page(drawn: dict[str, Figure]) -> None:
    """What is cut off can't be read: neither labels nor the caption, nor what stands at the axes."""
    for name, figure in drawn.items():
        page = figure.bbox.padded(1)
        ticks = [text for axes in figure.axes for text in (axes.xaxis.label, axes.yaxis.label)]
        for axes in figure.axes:
            low, high = axes.get_xlim()
            ticks += [text for text in axes.get_xticklabels() if low <= text.get_position()[0] <= high]
        for text in [*figure.texts, *ticks]:
            box = text.get_window_extent()
            assert not text.get_text() or (page.x0 <= box.x0 and box.x1 <= page.x1), (name, text.get_text())
            assert not text.get_text() or (page.y0 <= box.y0 and box.y1 <= page.y1), (name, text.get_text())


def test_no_text_lies_on_another(drawn: dict[str, Figure]) -> None:
    """Names, notes, numbers and verdicts each have their room; turned names above a matrix are looked at by eye."""
    for name, figure in drawn.items():
        texts = [text for text in figure.texts if text.get_text() and not text.get_rotation()]
        boxes = [(text.get_text(), text.get_window_extent().padded(-2)) for text in texts]
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            assert not a.overlaps(b), (name, one, other)


def test_no_label_lies_in_a_panel(drawn: dict[str, Figure]) -> None:
    """Nor does what an axis cuts off."""
    for figure in drawn.values():
        for text in figure.texts:
            if text.get_gid() == "label" or "◂" in text.get_text() or "▸" in text.get_text():
                assert not any(axes.bbox.overlaps(text.get_window_extent().padded(-1)) for axes in figure.axes)


def test_every_seed_is_a_dot_or_told_at_the_edge() -> None:
    """None is dropped in silence."""
    with drawing.settings("light"):
        ((_, figure),) = comparisons.figures(with_losses(), "ranking", Question())
    dots = sum(len(line.get_xdata()) for line in figure.axes[0].lines if line.get_label() == "_seeds")
    texts = [text.get_text() for text in figure.texts if "◂" in text.get_text()]
    told = sum(int(re.findall(r"(\d+) (?:of \d+ )?seeds?", text)[0]) for text in texts)
    assert (dots, told) == (5 + 4 + 3, 5 + 1)


def test_a_line_goes_towards_what_the_axis_cuts_off() -> None:
    """From a point on the edge it would have a slope that is not there."""
    trials = [a_candidate("relu", [value], {RATE: rate}) for rate, value in ((1e-3, 0.98), (1e-2, 0.985), (1e-1, 0.1))]
    others = [a_candidate("elu", [value], {RATE: rate}) for rate, value in ((1e-3, 0.97), (1e-2, 0.975), (1e-1, 0.97))]
    with drawing.settings("light"):
        ((_, figure),) = comparisons.figures(a_study(*trials, *others), "sensitivity", Question())
    (axes,) = figure.axes
    (line,) = (line for line in axes.lines if line.get_label() == "relu")
    assert list(line.get_ydata()) == [0.98, 0.985, 0.1]
    assert axes.get_ylim()[0] > 0.9
    (told,) = (text for text in figure.texts if text.get_text() == "▾ 0.1000")
    assert axes.bbox.y0 < told.get_window_extent().y0 < axes.bbox.y0 + 30, "below what the axis shows, at its rate"


def test_targets_are_told_by_how_full_a_marker_is_and_at_the_edge_by_name() -> None:
    """Paleness alone leaves sigmoid's only mark almost invisible, and "5 of 5 never" does not say what."""
    with drawing.settings("light"):
        ((_, figure),) = comparisons.figures(with_losses(), "learning-speed", Question(target=0.98))
    marks = [line for line in figure.axes[0].lines if line.get_label() == "_median"]
    assert len({(line.get_fillstyle(), line.get_markerfacecolor()) for line in marks if line.get_marker() == "P"}) == 3
    assert {line.get_alpha() for line in marks} == {None}
    assert [text.get_text() for text in figure.texts].count("5 of 5 never 0.98") == 1


def test_a_marker_does_not_hide_a_narrow_interval() -> None:
    """The narrowest is the most certain; under its own marker it looks like a candidate without one."""
    some = [a_candidate("wide", noisy(0.98, 5, 0.01)), a_candidate("narrow", noisy(0.98, 5, 0.0001))]
    with drawing.settings("light"):
        ((_, figure),) = comparisons.figures(a_study(*some), "ranking", Question())
    means = {str(line.get_label()): line.get_marker() for line in figure.axes[0].lines}
    assert means["narrow"] == "|"
    assert means["wide"] != "|"


@pytest.mark.slow
def test_a_grid_has_a_figure_for_each_point_and_its_name_tells_which() -> None:
    """One for all would compare each activation with itself at another rate."""
    result = a_grid((0.001, 0.01), (0.0, 0.5))
    result = replace(result, candidates=tuple(c for c in result.candidates if c.label in SIX[:2]))
    with drawing.settings("light"):
        names = [name for name, _ in comparisons.figures(result, "ranking", Question())]
        also = [name for name, _ in comparisons.figures(result, "learning-speed", Question(metric="val_loss"))]
    assert names[0] == "ranking-learning_rate=0.001-dropout=0"
    assert len(set(names)) == 4
    assert also[-1] == "learning-speed-loss-learning_rate=0.01-dropout=0.5"
    assert all(re.fullmatch(r"[A-Za-z0-9_.=-]+", name) for name in names)


@pytest.mark.parametrize("points", [("ä", "ö", "Ü"), ("ä", "_-3", "ö")], ids=["alike", "like another's number"])
def test_points_that_are_written_alike_have_files_of_their_own(points: tuple[str, ...]) -> None:
    """One must not overwrite the other, nor the search for a name go on for ever."""
    found = [CandidateResult(label, Activation(label), {"model.kernel_initializer": name}, (a_trial(0.9),))
             for name in points for label in ("relu", "elu")]  # fmt: skip
    with drawing.settings("light"):
        names = [name for name, _ in comparisons.figures(a_study(*found), "ranking", Question())]
    assert len({name.lower() for name in names}) == 3


@pytest.mark.parametrize(
    ("kind", "style", "format"),
    [
        ("ranking", "light", "svg"),
        ("differences", "dark", "png"),
        pytest.param("ranking", "light", "png", marks=pytest.mark.slow),
        pytest.param("differences", "light", "pdf", marks=pytest.mark.slow),
        pytest.param("sensitivity", "article", "png", marks=pytest.mark.slow),
        pytest.param("learning-speed", "light", "svg", marks=pytest.mark.slow),
    ],
)
def test_files_are_the_same_twice_and_silent(
    tmp_path: Path, kind: ComparisonFigureKind, style: Any, format: Any
) -> None:
    """Figures in a repository change only where results do."""
    result = a_study(*predicted(SIX[:3])) if kind != "sensitivity" else a_grid()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, again = (
            comparisons.draw(result, tmp_path / where / "a b é", kind, Question(), style=style, format=format)
            for where in ("one", "two")
        )
    assert sorted(first[0].parent.iterdir()) == sorted(first), "nothing half-written is left behind"
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    if format == "png":
        with Image.open(first[0]) as image:
            assert image.convert("L").getpixel((0, 0)) == (255 if style == "light" else 22)


def test_svg_keeps_its_text_and_a_hostile_label_is_no_markup(tmp_path: Path) -> None:
    """Text can be searched, copied and read aloud; a label is the user's, and may be anything."""
    result = a_study(*predicted(("<script>alert(1)</script>", "relu & gelu", "a")), name="<b>x</b>")
    for path in comparisons.draw(result, tmp_path, "differences", Question(), format="svg"):
        root = ElementTree.parse(path).getroot()
        assert "relu & gelu" in "".join(root.itertext())
        assert not [node for node in root.iter() if node.tag.endswith(("script", "}b"))]


def test_pdf_has_its_fonts_in_it(tmp_path: Path) -> None:
    """Journals refuse files without, and Type 3 fonts."""
    for path in comparisons.draw(a_study(*predicted()), tmp_path, "ranking", Question(), format="pdf"):
        text = path.read_bytes()
        assert b"/FontFile2" in text
        assert b"/Type3" not in text


def test_what_is_left_out_is_not_drawn_and_a_wrong_name_is_told(tmp_path: Path) -> None:
    """As in all figures."""
    result = a_study(*predicted())
    with drawing.settings("light"):
        ((_, figure),) = comparisons.figures(result, "ranking", Question(), without=["leaky-relu", "sigmoid"])
    labels = [text.get_text() for text in figure.texts if text.get_gid() == "label"]
    assert labels == ["gelu", "selu", "elu", "relu"]
    with pytest.raises(UserError, match="did you mean 'relu'"):
        comparisons.draw(result, tmp_path, "ranking", Question(), without=["rellu"])


def test_verdicts_differ_in_print() -> None:
    """A colour of the matrix is lighter or darker than the others by itself, and each has a symbol."""
    colors = [face for face, _ in VERDICT_COLORS.values()]
    lightness = [
        sum(int(c[i : i + 2], 16) * w for i, w in ((1, 0.3), (3, 0.59), (5, 0.11))) for c in [*colors, "#ffffff"]
    ]
    assert min(abs(a - b) for a, b in itertools.combinations(lightness, 2)) > 30


@pytest.mark.slow
def test_ten_thousand_trials_are_drawn_within_seconds(tmp_path: Path) -> None:
    """A hundred candidates with a hundred seeds each: 3 s for each of the kinds on an idle core."""
    result = a_study(*(a_candidate(f"number {i}", noisy(0.9 + i / 5000, 100, stream=i)) for i in range(100)))
    started = time.monotonic()
    for kind in ("ranking", "differences", "learning-speed"):
        assert comparisons.draw(result, tmp_path, kind, Question())
    assert time.monotonic() - started < 30
