"""`actsearch run`: trains what is not finished, and draws the figures. How a run goes on is in `cli/run`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actsearch.cli import options
from actsearch.core.errors import UserError

if TYPE_CHECKING:
    from actsearch.cli.interruption import Interruption
    from actsearch.cli.run.options import RunOptions
    from actsearch.config.loading import Loaded
    from actsearch.study.plans import Plan
    from actsearch.study.until_decided import UntilDecided


class Duration(click.ParamType):  # type: ignore[type-arg]
    """Seconds, written as `2h`, `90m`, `1h30m` or `45s`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from actsearch.cli.interruption import seconds_of

        seconds = seconds_of(value) if isinstance(value, str) else value
        return seconds if seconds is not None else self.fail(f"{value!r}: write 2h, 90m, 1h30m or 45s", param, ctx)


@click.command("run")
@options.files_argument
@options.set_option
@options.results_folder_option("Folder of the results.")
@click.option("--name", metavar="NEW", help="Run under another name, into a folder of its own.")
@click.option("--threads", metavar="N", help="TensorFlow's threads in an operation; part of a trial's identity.")
@click.option(
    "--engine",
    type=click.Choice(["processes", "in-process", "ray"]),
    default="processes",
    show_default=True,
    help="Where to train.",
)
@options.workers_option
@click.option("--ray-address", metavar="A", help="The Ray cluster. By default RAY_ADDRESS, or one that begins here.")
@click.option(
    "--ray-gpus",
    metavar="N",
    type=options.FiniteNumber(0, 64),
    default=0,
    show_default=True,
    help="GPUs of a trial on Ray.",
)
@click.option(
    "--retries",
    metavar="N",
    type=click.IntRange(0, 100),
    default=2,
    show_default=True,
    help="Restarts of a trial whose worker died.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first trial that fails.")
