"""`actsearch plot`: the figures that are asked for, where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Done
from fake_diagnostics import candidate, diagnostics, layer_names, trial

Write = Callable[..., Path]


def test_one_experiment_without_figures_hides_no_other(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """One that was stopped before its first epoch, and those that come after it in the folder."""
    training(interrupted=["relu"])
    assert actsearch_("run", write_experiment("a", activations="[relu]"), "--no-plots").code == 130
    training()
    assert actsearch_("run", write_experiment("b"), "--no-plots").code == 0
    done = actsearch_("plot", "results", "--without", "selu")
    assert done.code == 0
    assert done.err.startswith("note: without: a has no candidate selu")
    assert "results/b/accuracy.png" in done.out


@pytest.mark.slow
def test_plot_works_in_a_fresh_clone(actsearch_: Callable[..., Done], repository: Path, hostile: Path) -> None:
    """The committed results are there to be drawn before anything is trained."""
    done = actsearch_("plot", repository / "results", "--out", "figures")
    assert (done.code, done.err) == (0, "")
    printed = [Path(line) for line in done.out.splitlines()]
    assert printed
    for figure in printed:
        assert (hostile / figure).read_bytes().startswith(b"\x89PNG")
    drawn = {path.relative_to(hostile) for path in (hostile / "figures").rglob("*") if path.is_file()}
    assert drawn == set(printed)


def test_plot_gives_each_experiment_its_own_folder(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Figures of two experiments must never lie over one another; two of one name are refused."""
    training()
    for name in ("one", "two"):
        actsearch_("run", write_experiment(name), "--no-plots")
    done = actsearch_("plot", "results", "--out", "figures", "--format", "svg", "--metric", "loss")
    assert sorted(done.out.split()) == ["figures/one/training_loss.svg", "figures/two/training_loss.svg"]
    actsearch_("run", write_experiment("one"), "--no-plots", "--out", "other")
    done = actsearch_("plot", "results", "other", "--out", "figures2")
    assert done.code == 2
    assert "would hold another experiment's figures" in done.err
    assert not (hostile / "figures2").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--metric", "val_acuracy"], "did you mean 'val_accuracy'?"),
        (["--without", "sigmiod"], "did you mean 'sigmoid'?"),
        ([f"--without={name}" for name in ("sigmoid", "relu", "elu", "leaky-relu", "selu", "gelu")], "nothing of"),
    ],
    ids=["metric", "without", "without all"],
)
def test_plots_mistakes_are_one_line(
    actsearch_: Callable[..., Done], repository: Path, hostile: Path, arguments: list[str], message: str
) -> None:
    """A typo gets the right name back, and draws nothing."""
    done = actsearch_("plot", repository / "results" / "article-12", "--out", "figures", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert not list(hostile.rglob("*.png"))


def test_plot_draws_the_kinds_that_are_asked_for(actsearch_: Callable[..., Done], probed: Callable[..., None]) -> None:
    """Beside the curves, if those are asked for too."""
    probed(one=[candidate("relu", trial(diagnostics(layer_names(9))))])
    done = actsearch_("plot", "results", "--kind", "curves", "--kind", "gradients", "--variable", "bias")
    assert (done.code, done.err) == (0, "")
    names = [Path(line).name for line in done.out.splitlines()]
    assert names == ["accuracy.png", "loss.png", "gradients-bias.png", "gradients-bias-by-depth.png"]
    done = actsearch_("plot", "results", "--kind", "dead", "--by", "depth", "--out", "figures", "--format", "svg")
    assert done.out.split() == ["figures/dead-by-depth.svg"]


@pytest.mark.slow
def test_plot_all_skips_what_there_is_not_and_says_so(
    actsearch_: Callable[..., Done], probed: Callable[..., None]
) -> None:
    """Nobody clips and learns parameters in every experiment."""
    probed(one=[candidate("relu", trial(diagnostics()))], two=[candidate("relu", trial(None))])
    done = actsearch_("plot", "results", "--kind", "all", "--metric", "test_accuracy", "--out", "at-the-end")
    assert done.code == 0
    assert "test_accuracy is known at the end alone, and has no curve" in done.err
    done = actsearch_("plot", "results", "--kind", "all", "--out", "figures")
    assert done.code == 0
    assert len(done.out.splitlines()) == 2 + 6 + 2
    told = done.err.splitlines()
    assert [line.split(":")[1].strip() for line in told[:2]] == ["clipping", "parameters"]
    assert "one candidate, and nothing to compare it with" in told[2]
    assert "there is no grid" in told[3]
    assert "two has diagnostics; run the experiment again" in told[4]


def test_plot_without_diagnostics_is_one_line_that_says_how_to_get_them(
    actsearch_: Callable[..., Done], probed: Callable[..., None]
) -> None:
    """Once, however many kinds are asked for; and the options of curves are not silently ignored."""
    probed(two=[candidate("relu", trial(None))])
    done = actsearch_("plot", "results", "--kind", "dead", "--kind", "gradients")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "run the experiment again with them" in done.err
    assert "add --kind curves" in actsearch_("plot", "results", "--kind", "dead", "--log").err
    assert "add --kind ranking" in actsearch_("plot", "results", "--kind", "dead", "--margin", "0.1").err
    assert "add --kind ranking" in actsearch_("plot", "results", "--kind", "dead", "--by", "setting").err
