"""The end of a run: the summary, the figures, what to do next, and the exit code. Prints."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import click

from actsearch.cli.console import new_console
from actsearch.cli.json_rows.conversion import json_line
from actsearch.cli.json_rows.run_events import FinishedRow
from actsearch.cli.run.options import RunOptions
from actsearch.cli.screens import summary
from actsearch.core.errors import StoreError, UserError
from actsearch.core.results import ExperimentResult
from actsearch.core.sentences import runs
from actsearch.store.layout import PLAN_FILE
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import plans, rounds
from actsearch.study.plans import Plan


def conclude(plan: Plan, store: Store, options: RunOptions, trained: bool) -> int:
    """Shows what came out, and draws it; `trained` says whether anything was. Returns the exit code."""
    result = read_experiment(store.folder, ended=True)
    failed = [trial for trial in result.all_trials if trial.status == "failed"]
    if not options.as_json and not options.quiet:
        _show_summary(result)
    figures = [] if options.no_plots else _draw(result, store, options, trained)
    if options.as_json:
        left = asked_and_left(plan, store)[1] - len(failed)
        figure_paths = tuple(str(figure) for figure in figures)
        click.echo(json_line(FinishedRow("finished", result.name, result.folder, len(failed), left, figure_paths)))
    elif not options.quiet:
        _show_what_to_do_next(result, plan, store.folder, figures)
    for note in store.notes:
        click.echo(f"note: {note}", err=True)
    for trial in failed:
        where = store.folder / "trials" / trial.id / "traceback.txt"
        click.echo(runs.TRIAL_FAILED(trial=trial.id, error=trial.error, file=where), err=True)
    if failed:
        click.echo(runs.MENDED(command=options.same_command), err=True)
    return 1 if failed or store.failed_again else 0


def asked_and_left(plan: Plan, store: Store) -> tuple[int, int]:
    """How many trials are asked for, and left to be trained, those among them that lack their diagnostics."""
    trials = plans.ask_now(plan, store).trials
    return len(trials), len(rounds.trials_to_train(trials, store.survey(trials, repair=False)))


def _show_summary(result: ExperimentResult) -> None:
    console = new_console()
    console.print(summary.summary_table(result))
    for note in summary.summary_notes(result):
        console.print(note, style="dim", markup=False, emoji=False)


def _show_what_to_do_next(result: ExperimentResult, plan: Plan, folder: Path, figures: Sequence[Path]) -> None:
    for figure in figures:
        click.echo(str(figure))
    there = shlex.quote(str(folder))
    if len(result.compared) > 1:
        click.echo(runs.IS_IT_REAL(folder=there))
    if figures and plan.experiment.diagnostics is not None:
        click.echo(runs.WHY(folder=there))


def _draw(result: ExperimentResult, store: Store, options: RunOptions, trained: bool) -> list[Path]:
    """Draws what is new, and removes second figures that the experiment as it is now has no more."""
    stems = result.task.decide_by, result.task.loss.name
    existing = list(chain.from_iterable(sorted(store.folder.glob(f"{stem}*.png")) for stem in stems))
    planned = (store.folder / PLAN_FILE).stat().st_mtime_ns
    if existing and not trained and min(figure.stat().st_mtime_ns for figure in existing) >= planned:
        return existing
    from actsearch.figures.learning import draw

    try:
        figures = draw(result, store.folder)
    except StoreError:
        raise
    except UserError as error:  # every trial failed or diverged at once: there is nothing to draw, and that is said
        options.say(runs.NO_FIGURES(reason=str(error).partition(";")[0]))
        return []
    for figure in existing:
        if figure not in figures and "-without-" in figure.name:
            figure.unlink(missing_ok=True)
    return figures