@click.option("--retry-failed", is_flag=True, help="Train only the trials that failed.")
@click.option(
    "--stop-after", metavar="TIME", type=Duration(), help="Stop after 2h, 90m, ..., with what is finished then."
)
@click.option("--until-decided", is_flag=True, help="Add seeds until it is decided which activations differ.")
@click.option(
    "--margin",
    metavar="X",
    type=options.MARGIN_OR_0,
    help="With --until-decided: what is tied lies within it; 0.001.",
)
@click.option(
    "--confidence",
    metavar="C",
    type=options.CONFIDENCE_LEVEL,
    help="With --until-decided: of all that is decided together; 0.95.",
)
@click.option(
    "--max-seeds", metavar="N", type=click.IntRange(3, 10_000), help="With --until-decided: at most so many; 20."
)
@click.option("--accept-changes", is_flag=True, help="Go on though finished trials will be left out.")
@click.option("--fresh", is_flag=True, help="Train everything anew; the old folder moves to NAME.old-TIME.")
@click.option("--keep-checkpoints", is_flag=True, help="Keep each finished trial's last one, for more epochs.")
@click.option(
    "--checkpoint-share",
    metavar="X",
    type=options.FiniteNumber(0, 1, min_open=True),
    default=0.01,
    show_default=True,
    help="Share of the time that checkpoints may cost.",
)
@click.option(
    "--save-models",
    type=click.Choice(["best", "last"]),
    help="Save each network of its best or last epoch as model.keras.",
)
@click.option("--no-plots", is_flag=True, help="Draw no figures.")
@click.option("--dry-run", is_flag=True, help="List the trials, what is done, and how long the rest may take.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@options.json_option("event")
def run_command(
    files: tuple[Path, ...],
    overrides: tuple[str, ...],
    name: str | None,
    threads: str | None,
    dry_run: bool,
    stop_after: float | None,
    until_decided: bool,
    margin: float | None,
    confidence: float | None,
    max_seeds: int | None,
    **given: Any,
) -> int:
    """Train what is not finished, and draw the figures.

    Ctrl-C stops and keeps what is there; the same command goes on. With --until-decided, seeds are added by looks that
    are fixed beforehand, and who is worse, or settled with all others, is trained no further.

    \b
    actsearch run configs/quickstart.yaml
    actsearch run my.yaml --set training.epochs=2 --dry-run
    actsearch run *.yaml --jobs 8 --stop-after 10h
    actsearch run my.yaml --until-decided --margin 0.002 --max-seeds 30
    """
    from actsearch.cli.experiment_files import load_all, require_tensorflow
    from actsearch.cli.interruption import Interruption
    from actsearch.cli.run.options import RunOptions

    wanted = RunOptions(**given)
    wanted.refuse_combinations()
    until = _until(until_decided, margin, confidence, max_seeds)
    require_tensorflow()
    experiments = load_all(files, [*overrides, *_more_overrides(files, name, threads)])
    wanted.refuse_clashes(experiments)
    with Interruption(stop_after) as interruption:
        plans = [(loaded, _plan_of(loaded, until)) for loaded in experiments]
        if dry_run:
            return _tell_only(plans, wanted)
        return _train(plans, wanted, interruption)


def _until(
    until_decided: bool, margin: float | None, confidence: float | None, max_seeds: int | None
) -> UntilDecided | None:
    """By which rule seeds are added, if they are."""
    if until_decided:
        from actsearch.study.until_decided import UntilDecided

        return UntilDecided(margin, confidence, max_seeds)
    if (margin, confidence, max_seeds) != (None, None, None):
        raise UserError("--margin, --confidence and --max-seeds say how to run --until-decided; add it")
    return None


def _more_overrides(files: Sequence[Path], name: str | None, threads: str | None) -> list[str]:
    """What --name and --threads change in the experiment file."""
    import json

    changes = []
    if name is not None:
        if len(files) > 1:
            raise UserError("--name: one name for several files would mix them; give one file")
        changes.append(f"name={json.dumps(name)}")
    if threads is not None:
        changes.append(f"training.threads={threads}")
    return changes


def _plan_of(loaded: Loaded, until: UntilDecided | None) -> Plan:
    from actsearch.cli.experiment_files import located
    from actsearch.study import plans

    with located(loaded):
        return plans.make_plan(loaded.experiment, loaded.folder, until)


def _tell_only(plans: Sequence[tuple[Loaded, Plan]], wanted: RunOptions) -> int:
    """Says what would be done, experiment by experiment."""
    from actsearch.cli.experiment_files import data_of
    from actsearch.cli.json_rows.conversion import json_line
    from actsearch.cli.json_rows.dry_run import dry_run_row
    from actsearch.cli.run.dry_run import dry_run_of
    from actsearch.cli.screens.dry_run import dry_run_lines

    for loaded, plan in plans:
        dry_run = dry_run_of(plan, data_of(loaded, plan), wanted)
        if wanted.as_json:
            click.echo(json_line(dry_run_row(dry_run)))
            continue
        for line in dry_run_lines(dry_run):
            click.echo(line)
    return 0


def _train(plans: Sequence[tuple[Loaded, Plan]], wanted: RunOptions, interruption: Interruption) -> int:
    """Trains one experiment after the other; the highest of their exit codes."""
    from actsearch.cli.run.experiment_run import ExperimentRun

    if len(plans) > 1:  # what is wrong with the last one should not come to light in the morning
        _refuse_before_any_is_trained(plans, wanted)
    code = 0
    for loaded, plan in plans:
        if interruption.time_is_up:
            click.echo(f"{plan.experiment.name}: not begun, the time is up", err=True)
            continue
        code = max(code, ExperimentRun(loaded, plan, interruption, wanted).go())
        if code and wanted.fail_fast:
            break
    return code


def _refuse_before_any_is_trained(plans: Sequence[tuple[Loaded, Plan]], wanted: RunOptions) -> None:
    from actsearch.cli.experiment_files import data_of
    from actsearch.cli.run.refusal import would_stop_at

    for loaded, plan in plans:
        data_of(loaded, plan)
        if refusal := would_stop_at(plan, wanted):
            raise refusal
