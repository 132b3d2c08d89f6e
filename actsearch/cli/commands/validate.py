"""`actsearch validate`: experiment files, every mistake at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actsearch.cli import options

if TYPE_CHECKING:
    from actsearch.core.experiment import Experiment


@click.command("validate")
@options.files_argument
@options.set_option
def validate_command(files: tuple[Path, ...], overrides: tuple[str, ...]) -> None:
    """Check experiment files, every mistake at once.

    Each is told with its line and with what would be right.

    \b
    actsearch validate configs/*.yaml
    """
    from actsearch.cli.experiment_files import load_all

    for loaded in load_all(files, overrides):
        first, *more = _numbers_of_trials(loaded.experiment)
        click.echo(f"{loaded.path}: valid; {first}")
        for line in more:
            click.echo(f"  then {line}")
        for warning in loaded.experiment.warnings:
            click.echo(f"  note: {warning}")


def _numbers_of_trials(experiment: Experiment) -> Iterator[str]:
    """`6 candidates x 3 seeds = 18 trials`; with tuning, first that and then the settings chosen."""
    from actsearch.core.words import number_of

    candidates, tuning = len(experiment.candidates), len(experiment.tuning_seeds)
    seeds = number_of(len(experiment.seeds), "seed")
    if not tuning:
        trials = number_of(candidates * len(experiment.seeds), "trial")
        yield f"{number_of(candidates, 'candidate')} x {seeds} = {trials}"
        return
    yield f"{number_of(candidates, 'candidate')} x {tuning} tuning seeds = {number_of(candidates * tuning, 'trial')}"
    activations = len({candidate.label for candidate in experiment.candidates})
    trials = number_of(activations * len(experiment.seeds), "trial")
    yield f"{number_of(activations, 'activation')} at the setting chosen x {seeds} = {trials}"
