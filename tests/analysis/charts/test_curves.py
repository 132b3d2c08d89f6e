"""The numbers behind the figures: a wrong one here is a wrong claim in a paper."""

from __future__ import annotations

from typing import Any

import pytest
from curve_cases import a_candidate, a_result, a_trial, caption, table

from actsearch.analysis.charts import curve_captions, curves
from actsearch.analysis.charts.curve_axes import curve_axis
from actsearch.analysis.charts.curves import Curve, Divergence
from actsearch.core.errors import UserError
from actsearch.core.trial_results import TrialResult


def curve(*trials: TrialResult) -> Curve:
    return table(a_candidate("relu", *trials)).curves[0]


def test_the_line_is_the_mean_of_the_seeds_and_the_band_their_range() -> None:
    one = curve(a_trial([0.1, 0.5]), a_trial([0.3, 0.6], seed=1), a_trial([0.2, 0.1], seed=2))
    assert one.epochs == (1, 2)
    assert one.mean == pytest.approx((0.2, 0.4))
    assert (one.low, one.high, one.seeds) == ((0.1, 0.1), (0.3, 0.6), (3, 3))
    assert one.final == pytest.approx(0.4)


def test_a_caption_speaks_of_bands_and_of_the_best_only_where_they_are_drawn() -> None:
    """The article's figures have neither."""
    figure = table(a_candidate("relu", a_trial([0.4]), a_trial([0.6], seed=1)), a_candidate("elu", a_trial([0.5])))
    assert "bands the range of the seeds. Bold: " in caption(figure)
    said = " ".join(curve_captions.curve_caption(figure, curve_axis(figure), only_lines=True))
    assert said.startswith("exp: lines are means of up to 2 seeds.")
    assert "old" not in said


def test_after_a_divergence_the_mean_is_of_the_seeds_that_remain_and_is_never_the_best() -> None:
    gone = a_trial([0.2, 0.3, None], seed=1, status="diverged", epochs=4)
    figure = table(a_candidate("relu", a_trial([0.4, 0.5, 0.6, 0.9]), gone), a_candidate("elu", a_trial([0.5] * 4)))
    relu = figure.curves[0]
    assert relu.mean == pytest.approx((0.3, 0.4, 0.6, 0.9))
    assert relu.seeds == (2, 2, 1, 1)
    assert relu.diverged == (Divergence(seed=1, epoch=3),)
    assert relu.marks() == (2,)
    assert not relu.cut_short
    assert figure.best(figure.curves) == 0.5
    assert "1 trial (relu 1 of 2) diverged (cross), in epoch 3." in caption(figure)
    assert "the mean of the seeds that remain" in caption(figure)


def test_a_curve_whose_seeds_all_diverged_ends_there() -> None:
    one = curve(a_trial([0.2, 0.3, None], status="diverged", epochs=9))
    assert (one.epochs, one.cut_short, one.marks()) == ((1, 2), True, (2,))


def test_divergence_in_the_first_epoch_leaves_a_mark_and_no_line() -> None:
    one = curve(a_trial([None], status="diverged", epochs=9))
    assert (one.epochs, one.final, one.cut_short, one.marks()) == ((), None, True, (1,))
    assert curve_axis(table(a_candidate("relu", a_trial([None], status="diverged")))).low == 0.0


def test_failed_and_unfinished_seeds_are_left_out_and_counted() -> None:
    trials = (
        a_trial([0.5, 0.6]),
        a_trial([0.9], seed=1, status="interrupted", epochs=2),
        a_trial([], seed=2, status="waiting", epochs=2),
        a_trial([0.1], seed=3, status="failed", epochs=2),
    )
    one = curve(*trials)
    assert (one.mean, one.n_seeds, one.counted) == ((0.5, 0.6), 4, 1)
    assert (one.failed, one.unfinished, one.left_out) == (1, 2, 2)
    said = caption(table(a_candidate("relu", *trials)))
    assert "1 trial (relu 1 of 4) failed" in said
    assert "2 trials (relu 2 of 4) unfinished and left out." in said


def test_seeds_that_are_all_unfinished_are_drawn_as_far_as_all_have_come() -> None:
    trials = [
        a_trial([0.1, 0.2, 0.3], status="running", epochs=9),
        a_trial([0.3, 0.4], seed=1, status="running", epochs=9),
    ]
    one = curve(*trials)
    assert one.mean == pytest.approx((0.2, 0.3))
    assert (one.unfinished, one.left_out, one.epochs_asked) == (2, 0, 9)
    assert "2 trials (relu 2 of 2) unfinished, drawn as far as it is." in caption(table(a_candidate("relu", *trials)))


def test_nothing_is_the_best_while_another_is_on_its_way() -> None:
    """The one that happens to be ahead in epochs was compared with nobody."""
    ahead = a_trial([0.5, 0.6, 0.7], status="running", epochs=9)
    behind = a_trial([0.6, 0.8], status="running", epochs=9)
    figure = table(a_candidate("relu", ahead), a_candidate("elu", behind))
    assert figure.best(figure.curves) is None
    assert "Bold" not in caption(figure)


