"""`actsearch plot`: the figures of experiments. Which question they ask and what draws them is in `cli/plot`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from actsearch.cli import options
from actsearch.cli.plot.kinds import COMPARISON_KINDS, LAYER_KINDS


@click.command("plot")
@options.paths_argument
@click.option(
    "--kind",
    "kinds",
    metavar="K",
    type=click.Choice(["curves", *LAYER_KINDS, *COMPARISON_KINDS, "all"]),
    multiple=True,
    default=["curves"],
    show_default=True,
    help="What to draw, see above; may be given again.",
)
@click.option("--out", type=options.FOLDER_PATH, help="Folder for the figures.")
@click.option("--metric", "metrics", metavar="M", multiple=True, help="Such as val_accuracy; may be given again.")
@click.option(
    "--variable",
    type=click.Choice(["kernel", "bias"]),
    default="kernel",
    show_default=True,
    help="Of what gradients, updates and clipping are drawn.",
)
@click.option(
    "--by",
    type=click.Choice(["epoch", "depth", "activation", "setting"]),
    multiple=True,
    help="The x axis of diagnostics: epochs, or layers; by itself epoch, and in deep networks also depth. Of"
    " comparisons: each activation at its own setting, or all at each setting. May be given again.",
)
@click.option("--without", metavar="NAME", multiple=True, help="Leave out an activation; may be given again.")
@click.option(
    "--style",
    type=click.Choice(["light", "dark", "article"]),
    default="light",
    show_default=True,
    help="article: as the article drew.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["png", "svg", "pdf"]),
    default="png",
    show_default=True,
    help="Format of the files.",
)
@click.option("--log", is_flag=True, help="Logarithmic axis of curves; accuracies become error rates.")
@options.question_options(["at", "margin", "confidence", "baseline", "target"])
def plot_command(paths: tuple[Path, ...], out: Path | None, **given: Any) -> None:
    """Draw the figures of experiments below the paths: accuracy and loss, comparisons, or what their layers did.

    The figures lie beside the results, or below --out. The kinds:

    \b
    curves         accuracy and loss, or --metric
    ranking        every seed, means, differences and verdicts, as `compare` has them
    differences    seed by seed, with their intervals, and the matrix of pairs
    sensitivity    the metric over the learning rate or another setting of a grid
    learning-speed epochs and seconds until the metric is reached
    gradients      gradient norm of every hidden layer (--variable bias: of its biases)
    updates        what an epoch changed in a layer's weights, relative to their norm
    saturation     share of pre-activations where f is flat
    dead           share of units that nothing on the probe can change
    sparsity       share of activations that are 0
    normalisation  mean and variance of the activations; shaded: SELU's domain
    clipping       share of gradient components that clipping changed
    parameters     learned parameters
    all            all of these that there is something to draw of

    \b
    actsearch plot results/
    actsearch plot results/article-12 --style article --out figures
    actsearch plot results/mine --kind gradients --kind dead
    actsearch plot results/mine --kind ranking --kind differences --format pdf
    """
    from actsearch.cli.plot.figures import draw_figures
    from actsearch.cli.plot.options import PlotOptions
    from actsearch.cli.result_folders import OneByOne, folders, targets

    wanted = PlotOptions(**given)
    questions = wanted.questions()
    experiments = folders(paths)
    into = {experiment.folder: out or experiment.folder for experiment in experiments}
    if out is not None and len(experiments) > 1:
        into = targets(experiments, out, "figures")
    with OneByOne(experiments) as each:
        for result in each.results(wanted.draws_layers, wanted.scores(questions), tell_problems=True):
            with each.attempt(result):  # nothing to draw here, or no such name
                for line in draw_figures(result, into[Path(result.folder)], questions, wanted):
                    click.echo(line.text, err=line.is_note)
