"""The y axis of learning curves: all that matters can be told apart on it, and what it cuts off is said."""

from __future__ import annotations

import random

import pytest
from curve_cases import a_candidate, a_result, a_trial, caption, table
from matplotlib.ticker import MaxNLocator

from actsearch.analysis.charts import axes, curves
from actsearch.analysis.charts.curve_axes import curve_axis


def test_a_slow_beginner_does_not_squeeze_the_others_and_what_is_cut_off_is_said() -> None:
    slow = [0.11, 0.11, 0.11, 0.94] + [0.985] * 10
    good = [0.97, 0.98, 0.982, 0.984, 0.986] + [0.99] * 9
    figure = table(a_candidate("sigmoid", a_trial(slow)), a_candidate("relu", a_trial(good)))
    axis = curve_axis(figure)
    assert 0.94 < axis.low < 0.98
    assert axis.below == {"sigmoid": (1, 2, 3, 4)}
    assert f"The axis begins at {axis.low:g}; sigmoid is below it in epochs 1-4." in caption(figure)


def test_final_values_are_inside_the_axis_even_of_the_hopeless() -> None:
    figure = table(
        *(a_candidate(name, a_trial([0.97, 0.98, end])) for name, end in (("relu", 0.99), ("elu", 0.985))),
        a_candidate("sigmoid", a_trial([0.11] * 3)),
    )
    axis = curve_axis(figure)
    assert axis.low < 0.11
    assert axis.high > 0.99
    assert curves.outlier(figure) == "sigmoid"
    rest = curves.leaving_out(figure, "sigmoid")
    assert curves.outlier(rest) is None
    assert curve_axis(rest).low > 0.9
    assert "Not drawn: sigmoid." in caption(rest)


def test_a_diverging_loss_does_not_flatten_the_others() -> None:
    wild = a_trial([9e5, 2.0, 3e4, None], status="diverged")
    figure = table(a_candidate("relu", wild), *(a_candidate(name, a_trial([0.1, 0.6, 0.7, 0.7])) for name in "ab"))
    axis = curve_axis(figure)
    assert axis.high < 7
    assert axis.above == {"relu": (1, 2, 3) if axis.high < 2 else (1, 3)}


def test_a_seed_that_diverged_has_no_say_in_the_axis_though_others_remain() -> None:
    """For one band up to 3000 four curves lie on zero."""
    wild = a_trial([900.0, 3000.0, None], seed=1, status="diverged", epochs=8)
    torn = a_candidate("relu", a_trial([2.4, 2.35, 2.3, 2.3, 2.3, 2.3, 2.3, 2.3]), wild)
    good = a_candidate("elu", a_trial([2.0, 1.5, 1.2, 1.0, 0.9, 0.8, 0.75, 0.7]))
    result = a_result(torn, good)
    axis = curve_axis(curves.learning_curves(result, "loss"))
    assert axis.high < 7
    assert axis.above == {"relu": (1, 2)}


def test_few_epochs_and_single_curves_are_shown_whole() -> None:
    for values in ([0.5], [0.1, 0.9], [0.1, 0.5, 0.9, 0.91, 0.92, 0.93, 0.935, 0.936]):
        axis = curve_axis(table(a_candidate("relu", a_trial(values))))
        assert axis.low < min(values)
        assert axis.high > max(values)


def test_equal_values_still_have_an_axis() -> None:
    axis = curve_axis(table(a_candidate("relu", a_trial([1.0] * 5)), a_candidate("elu", a_trial([1.0] * 5))))
    assert axis.low < 1.0 < axis.high


def test_the_axis_has_the_next_tick_where_that_is_near() -> None:
    """Five of six curves above the last number are hard to read: 0.9836 is within half a step of 1."""

    def limits(*values: float) -> tuple[float, float]:
        axis = curve_axis(table(a_candidate("relu", a_trial(values))))
        return axis.low, axis.high

    assert limits(0.64, 0.9, 0.9836) == (0.6, 1.0)
    assert limits(0.1, 0.2, 0.345)[1] < 0.36, "0.4 is too far: no half panel of nothing"


@pytest.mark.parametrize(("low", "high", "step"), [(0.635, 0.985, 0.1), (0, 12, 2), (0, 0.012, 0.002), (2.2, 220, 50)])
def test_ticks_are_those_that_matplotlib_draws(low: float, high: float, step: float) -> None:
    """An axis that ends at a tick which nobody draws ends anywhere."""
    assert axes.tick_step(low, high) == pytest.approx(step)
    drawn = MaxNLocator(axes.MOST_STEPS, steps=[1, 2, 5, 10]).tick_values(low, high)
    assert drawn[1] - drawn[0] == pytest.approx(step)


def test_the_ticks_of_any_axis_are_matplotlibs() -> None:
    """Figures let Matplotlib place them; the page has them from the axis. Two charts of one study must agree."""
    rng = random.Random(3)
    for _ in range(500):
        low = rng.choice([rng.random(), round(rng.random(), 2), 10 ** rng.uniform(-6, 3)])
        high = low + rng.choice([round(rng.random(), 2) + 0.01, low * rng.uniform(0.001, 50)])
        room = 1e-9 * (high - low)
        drawn = MaxNLocator(axes.MOST_STEPS, steps=[*axes.STEPS, 10]).tick_values(low, high)
        inside = [tick for tick in drawn if low - room <= tick <= high + room]
        assert axes.even_ticks(low, high) == pytest.approx(inside, rel=1e-12)
