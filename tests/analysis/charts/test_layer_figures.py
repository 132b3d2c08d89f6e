"""The numbers behind the figures of diagnostics, and what their captions say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from fake_diagnostics import candidate, diagnostics, experiment, layer_names, trial

from actsearch.analysis.charts import layer_figures, layer_lines, layer_quantities
from actsearch.analysis.charts.layer_figures import LayerFigure
from actsearch.analysis.charts.layer_lines import LayerLine
from actsearch.analysis.charts.layer_quantities import LayerFigureKind
from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.errors import NothingToShow, UserError
from actsearch.core.trial_results import CandidateResult


def figure(kind: LayerFigureKind, *candidates: CandidateResult, **how: Any) -> LayerFigure:
    return layer_figures.layer_figures(experiment(*candidates), kind, **how)[0]


def lines(kind: LayerFigureKind, *candidates: CandidateResult, **how: Any) -> tuple[LayerLine, ...]:
    """Those of the first panel's first row."""
    return figure(kind, *candidates, **how).panels[0].rows[0]


def caption(one: LayerFigure) -> str:
    return " ".join(one.caption)


def test_a_line_per_layer_begins_with_the_untrained_network() -> None:
    """The state that training starts from explains much of what follows."""
    conv, _, dense = lines("gradients", candidate("relu", trial(diagnostics(epochs=2))))
    assert (conv.label, conv.x, conv.shade) == ("conv_1", (0, 1, 2), 0.0)
    assert conv.middle == pytest.approx((0.5, 0.25, 0.5 / 3))
    assert (dense.label, dense.shade) == ("dense_1", 1.0)


def test_updates_begin_after_the_first_epoch_and_biases_have_a_figure_of_their_own() -> None:
    """There is no update before it; and the two variables' figures must not lie over one another."""
    one = candidate("relu", trial(diagnostics(epochs=3)))
    assert lines("updates", one)[0].x == (1, 2, 3)
    bias = figure("updates", one, variable="bias")
    assert bias.panels[0].rows[0][0].x == (2, 3)
    assert (figure("updates", one).stem, bias.stem) == ("updates", "updates-bias")
    assert figure("dead", one, variable="bias").stem == "dead"


def test_seeds_become_their_median_and_range() -> None:
    """One seed that explodes must not carry the line off."""
    trials = [trial(diagnostics(gradient_norm_kernel=value), seed) for seed, value in enumerate((1.0, 2.0, 1e6))]
    line = lines("gradients", candidate("relu", *trials))[0]
    assert (line.middle[0], line.low[0], line.high[0]) == (2.0, 1.0, 1e6)


@pytest.mark.parametrize(("kind", "middle"), [("gradients", 10.0), ("normalisation", 50.5)])
def test_between_two_seeds_a_size_is_halved_by_ratio_and_a_mean_by_difference(
    kind: LayerFigureKind, middle: float
) -> None:
    """Half-way between 1 and 100 is where the eye sees it on the axis."""
    trials = [
        trial(diagnostics(gradient_norm_kernel=value, mean=value), seed) for seed, value in enumerate((1.0, 100.0))
    ]
    assert lines(kind, candidate("relu", *trials))[0].middle[0] == pytest.approx(middle)


def test_a_learned_parameter_has_a_row_and_its_band_is_of_the_channels() -> None:
    """The spread over channels is what is learned."""
    one = figure("parameters", candidate("prelu", trial(diagnostics(alpha=0.25, beta=1.0))))
    assert [axis.label for axis in one.axes] == ["alpha", "beta"]
    line = one.panels[0].rows[0][0]
    assert (line.low[0], line.middle[0], line.high[0]) == (0.15, 0.25, 0.35)


def test_normalisation_shades_the_domain_of_the_selu_theorem_and_shows_all_of_it() -> None:
    """Whether a network is self-normalising is whether its lines stay in there."""
    one = figure("normalisation", candidate("selu", trial(diagnostics())))
    assert [axis.domain for axis in one.axes] == [(-0.1, 0.1), (0.8, 1.5)]
    for axis in one.axes:
        assert axis.domain is not None
        assert axis.low < axis.domain[0]
        assert axis.high > axis.domain[1]


def test_an_axis_is_logarithmic_where_the_spread_needs_it() -> None:
    """A gradient of a thousandth lies on the axis otherwise, and looks like none."""
    vanishing = diagnostics(gradient_norm_kernel=lambda layer, _: 10.0 ** (2 * layer - 6))
    assert figure("gradients", candidate("sigmoid", trial(vanishing))).axes[0].scale == "log"
    assert figure("gradients", candidate("relu", trial(diagnostics(epochs=1)))).axes[0].scale == "linear"
    wild = figure("normalisation", candidate("relu", trial(diagnostics(mean=-300.0, variance=1e5))))
    assert [axis.scale for axis in wild.axes] == ["symlog", "log"]


