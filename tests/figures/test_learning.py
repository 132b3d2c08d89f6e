"""The figures as files and as Matplotlib sees them: right axes, nothing clipped, nothing over a label."""

from __future__ import annotations

import itertools
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from daily import slow_but
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from actsearch.analysis.charts import axes
from actsearch.analysis.charts.pens import PALETTES
from actsearch.core import words
from actsearch.core.activation import Activation
from actsearch.core.errors import UserError
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, Status, TrialResult
from actsearch.figures import drawing, learning

SIX = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
HOSTILE = (
    "$x_1^2$ costs $5", "a_b^c{}", "日本語", "emoji \U0001f600", "line\nbreak\x00", "x" * 60, "_leading",
    r"\frac{1}{2}", "<b>&amp;", "العربية", "half \ud800", "A label of sixty characters that differs in its last one: 1",
    "A label of sixty characters that differs in its last one: 2",
)  # fmt: skip


def a_trial(
    epochs: int, end: float, seed: int = 0, status: Status = "completed", done: int | None = None
) -> TrialResult:
    done = epochs if done is None else done
    accuracy: list[float | None] = [end - 0.1 / (e + 1) + 0.001 * seed for e in range(done)]
    loss: list[float | None] = [1.05 - value for value in accuracy if value is not None]
    if status == "diverged":
        accuracy, loss = [*accuracy, None], [*loss, None]
    names = ("accuracy", "binary_accuracy", "val_accuracy", "val_binary_accuracy")
    history = {"loss": loss, "val_loss": loss, **dict.fromkeys(names, accuracy)} if accuracy else {}
    return TrialResult(f"{end}-{seed}", seed, status, epochs, history)


def an_experiment(
    epochs: int = 20, seeds: int = 1, labels: tuple[str, ...] = SIX, grid: tuple[float, ...] = (), **how: Any
) -> ExperimentResult:
    """Its candidates end at 0.95, 0.953, 0.956, ... in their order, the last one the best."""
    candidates = tuple(
        CandidateResult(
            label,
            Activation(label if label in SIX else SIX[i % 6]),
            {"training.optimizer.learning_rate": rate} if rate else {},
            tuple(a_trial(epochs, 0.95 + 0.003 * i - rate, seed) for seed in range(seeds)),
        )
        for rate in (grid or (0.0,))
        for i, label in enumerate(labels)
    )
    settings = {"name": "exp", "validation_is_test": False, "loss": "categorical_crossentropy", **how}
    return ExperimentResult(description="", folder="results/exp", candidates=candidates, **settings)


def with_all_states() -> ExperimentResult:
    trials = {
        "sigmoid": [a_trial(9, 0.90, s) for s in range(3)],
        "relu": [a_trial(9, 0.95), a_trial(9, 0.95, 1, "diverged", 4), a_trial(9, 0.95, 2)],
        "elu": [a_trial(9, 0.93, s, "diverged", 2 + s) for s in range(3)],
        "leaky_relu": [a_trial(9, 0.94, s, "failed", 0) for s in range(3)],
        "selu": [a_trial(9, 0.94, 0, "running", 5)],
        "gelu": [a_trial(9, 0.96, 0, "waiting", 0)],
    }
    candidates = tuple(CandidateResult(name, Activation(name), {}, tuple(rows)) for name, rows in trials.items())
    return ExperimentResult("exp", "", "results/exp", candidates, False, "categorical_crossentropy")


CASES = {
    "five seeds": an_experiment(seeds=5),
    "hundred epochs": an_experiment(100),
    "one epoch": an_experiment(1, seeds=2),
    "one candidate": an_experiment(labels=("relu",)),
    "grid": an_experiment(12, seeds=2, grid=(0.01, 0.001, 0.0003)),
    "four panels": an_experiment(5, labels=SIX[:3], grid=(0.01, 0.02, 0.03, 0.04)),
    "hostile": an_experiment(labels=HOSTILE, name="$exp_1^{2$"),
    "twenty": an_experiment(labels=tuple(f"candidate number {i}" for i in range(20))),
    "all states": with_all_states(),
}