def test_variants_of_an_activation_are_numbered_in_the_order_of_the_experiment() -> None:
    t = a_trial([0.5])
    figure = table(
        a_candidate("selu", t), a_candidate("relu", t), a_candidate("selu", t, label="wrong"), without=["relu"]
    )
    assert [(one.label, one.variant) for one in figure.curves] == [("selu", 0), ("wrong", 1)]


@pytest.mark.parametrize(
    ("without", "left"),
    [(["leaky_relu"], ["relu"]), (["leaky-relu"], ["relu"]), (["leaky 0.1"], ["relu", "leaky 0.2"])],
)
def test_without_takes_labels_and_activations_and_says_what_is_missing(without: list[str], left: list[str]) -> None:
    t = a_trial([0.5, 0.6])
    leaky = [a_candidate("leaky_relu", t, label=f"leaky 0.{n}") for n in (1, 2)]
    figure = table(a_candidate("relu", t), *leaky, without=without)
    assert [one.label for one in figure.curves] == left
    assert "Not drawn: leaky 0.1" in caption(figure)


def test_unknown_names_are_answered_with_the_nearest_and_the_list() -> None:
    result = a_result(a_candidate("sigmoid", a_trial([0.5])), a_candidate("relu", a_trial([0.5])))
    with pytest.raises(UserError, match="sigmod; did you mean 'sigmoid'"):
        curves.learning_curves(result, "val_accuracy", ["sigmod"])
    with pytest.raises(UserError, match="val_acuracy; did you mean 'val_accuracy'"):
        curves.learning_curves(result, "val_acuracy")
    with pytest.raises(UserError, match="nothing of exp is left"):
        curves.learning_curves(result, "val_accuracy", ["sigmoid", "relu"])


def test_nothing_finished_is_one_line_that_says_what_to_do() -> None:
    waiting = a_candidate("relu", a_trial([], status="waiting", epochs=3))
    with pytest.raises(UserError, match=r"^no epoch is finished yet in results/exp; run it first$"):
        table(waiting)
    with pytest.raises(UserError, match="failed"):
        table(a_candidate("relu", a_trial([], status="failed", epochs=3)))


def test_a_grid_has_a_facet_per_point_with_short_titles() -> None:
    def at(rate: float) -> dict[str, Any]:
        return {"training.optimizer.learning_rate": rate, "model.dense": [128, 64]}

    figure = table(*(a_candidate(name, a_trial([0.5]), setting=at(r)) for r in (0.001, 0.0003) for name in "ab"))
    assert [f.title for f in figure.facets] == [
        "learning_rate = 0.001, dense = [128, 64]",
        "learning_rate = 0.0003, dense = [128, 64]",
    ]
    assert [[one.label for one in f.curves] for f in figure.facets] == [["a", "b"]] * 2


def test_error_rates_turn_the_band_round_and_a_zero_stays_on_the_axis() -> None:
    accuracy = table(a_candidate("relu", a_trial([0.9, 1.0]), a_trial([0.8, 1.0], seed=1)))
    errors = curves.error_rates(accuracy)
    one = errors.curves[0]
    assert one.mean == pytest.approx((0.15, 0.0))
    assert (one.low[0], one.high[0]) == pytest.approx((0.1, 0.2))
    assert not errors.higher_is_better
    axis = curve_axis(errors, log=True)
    assert axis.has_zeros
    assert 0 < axis.low < 0.1
    assert "1 - val_accuracy" in caption(errors, log=True)
    assert "A value of 0 is a hollow triangle on the lower edge." in caption(errors, log=True)


def test_the_caption_warns_of_one_seed_and_of_choosing_on_the_test_set() -> None:
    result = a_result(a_candidate("relu", a_trial([0.5, 0.6])), test=True)
    figure = curves.learning_curves(result, "val_accuracy")
    assert "one seed, so differences may be chance" in caption(figure)
    assert "choosing by them is choosing on the test set" in caption(figure)
    assert "test set" not in caption(curves.learning_curves(result, "loss"))


def test_a_long_list_is_cut_in_a_caption_and_counted() -> None:
    gone = [a_candidate("relu", a_trial([0.5, None], status="diverged"), label=f"{{c{n}}}") for n in range(9)]
    said = caption(table(a_candidate("elu", a_trial([0.5, 0.6])), *gone))
    assert "9 trials ({c0} 1 of 1, " in said
    assert "and 3 more) diverged" in said


def test_best_is_the_lowest_loss_and_the_highest_accuracy_of_those_that_came_to_the_end() -> None:
    result = a_result(
        a_candidate("relu", a_trial([0.5, 0.3])),
        a_candidate("elu", a_trial([0.5, 0.2])),
        a_candidate("gelu", a_trial([0.01], status="running", epochs=2)),
    )
    for metric, best in (("loss", 0.2), ("val_accuracy", 0.3)):
        figure = curves.learning_curves(result, metric)
        assert figure.best(figure.curves) == best