def test_shares_that_are_nearly_all_have_an_axis_to_100_percent() -> None:
    """A line at 93 % at the top of a panel reads as all."""
    high = figure("dead", candidate("relu", trial(diagnostics(dead=lambda *_: 0.93)))).axes[0].high
    some = figure("dead", candidate("relu", trial(diagnostics(dead=lambda *_: 0.5)))).axes[0].high
    assert 1 < high < 1.05
    assert some < 0.6


def test_a_zero_stays_on_a_logarithmic_axis_and_is_told() -> None:
    """A gradient of 0 is the strongest finding of all."""
    dead = diagnostics(gradient_norm_kernel=lambda layer, _: 0.0 if layer == 0 else 100.0**layer)
    one = figure("gradients", candidate("relu", trial(dead)))
    assert one.axes[0].low > 0
    assert "a 0 is a hollow triangle on its edge" in caption(one)


def test_a_candidate_that_diverged_does_not_flatten_the_others() -> None:
    """It is cut off some way above them, and that is told."""
    gone = trial(diagnostics(gradient_norm_kernel=lambda _, epoch: 10.0 ** (3 * epoch)), status="diverged")
    calm = candidate("relu", trial(diagnostics()))
    one = figure("gradients", calm, candidate("elu", gone))
    assert 100 < one.axes[0].high < 10_000
    assert "elu went beyond it" in caption(one)
    alone = figure("gradients", candidate("elu", gone))
    assert alone.axes[0].high > 1e12
    assert "beyond it" not in caption(alone)


def test_what_explodes_before_any_training_is_shown_though_it_diverges_later() -> None:
    """How the gradient grows from layer to layer there is what the divergence comes from."""
    huge = diagnostics(epochs=1, gradient_norm_kernel=lambda layer, epoch: 10.0 ** (12 - 4 * layer) * (1 + 1e9 * epoch))
    gone = candidate("elu", trial(huge, status="diverged"))
    for by in ("epoch", "depth"):
        axis = figure("gradients", candidate("relu", trial(diagnostics())), gone, by=[by]).axes[0]
        assert 1e12 < axis.high < 1e17


def test_a_diverged_seed_ends_in_a_cross_at_its_last_value() -> None:
    """The epoch of the divergence has no values; the one before it shows what led there."""
    gone = trial(diagnostics(epochs=3, mean=lambda _, epoch: None if epoch == 3 else 0.1), 1, "diverged")
    both = lines("normalisation", candidate("relu", trial(diagnostics(epochs=4)), gone))[0]
    assert (both.x[-1], both.crosses) == (4, (2,))
    alone = figure("normalisation", candidate("relu", gone))
    assert alone.panels[0].note == "diverged in epoch 3"
    assert alone.panels[0].rows[0][0].x == (0, 1, 2)


def test_what_is_left_out_is_counted_and_named() -> None:
    """A figure must not look more complete than it is."""
    probed = diagnostics()
    some = candidate("relu", trial(probed), trial(probed, 1, "running"), trial(None, 2), trial(None, 3, "failed"))
    one = figure("gradients", some, candidate("elu", trial(None)))
    assert [panel.title for panel in one.panels] == ["relu"]
    assert "for want of diagnostics: elu" in caption(one)
    assert "Trials left out: 1 failed, 1 unfinished, 2 without diagnostics." in caption(one)
    assert one.panels[0].note == "1 of 4 seeds"


def test_seeds_on_their_way_are_drawn_as_far_as_all_have_come() -> None:
    """A line that loses a seed in the middle would jump."""
    ahead, behind = trial(diagnostics(epochs=6), 0, "running", 9), trial(diagnostics(epochs=4), 1, "interrupted", 9)
    one = figure("gradients", candidate("relu", ahead, behind))
    assert one.last == 4
    assert one.panels[0].note == "epoch 4 of 9"


def test_deep_networks_are_drawn_by_depth_too_with_few_labels() -> None:
    """Thirty labels and bands in a panel say nothing."""
    deep = candidate("selu", trial(diagnostics(layer_names(30), epochs=9)))
    by_epoch, by_depth = layer_figures.layer_figures(experiment(deep), "normalisation")
    named = [line.label for line in by_epoch.panels[0].rows[0] if line.is_named]
    assert (named[0], named[-1], len(named)) == ("dense_1", "dense_30", 6)
    assert not by_epoch.with_bands
    assert by_depth.stem == "normalisation-by-depth"
    untrained = by_depth.panels[0].rows[0][0]
    assert (untrained.label, untrained.x) == ("untrained", tuple(range(1, 31)))
    assert untrained.middle == pytest.approx([0.01 * layer for layer in range(30)])
    assert [line.label for line in by_depth.panels[0].rows[0]] == ["untrained", "epoch 1", "epoch 3", "epoch 9"]