@pytest.fixture(scope="module", params=slow_but(["grid", "hostile", "all states"], list(CASES)))
def drawn(request: pytest.FixtureRequest) -> Iterator[tuple[ExperimentResult, dict[str, Figure]]]:
    """An experiment and its figures, drawn once, so that every text has its place."""
    result = CASES[request.param]
    with drawing.settings("light"):
        figures = dict(learning.figures(result))
        for figure in figures.values():
            figure.draw_without_rendering()
        yield result, figures


def one_figure(result: ExperimentResult, stem: str = "accuracy", **how: Any) -> Figure:
    with drawing.settings(how.get("style", "light")):
        return dict(learning.figures(result, **how))[stem]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def caption(figure: Figure) -> str:
    return " ".join(texts(figure))


def box(text: Text) -> Bbox:
    return text.get_window_extent()


def labels(figure: Figure) -> list[Text]:
    return [text for text in figure.texts if text.get_gid() == "label"]


def test_every_final_value_is_inside_the_axis(drawn: tuple[ExperimentResult, dict[str, Figure]]) -> None:
    result, figures = drawn
    ends = [t.history["val_accuracy"][-1] for c in result.candidates for t in c.trials if t.status == "completed"]
    low, high = figures["accuracy"].axes[0].get_ylim()
    assert all(low < end < high for end in ends if end is not None)


def test_no_text_leaves_the_figure_or_lies_on_another(drawn: tuple[ExperimentResult, dict[str, Figure]]) -> None:
    for figure in drawn[1].values():
        page = figure.bbox.padded(1)
        boxes = [box(text) for text in figure.texts if text.get_text()]
        assert all(page.containsx(b.x0) and page.containsx(b.x1) for b in boxes)
        assert all(page.containsy(b.y0) and page.containsy(b.y1) for b in boxes)
        for a, b in itertools.combinations([b.padded(-2) for b in boxes], 2):
            assert not a.overlaps(b), [t.get_text() for t in figure.texts if box(t).overlaps(a)]


def test_no_line_runs_over_a_label(drawn: tuple[ExperimentResult, dict[str, Figure]]) -> None:
    for figure in drawn[1].values():
        leaders = [line for line in figure.get_children() if isinstance(line, Line2D)]
        assert leaders
        for text in labels(figure):
            place = box(text).transformed(figure.transFigure.inverted())
            assert not any(axes.bbox.overlaps(box(text)) for axes in figure.axes)
            assert not any(line.get_path().intersects_bbox(place, filled=False) for line in leaders)


def test_every_candidate_has_a_label_in_every_panel(drawn: tuple[ExperimentResult, dict[str, Figure]]) -> None:
    result, figures = drawn
    assert len(labels(figures["accuracy"])) == 2 * len(result.candidates)  # a value and a name