def test_by_depth_a_candidate_that_ended_early_shows_its_last_epoch() -> None:
    """Of a divergence it is the one that counts."""
    gone = candidate("relu", trial(diagnostics(epochs=2), status="diverged"))
    one = figure("gradients", candidate("elu", trial(diagnostics(epochs=50))), gone, by=["depth"])
    assert [line.label for line in one.panels[1].rows[0]] == ["untrained", "epoch 1", "epoch 2"]
    assert one.x_ticks == ("conv_1", "conv_2", "dense_1")


@pytest.mark.parametrize(
    ("known", "few"), [([], []), ([0], [0]), ([0, 5, 10], [0, 5, 10]), (list(range(101)), [0, 1, 10, 100])]
)
def test_a_few_epochs_are_spread_by_ratio(known: list[int], few: list[int]) -> None:
    """Most happens early."""
    assert layer_lines.a_few_epochs(known) == few


def test_candidates_may_differ_in_layers_and_epochs() -> None:
    """Settings of a candidate's own can be of the network."""
    small = candidate("relu", trial(diagnostics(["dense_1"], epochs=2)))
    large = candidate("elu", trial(diagnostics(epochs=9, every=3)))
    one = figure("gradients", small, large, by=["depth"])
    assert [len(panel.rows[0][0].x) for panel in one.panels] == [1, 3]
    assert one.x_ticks == ()
    assert figure("gradients", small, large).panels[1].rows[0][0].x == (0, 3, 6, 9)


def test_a_grid_point_stands_in_the_title() -> None:
    """Panels of one activation are told apart by it."""
    one = trial(diagnostics())
    points = [candidate("relu", one, **{"training.optimizer.learning_rate": rate}) for rate in (0.1, 0.01)]
    assert [panel.title for panel in figure("dead", *points).panels] == [
        "relu, learning_rate = 0.1",
        "relu, learning_rate = 0.01",
    ]


@pytest.mark.parametrize(
    ("kind", "message"),
    [("clipping", "its candidates do not clip"), ("parameters", "its candidates learn no parameter")],
)
def test_a_kind_of_which_there_is_nothing_says_why(kind: LayerFigureKind, message: str) -> None:
    """An empty figure would leave one guessing."""
    with pytest.raises(NothingToShow, match=message):
        figure(kind, candidate("relu", trial(diagnostics())))


def test_without_any_diagnostics_the_message_says_how_to_get_them() -> None:
    """Results of an older version have none."""
    with pytest.raises(NothingToShow, match=r"no trial in results/exp has diagnostics; run the experiment again"):
        figure("dead", candidate("relu", trial(None)))
    with pytest.raises(NothingToShow, match="no epoch is finished yet"):
        figure("dead", candidate("relu", trial(None, status="waiting", losses=())))
    with pytest.raises(UserError, match=r"no candidate rellu; did you mean 'relu'\?"):
        figure("dead", candidate("relu", trial(diagnostics())), without=["rellu"])


HOSTILE = {
    "no layers": TrialDiagnostics(256, 1, (0, 1), {}),
    "empty layers": TrialDiagnostics(256, 1, (0, 1), {"dense_1": {}, "dense_2": {"mean": []}}),
    "nothing but null": diagnostics(**dict.fromkeys(["gradient_norm_kernel", "mean", "variance", "dead"], None)),
    "not finite": diagnostics(gradient_norm_kernel=math.inf, mean=math.nan, variance=math.inf, dead=math.nan),
    "no epochs": TrialDiagnostics(256, 1, (), {"dense_1": {"mean": []}}),
    "parameters of none": TrialDiagnostics(256, 1, (0,), {"dense_1": {"parameters": None, "dead": None}}),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", layer_quantities.LAYER_FIGURE_KINDS)
def test_odd_diagnostics_give_a_figure_or_a_message(kind: LayerFigureKind, name: str) -> None:
    """Beside good ones they cost nothing but their own panel."""
    odd = candidate("odd", replace(trial(diagnostics()), diagnostics=HOSTILE[name]))
    try:
        drawn = layer_figures.layer_figures(experiment(odd), kind)
    except NothingToShow:
        drawn = []
    assert all(math.isfinite(axis.low) and axis.low < axis.high for one in drawn for axis in one.axes)
    good = candidate("good", trial(diagnostics(alpha=1.0, clipped_kernel=0.1)))
    assert figure(kind, odd, good).panels[-1].title == "good"