def test_panels_share_one_axis(drawn: tuple[ExperimentResult, dict[str, Figure]]) -> None:
    for figure in drawn[1].values():
        assert len({(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes}) == 1


def test_labels_stand_in_the_order_of_the_final_values_with_the_best_in_bold() -> None:
    figure = one_figure(an_experiment())
    column = sorted(labels(figure), key=lambda text: -text.get_position()[1])
    names = [text.get_text() for text in column if text.get_text() in SIX]
    assert names == ["gelu", "selu", "leaky_relu", "elu", "relu", "sigmoid"]
    assert {text.get_text() for text in column if text.get_fontweight() == "bold"} == {"gelu", "0.9600"}


def test_what_became_of_the_others_stands_beside_their_names() -> None:
    said = texts(one_figure(with_all_states()))
    for label in ("relu, 1 of 3 seeds diverged", "elu, 3 of 3 seeds diverged", "leaky_relu, failed",
                  "selu, epoch 5 of 9", "gelu, not begun"):  # fmt: skip
        assert label in said
    one = CandidateResult("relu", Activation("relu"), {}, (a_trial(9, 0.9, 0, "diverged", 4),))
    figure = one_figure(ExperimentResult("exp", "", "f", (one,), False, "mean_squared_error"))
    assert "relu, diverged in epoch 5" in texts(figure)
    crosses = [line for line in figure.axes[0].lines if line.get_marker() == "x"]
    assert np.asarray(crosses[-1].get_path().vertices).tolist() == [[4.0, pytest.approx(0.875)]]


def test_the_crosses_of_two_curves_are_told_apart() -> None:
    """Both stand at the same place in the same colour, one over the other; the names say whose they are."""
    some = [
        CandidateResult(label, Activation("relu"), {}, (a_trial(9, 0.9, 0, "diverged", 0),)) for label in ("one", "two")
    ]
    whole = CandidateResult("elu", Activation("elu"), {}, (a_trial(9, 0.9),))
    figure = one_figure(ExperimentResult("exp", "", "results/exp", (*some, whole), False, ""))
    named = [text for text in figure.axes[0].texts if text.get_gid() == "cross"]
    assert [text.get_text() for text in named] == ["one", "two"]
    assert not named[0].get_window_extent().overlaps(named[1].get_window_extent())


def test_what_became_of_one_curve_does_not_take_the_room_of_all_panels() -> None:
    """The longest note is in a line of its own, and the axes are wide enough to read."""
    trials = tuple(a_trial(9, 0.9, s, "diverged", 3) for s in range(5))
    found = [
        CandidateResult(label, Activation("relu"), {"training.optimizer.learning_rate": rate}, trials)
        for rate in (0.1, 0.2, 0.3)
        for label in ("relu", "a longer name of a candidate")
    ]
    figure = one_figure(ExperimentResult("exp", "", "results/exp", tuple(found), False, ""))
    assert "5 of 5 seeds diverged" in texts(figure)
    assert all(axes.get_position().width * figure.get_size_inches()[0] >= 2.4 - 1e-9 for axes in figure.axes)


def test_the_setting_of_a_single_panel_stands_beside_the_experiment() -> None:
    """Above the panel it ran into the heading, and in the article's legend it was in every line."""
    figure = one_figure(an_experiment(grid=(0.001,)))
    assert any(text.endswith(", learning_rate = 0.001") for text in texts(figure))
    article = one_figure(an_experiment(grid=(0.001,)), style="article")
    legend = article.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == list(SIX)


def test_epochs_are_whole_and_begin_at_one() -> None:
    for epochs in (1, 2, 3, 10, 12, 20, 99, 100, 1000):
        ticks = axes.epoch_ticks(epochs, 10)
        assert ticks[0] == 1
        assert ticks[-1] <= epochs
        assert len(ticks) <= 11
    figure = one_figure(an_experiment(3))
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["1", "2", "3"]
    assert np.asarray(figure.axes[0].lines[0].get_path().vertices)[0, 0] == 1


def test_axes_say_which_data_they_show() -> None:
    six = an_experiment()
    assert one_figure(six).axes[0].get_ylabel() == "validation accuracy (held-out)"
    on_test = an_experiment(validation_is_test=True)
    assert one_figure(on_test).axes[0].get_ylabel() == "test accuracy (used as validation)"
    assert "choosing on the test set" in caption(one_figure(on_test))
    assert one_figure(six, "training_loss", metrics=["loss"]).axes[0].get_ylabel() == "training loss"
    assert one_figure(six).axes[0].get_xlabel() == "epoch"


def test_log_draws_losses_and_error_rates() -> None:
    for stem, label in (("accuracy", "validation error rate (held-out)"), ("loss", "validation loss (held-out)")):
        panel = one_figure(an_experiment(), stem, log=True).axes[0]
        assert panel.get_yscale() == "log"
        assert panel.get_ylabel() == label
        assert len(panel.get_yticks()) >= 2
    assert axes.log_ticks(0.003, 0.2) == [0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
    assert len(axes.log_ticks(0.011, 0.019)) >= 2


@pytest.mark.parametrize("style", ["light", "article"])
def test_a_zero_on_a_logarithmic_axis_is_a_gap_and_a_hollow_mark(style: Any) -> None:
    """A line down to the edge and along it is one of small error rates; a value between two zeros is a point."""
    history = {"val_accuracy": [0.9, 0.95, 1.0, 0.98, 1.0, 1.0], "val_loss": [0.1] * 6}
    known = CandidateResult("relu", Activation("relu"), {}, (TrialResult("t", 0, "completed", 6, history),))
    result = ExperimentResult("exp", "", "results/exp", (known,), False, "categorical_crossentropy")
    lines = {str(line.get_label()): line for line in one_figure(result, log=True, style=style).axes[0].lines}
    assert np.isnan(lines["relu"].get_ydata()).tolist() == [False, False, True, False, True, True]
    assert 3 in lines["relu"].get_markevery()
    assert list(lines["_zeros"].get_xdata()) == [3, 5, 6]
    assert lines["_zeros"].get_markerfacecolor() == "none"


def test_an_activation_has_one_colour_in_every_figure() -> None:
    def colors(**how: Any) -> dict[str, Any]:
        figure = one_figure(an_experiment(labels=("relu", "gelu", "mine", "yours", "selu")), **how)
        return {str(line.get_label()): line.get_color() for line in figure.axes[0].lines}

    everything, fewer = colors(), colors(without=["relu", "gelu"])
    assert fewer == {label: everything[label] for label in fewer}
    assert everything["relu"] == PALETTES["light"].activations["relu"]


def test_candidates_differ_without_colours_too() -> None:
    figure = one_figure(an_experiment(labels=(*SIX, *(f"{name} again" for name in SIX))))
    lines = [line for line in figure.axes[0].lines if line.get_label() != "_cross"]
    assert len({(line.get_marker(), line.get_linestyle()) for line in lines}) == 12


def test_two_names_shortened_alike_stay_apart() -> None:
    names = words.short_names(["a" * 50 + str(n) + "z" * 20 for n in range(3)], 20)
    assert len(set(names.values())) == 3


@pytest.mark.parametrize("wanted", [[5, 5, 5], [9, 9, 8.9, 1], [0.1, 0.05, 0], [], [3]])
def test_labels_are_spread_without_overlap_and_near_where_they_belong(wanted: list[float]) -> None:
    places = axes.spread(wanted, 1, 0, 10)
    assert all(0 <= y <= 10 for y in places)
    assert all(a - b >= 1 - 1e-9 for a, b in itertools.pairwise(places))
    assert all(abs(y - w) <= len(wanted) for y, w in zip(places, wanted, strict=True))


def test_the_articles_figures_look_like_the_articles() -> None:
    result = an_experiment(validation_is_test=True, loss="binary_crossentropy")
    with drawing.settings("article"):
        figures = dict(learning.figures(result, style="article"))
    assert list(figures) == ["accuracy", "accuracy-without-sigmoid", "loss", "loss-without-sigmoid"]
    for stem, figure in figures.items():
        axes = figure.axes[0]
        quantity = stem.split("-")[0]
        assert tuple(figure.get_size_inches()) == (10, 10)
        assert figure.get_facecolor() == (0, 0, 0, 1)
        assert axes.get_title() == f"Model {quantity}"
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("Epoch", f"Test {quantity.capitalize()}")
        legend = axes.get_legend()
        assert legend is not None
        named = [text.get_text() for text in legend.get_texts()]
        assert named == [name for name in SIX if name != "sigmoid" or stem == quantity]
    assert "binary_accuracy" in caption(figures["accuracy"])
    held_out = one_figure(an_experiment(), style="article")
    assert held_out.axes[0].get_ylabel() == "Validation Accuracy"
    assert "binary_accuracy" not in caption(held_out)


@pytest.mark.parametrize(
    ("style", "format"),
    [
        ("light", "svg"),
        ("dark", "png"),
        pytest.param("light", "png", marks=pytest.mark.slow),
        pytest.param("light", "pdf", marks=pytest.mark.slow),
        pytest.param("article", "png", marks=pytest.mark.slow),
        pytest.param("article", "svg", marks=pytest.mark.slow),
    ],
)
def test_files_are_valid_the_same_twice_and_silent(tmp_path: Path, style: Any, format: Any) -> None:
    result = an_experiment(3, labels=HOSTILE if format != "pdf" else HOSTILE[:2])  # fonts in a PDF take long
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, again = (
            learning.draw(result, tmp_path / where / "a b é", metrics=["val_accuracy"], style=style, format=format)
            for where in ("one", "two")
        )
    assert first[0].name == f"accuracy.{format}"
    assert sorted(first[0].parent.iterdir()) == sorted(first), "nothing half-written is left behind"
    for path, other in zip(first, again, strict=True):
        assert path.read_bytes() == other.read_bytes()
        check_image(path)


def check_image(path: Path) -> None:
    if path.suffix == ".png":
        with Image.open(path) as image:
            image.verify()
    elif path.suffix == ".svg":
        root = ElementTree.parse(path).getroot()
        assert "$x_1^2$ costs $5" in "".join(root.itertext()), "text stays text, and a formula is none"
    else:
        assert path.read_bytes().startswith(b"%PDF")


def test_a_far_outlier_is_drawn_and_a_second_figure_shows_the_rest(tmp_path: Path) -> None:
    stuck = CandidateResult("stuck/at $", Activation("sigmoid"), {}, (a_trial(5, 0.3),))
    result = an_experiment(5, labels=SIX[1:])
    result = ExperimentResult("exp", "", "f", (*result.candidates, stuck), False, "mean_squared_error")
    paths = learning.draw(result, tmp_path, metrics=["val_accuracy"])
    assert [path.name for path in paths] == ["accuracy.png", "accuracy-without-stuck_at_.png"]
    assert "see the figure without stuck/at $" in caption(one_figure(result))
    assert "Not drawn: stuck/at $." in caption(one_figure(result, "accuracy-without-stuck_at_"))


@pytest.mark.parametrize(
    ("metric", "stem"),
    [("val_loss", "loss"), ("loss", "training_loss"), ("accuracy", "training_accuracy"),
     ("val_binary_accuracy", "binary_accuracy"), ("binary_accuracy", "training_binary_accuracy")],
)  # fmt: skip
def test_no_two_metrics_share_a_file(metric: str, stem: str) -> None:
    assert drawing.metric_stem(metric) == stem


def test_mistakes_write_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        learning.draw(an_experiment(), tmp_path, metrics=["val_accuracy", "acc"])
    with pytest.raises(UserError):
        learning.draw(an_experiment(), tmp_path, without=["tanh"])
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="can't be written"):
        learning.draw(an_experiment(2), tmp_path / "file")


@pytest.mark.slow
def test_drawing_loads_nothing_heavy(tmp_path: Path) -> None:
    """`plot` has 2.5 seconds; each of these would take a good part of them."""
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from pathlib import Path
from actsearch.figures import drawing
from actsearch.figures import learning as plots
from actsearch.core.activation import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult
trial = TrialResult("t", 0, "completed", 2, {{"val_accuracy": [0.5, 0.6], "val_loss": [0.5, 0.4]}})
one = CandidateResult("relu", Activation("relu"), {{}}, (trial,))
for style in ("light", "article"):
    plots.draw(ExperimentResult("e", "", "f", (one,), False, "loss"), Path({str(tmp_path)!r}), style=style)
heavy = ("matplotlib.pyplot", "tensorflow", "keras", "scipy", "pydantic", "pandas")
print([name for name in heavy if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert not ran.stderr


@pytest.mark.parametrize("style", ["light", "article"])
@pytest.mark.parametrize("log", [False, True])
def test_what_has_no_line_at_all_is_drawn_without_a_warning(style: Any, log: bool) -> None:
    perfect = TrialResult("t", 0, "completed", 2, {"val_accuracy": [1.0, 1.0], "val_loss": [0.0, 0.0]})
    gone = TrialResult("t", 0, "diverged", 2, {"val_accuracy": [None], "val_loss": [None]})
    for trial in (perfect, gone):
        one = CandidateResult("relu", Activation("relu"), {}, (trial,))
        result = ExperimentResult("exp", "", "f", (one,), False, "mean_squared_error")
        with warnings.catch_warnings(), drawing.settings(style):
            warnings.simplefilter("error")
            for _, figure in learning.figures(result, style=style, log=log):
                figure.draw_without_rendering()
