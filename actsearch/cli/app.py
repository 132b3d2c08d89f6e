"""The commands. Owns the console and the exit code; everything heavy is imported by the command that needs it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shlex
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actsearch.cli.console import new_console, nobody_reads, say_everything
from actsearch.core.errors import ActsearchError, InvalidExperiment, NothingToShow, UserError

if TYPE_CHECKING:
    from actsearch.analysis.findings.explanation import Explanation
    from actsearch.analysis.question import Question
    from actsearch.core.results import ExperimentResult
    from actsearch.functions.catalogue import Entry
    from actsearch.store.reader import ExperimentFolder

LAYER_KINDS: tuple[Any, ...] = (
    *("gradients", "updates", "saturation", "dead"),
    *("sparsity", "normalisation", "clipping", "parameters"),
)
"""Those of `layer_quantities`, which this module does not load to show its help."""
COMPARISON_KINDS: tuple[Any, ...] = ("ranking", "differences", "sensitivity", "learning-speed")
"""Those of `comparison_figures`."""
INTERRUPTED = 130
OUR_BUG = 3


def run_command_line(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code: 0, 1 a trial failed, 2 wrong input, 3 our bug, 130 interrupted."""
    say_everything()
    try:
        code = commands.main(args=arguments, prog_name="actsearch", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except InvalidExperiment as error:
        click.echo(str(error), err=True)  # a line a mistake, as compilers write it, so that editors find the place
        return error.exit_code
    except ActsearchError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception:
        log = _write_log(traceback.format_exc())
        click.echo(f"Error: this is a bug in actsearch. What happened is written in {log}; please report it.", err=True)
        return OUR_BUG


def _write_log(text: str) -> str:
    """Where it was written; where no file can be, the text itself."""
    try:
        handle, name = tempfile.mkstemp(prefix=time.strftime("actsearch-%Y%m%d-%H%M%S-"), suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:  # a path need not be UTF-8
            file.write(f"{' '.join(sys.argv)}\n\n{text}")
    except OSError as error:
        return f"no file ({error.strerror}), but here:\n{text}"
    return name


class _Commands(click.Group):
    """Lists the commands in the order in which one needs them, which is that of this file."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click itself would end the process, with the exit code of a failed trial
            nobody_reads()
            return 0


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="actsearch", prog_name="actsearch")
def commands() -> None:
    """Find out which activation function your network should use, why, and whether the difference is real.

    \b
    actsearch init                      write a starter experiment
    actsearch plan experiment.yaml      what it will cost, and can tell
    actsearch run experiment.yaml       train it and draw its figures
    actsearch plot results/             draw the figures again
    actsearch show gelu                 what a function is and does
    """


class _Number(click.FloatRange):
    """A finite number; click's own lets `nan` through."""

    name = "number"

    def _describe_range(self) -> str:
        """For `--help`; click writes `x<=None` where there are no limits."""
        return "" if self.min is None and self.max is None else super()._describe_range()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        return number if math.isfinite(number) else self.fail(f"{value!r}: must be a finite number", param, ctx)


_files = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
_paths = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
QUESTION = {
    "metric": click.option("--metric", metavar="M", default="val_accuracy", show_default=True,
                           help="What to compare: val_accuracy, val_loss, test_accuracy, ..."),
    "at": click.option("--at", metavar="WHEN", default="last", show_default=True,
                       help="last, best, an epoch such as 12, or mean-last-10."),
    "margin": click.option("--margin", metavar="X", type=_Number(),
                           help="What is tied lies within it; 0.001 for accuracies, 0 for others."),
    "confidence": click.option("--confidence", metavar="X", type=_Number(),
                               help="With which all intervals hold together; 0.95."),
    "baseline": click.option("--baseline", metavar="NAME",
                             help="Compare all with this one, named before you saw results, instead of all pairs."),
    "by": click.option("--by", type=click.Choice(["activation", "setting"]),
                       help="With a grid: each activation at its own setting, or all at each setting."),
    "target": click.option("--target", metavar="X", type=_Number(), help="Count epochs until the metric reaches it."),
}  # fmt: skip
"""The options that make a `comparison.Question`."""
ASKED_OF_FIGURES: dict[str, Any] = {
    "at": "last", "margin": None, "confidence": None, "baseline": None, "target": None,
}  # fmt: skip
"""Those that `plot` has as they are, and what each is by itself; its --metric and --by are for other kinds, too."""


def _asking(command: Any, names: Collection[str] = tuple(QUESTION)) -> Any:
    for name in reversed([*names]):
        command = QUESTION[name](command)
    return command


_set = click.option(
    "--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a key of the file: training.epochs=2."
)


@commands.command()
@click.argument("path", default="experiment.yaml", type=click.Path(path_type=Path))
@click.option("--template", metavar="NAME", default="starter", show_default=True, help="Which example to start from.")
@click.option("--list", "list_templates", is_flag=True, help="List the examples there are.")
def init(path: Path, template: str, list_templates: bool) -> None:
    """Write a commented experiment to start from.

    Beside it goes the schema with which editors check and complete it.

    \b
    actsearch init                              writes experiment.yaml
    actsearch init article.yaml --template article
    """
    from actsearch.config import templates

    if list_templates:
        for name, description in templates.available_templates().items():
            click.echo(f"{name:24} {description}")
        return
    written = templates.write_template(template, path)
    for file in written:
        click.echo(f"wrote {file}")
    click.echo(f"train it: actsearch run {shlex.quote(str(written[0]))}")


@commands.command()
@_files
@_set
def validate(files: tuple[Path, ...], overrides: tuple[str, ...]) -> None:
    """Check experiment files, every mistake at once.

    Each is told with its line and with what would be right.

    \b
    actsearch validate configs/*.yaml
    """
    from actsearch.cli.experiment_files import load_all
    from actsearch.core.words import number_of

    for loaded in load_all(files, overrides):
        experiment = loaded.experiment
        n, tuning = len(experiment.candidates), len(experiment.tuning_seeds)
        seeds = f"{tuning} tuning seeds" if tuning else number_of(len(experiment.seeds), "seed")
        trials = number_of(n * (tuning or len(experiment.seeds)), "trial")
        click.echo(f"{loaded.path}: valid; {number_of(n, 'candidate')} x {seeds} = {trials}")
        if tuning:
            activations = len({candidate.label for candidate in experiment.candidates})
            trials = number_of(activations * len(experiment.seeds), "trial")
            seeds = number_of(len(experiment.seeds), "seed")
            click.echo(f"  then {number_of(activations, 'activation')} at the setting chosen x {seeds} = {trials}")
        for warning in experiment.warnings:
            click.echo(f"  note: {warning}")


@commands.command()
@click.option(
    "--out",
    default="results",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that results are to go to.",
)
@click.option("--jobs", metavar="N", type=click.IntRange(1, 1024), help="How many workers you want.")
@click.option("--ray-address", metavar="A", help="A Ray cluster that should be reachable.")
@click.option("--resume", is_flag=True, help="Kill a small real run, resume it, and compare the files byte by byte.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every finding.")
def doctor(out: Path, jobs: int | None, ray_address: str | None, resume: bool, as_json: bool) -> int:
    """Look at what this machine can do, and at what is in the way.

    The exit code is 1 if there is a problem.

    \b
    actsearch doctor --jobs 8 --out /scratch/results
    actsearch doctor --resume
    """
    from actsearch.cli.doctor.checks import checks

    def say(text: str) -> None:
        if not as_json:
            click.echo(text)

    def findings() -> Iterator[Any]:
        if not resume:
            yield from checks(out, jobs, ray_address)
            return
        from actsearch.cli.doctor.kill_and_resume import resume_check

        with tempfile.TemporaryDirectory(prefix="actsearch-") as folder:
            yield resume_check(Path(folder), say)

    problems = 0
    for check in findings():
        problems += check.status == "problem"
        if as_json:
            row = {"check": check.name, "status": check.status, "what": check.what, "remedy": check.remedy}
            click.echo(json.dumps(row | {"details": dict(check.details)}, ensure_ascii=False))
        else:
            mark, style = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "bold red")}[
                check.status
            ]
            remedy = f"; {check.remedy}" if check.remedy else ""
            console = new_console()
            console.print(f"[{style}]{mark:8}[/]", end="", emoji=False)
            console.print(f"{check.name}: {check.what}{remedy}", markup=False, emoji=False, soft_wrap=True)
    return 1 if problems else 0


@commands.command()
@_files
@_set
@click.option(
    "--margin",
    metavar="M",
    type=_Number(0, 1, min_open=True, max_open=True),
    default=0.001,
    show_default=True,
    help="Accuracies that differ by less are alike to you.",
)
@click.option(
    "--confidence",
    metavar="C",
    type=_Number(0.5, 1, max_open=True),
    default=0.95,
    show_default=True,
    help="Of all comparisons together.",
)
@click.option("--baseline", metavar="NAME", help="Compare all others with this activation, and not with each other.")
@click.option(
    "--out",
    default="results",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the results: of this experiment, and of studies that tell how much is chance.",
)
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 1024), help="Workers at a time. By default one per core or GPU."
)
@click.option(
    "--sd",
    metavar="X",
    type=_Number(0, 1, min_open=True, max_open=True),
    help="Standard deviation of an accuracy over seeds, in the place of a measured one: 0.0005.",
)
@click.option(
    "--correlation",
    metavar="R",
    type=_Number(-1, 1, min_open=True, max_open=True),
    help="Of two candidates' accuracies, seed by seed, likewise.",
)
@click.option("--no-timing", is_flag=True, help="Guess the time from the networks' arithmetic; loads no TensorFlow.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every experiment.")
def plan(files: tuple[Path, ...], overrides: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say what experiments will cost, and which differences they can tell; train and write nothing.

    A few real steps of each candidate are timed. How much is chance is taken from the likest finished study below
    --out, or assumed.

    \b
    actsearch plan my.yaml
    actsearch plan my.yaml --margin 0.002 --baseline relu
    actsearch plan my.yaml --sd 0.004 --no-timing --json
    """
    from actsearch.cli import plan_command, plan_pages
    from actsearch.cli.experiment_files import load_all, require_tensorflow
    from actsearch.cli.interruption import Interruption
    from actsearch.study import plans

    rules = plan_command.Rules(quiet=as_json, **options)
    if not rules.no_timing:
        require_tensorflow()
    loaded = load_all(files, overrides)
    rules.refuse(loaded)
    with Interruption() as interruption:
        for i, one in enumerate(loaded):
            outlook = plan_command.outlook_of(one, plans.make_plan(one.experiment, one.folder), rules, interruption)
            if as_json:
                click.echo(json.dumps(plan_pages.as_json(outlook), ensure_ascii=False))
                continue
            if i:
                click.echo()
            console = new_console()
            for line in plan_pages.lines(outlook):
                console.print(line, markup=False, emoji=False)


class _Duration(click.ParamType):  # type: ignore[type-arg]
    """Seconds, written as `2h`, `90m`, `1h30m` or `45s`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from actsearch.cli.interruption import seconds_of

        seconds = seconds_of(value) if isinstance(value, str) else value
        return seconds if seconds is not None else self.fail(f"{value!r}: write 2h, 90m, 1h30m or 45s", param, ctx)


@commands.command()
@_files
@_set
@click.option(
    "--out",
    default="results",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the results.",
)
@click.option("--name", metavar="NEW", help="Run under another name, into a folder of its own.")
@click.option("--threads", metavar="N", help="TensorFlow's threads in an operation; part of a trial's identity.")
@click.option(
    "--engine",
    type=click.Choice(["processes", "in-process", "ray"]),
    default="processes",
    show_default=True,
    help="Where to train.",
)
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 1024), help="Workers at a time. By default one per core or GPU."
)
@click.option("--ray-address", metavar="A", help="The Ray cluster. By default RAY_ADDRESS, or one that begins here.")
@click.option(
    "--ray-gpus",
    metavar="N",
    type=_Number(0, 64),
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
    "--stop-after", metavar="TIME", type=_Duration(), help="Stop after 2h, 90m, ..., with what is finished then."
)
@click.option("--until-decided", is_flag=True, help="Add seeds until it is decided which activations differ.")
@click.option(
    "--margin", metavar="X", type=_Number(0, 1, max_open=True),
    help="With --until-decided: what is tied lies within it; 0.001.",
)  # fmt: skip
@click.option(
    "--confidence", metavar="C", type=_Number(0.5, 1, max_open=True),
    help="With --until-decided: of all that is decided together; 0.95.",
)  # fmt: skip
@click.option(
    "--max-seeds", metavar="N", type=click.IntRange(3, 10_000), help="With --until-decided: at most so many; 20."
)
@click.option("--accept-changes", is_flag=True, help="Go on though finished trials will be left out.")
@click.option("--fresh", is_flag=True, help="Train everything anew; the old folder moves to NAME.old-TIME.")
@click.option("--keep-checkpoints", is_flag=True, help="Keep each finished trial's last one, for more epochs.")
@click.option(
    "--checkpoint-share",
    metavar="X",
    type=_Number(0, 1, min_open=True),
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
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every event.")
def run(
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
    **options: Any,
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
    from actsearch.cli import run_command
    from actsearch.cli.experiment_files import load_all, load_data, located, require_tensorflow
    from actsearch.cli.interruption import Interruption
    from actsearch.study.plans import make_plan
    from actsearch.study.until_decided import UntilDecided

    rules = run_command.Rules(**options)
    run_command.refuse_combinations(rules)
    until = UntilDecided(margin, confidence, max_seeds) if until_decided else None
    if until is None and (margin, confidence, max_seeds) != (None, None, None):
        raise UserError("--margin, --confidence and --max-seeds say how to run --until-decided; add it")
    require_tensorflow()
    if name is not None:
        if len(files) > 1:
            raise UserError("--name: one name for several files would mix them; give one file")
        overrides = (*overrides, f"name={json.dumps(name)}")
    if threads is not None:
        overrides = (*overrides, f"training.threads={threads}")
    loaded = load_all(files, overrides)
    run_command.refuse_clashes(loaded, rules)
    code = 0
    with Interruption(stop_after) as interruption:
        plans = []
        for one in loaded:
            with located(one):
                plans.append((one, make_plan(one.experiment, one.folder, until)))
        if len(plans) > 1 and not dry_run:  # what is wrong with the last one should not come to light in the morning
            for one, planned in plans:
                load_data(one, planned)
                if refusal := run_command.would_stop_at(planned, rules):
                    raise refusal
        for one, planned in plans:
            if dry_run:
                run_command.show_dry_run(one, planned, rules)
            elif interruption.time_is_up:
                click.echo(f"{planned.experiment.name}: not begun, the time is up", err=True)
            else:
                code = max(code, run_command.Run(one, planned, interruption, rules).go())
                if code and rules.fail_fast:
                    break
    return code


@commands.command()
@_paths
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every experiment.")
@click.option("--watch", is_flag=True, help="Follow a run until nothing runs any more; Ctrl-C ends the watching alone.")
@click.option("--trials", "every_trial", is_flag=True, help="Show each trial, however many there are.")
def status(paths: tuple[Path, ...], as_json: bool, watch: bool, every_trial: bool) -> None:
    """Show the trials below the paths: state, epochs, values. Of many, the candidates and what is not as usual.

    \b
    actsearch status results/
    actsearch status results/ --watch
    actsearch status results/article-12 --json
    """
    from actsearch.cli.result_folders import OneByOne, folders

    found = folders(paths)
    if watch:
        _watch(found, as_json)
        return
    with OneByOne(found) as each:
        for result in each.results():
            if as_json:
                click.echo(_status_as_json(result))
            else:
                _show_status(result, every_trial)


@commands.command()
@_paths
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
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the figures.")
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
@partial(_asking, names=tuple(ASKED_OF_FIGURES))
def plot(paths: tuple[Path, ...], out: Path | None, **options: Any) -> None:
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
    from actsearch.cli.result_folders import OneByOne, folders, targets

    asked = {name: options.pop(name) for name in ASKED_OF_FIGURES}
    kinds = {*options["kinds"]}
    questions = _questions(kinds, options["metrics"], options["log"], options["by"], asked)
    found = folders(paths)
    into = {one.folder: out or one.folder for one in found}
    if out is not None and len(found) > 1:
        into = targets(found, out, "figures")
    diagnostics = bool(kinds & {*LAYER_KINDS, "all"})
    with OneByOne(found) as each:
        for result in each.results(diagnostics, _predictions(kinds, questions), tell_problems=True):
            with each.attempt(result):  # nothing to draw here, or no such name
                for line, is_note in _drawings(result, into[Path(result.folder)], questions, **options):
                    click.echo(line, err=is_note)


def _questions(
    kinds: AbstractSet[str], metrics: Sequence[str], log: bool, by: Sequence[str], asked: Mapping[str, Any]
) -> list[Question]:
    """What the figures of comparisons ask, one for each metric; empty if no such figures are asked for."""
    curves, compared = (not kinds.isdisjoint({*some, "all"}) for some in (["curves"], COMPARISON_KINDS))
    ways = [way for way in dict.fromkeys(by) if way in ("activation", "setting")]
    given = [f"--{name}" for name, value in asked.items() if value != ASKED_OF_FIGURES[name]]
    given += [f"--by {way}" for way in ways]
    if log and not curves:
        raise UserError("--log is for curves; add --kind curves")
    if metrics and not curves and not compared:
        raise UserError("--metric is for curves and comparisons; add --kind curves or --kind ranking")
    if given and not compared:
        raise UserError(f"{given[0]} is for comparisons; add --kind ranking")
    if len(ways) > 1:
        raise UserError("--by activation, --by setting: give one of them")
    if not compared:
        return []
    from actsearch.analysis.question import Question

    way: Any = ways[0] if ways else None
    return [Question(metric=metric, by=way, **asked) for metric in dict.fromkeys(metrics or ["val_accuracy"])]


def _predictions(kinds: AbstractSet[str], questions: Sequence[Question]) -> Sequence[str]:
    """What of the predictions the figures need: whoever draws no differences needs none."""
    if kinds.isdisjoint({"ranking", "differences", "all"}):
        return ()
    from actsearch.analysis.question import predictions_needed

    return tuple(dict.fromkeys(key for question in questions for key in predictions_needed(question)))


def _drawings(
    result: ExperimentResult, target: Path, questions: Sequence[Question], *, kinds: Sequence[Any], file_format: Any,
    style: Any, without: Sequence[str], metrics: Sequence[str], log: bool, variable: Any, by: Sequence[Any],
) -> Iterator[tuple[str, bool]]:  # fmt: skip
    """Draws the kinds asked for: the figures' paths, and as notes (true) what `all` does not find."""
    everything = "all" in kinds
    how = {"without": without, "style": style, "format": file_format}
    missing = []
    if everything or "curves" in kinds:
        from actsearch.core.measures import TEST_METRICS
        from actsearch.figures import learning

        some = [metric for metric in metrics if not (everything and metric in TEST_METRICS)]
        ends = [metric for metric in metrics if metric not in some]
        missing += [f"{result.name}: {metric} is known at the end alone, and has no curve" for metric in ends]
        if some or not metrics:
            for figure in learning.draw(result, target, metrics=some, log=log, **how):
                yield str(figure), False
    for drawing in _parts(result, target, questions, [*LAYER_KINDS, *COMPARISON_KINDS] if everything else kinds,
                          variable, [axis for axis in by if axis in ("epoch", "depth")], how):  # fmt: skip
        try:
            for figure in drawing():
                yield str(figure), False
        except NothingToShow as error:
            missing.append(str(error))
    told = dict.fromkeys(missing)
    if told and not everything:
        raise UserError("\n".join(told))
    yield from ((f"note: {what}", True) for what in told)


def _parts(
    result: ExperimentResult, target: Path, questions: Sequence[Question], kinds: Sequence[Any], variable: Any,
    by: Sequence[Any], how: dict[str, Any],
) -> Iterator[Callable[[], list[Path]]]:  # fmt: skip
    """What draws each of the kinds: comparisons once for each question."""
    for kind in (kind for kind in LAYER_KINDS if kind in kinds):
        from actsearch.figures import layers

        yield partial(layers.draw, result, target, kind, variable=variable, by=by, **how)
    for kind in (kind for kind in COMPARISON_KINDS if kind in kinds):
        from actsearch.figures import comparisons

        for question in questions:
            yield partial(comparisons.draw, result, target, kind, question, **how)


@commands.command()
@_paths
@click.option("--to", "file_format", required=True, type=click.Choice(["csv", "parquet", "tensorboard", "mlflow"]),
              help="For which programs, see above.")  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder for what is written."
)
def export(paths: tuple[Path, ...], file_format: Any, out: Path) -> None:
    """Write the results of experiments below the paths for other programs.

    Every trial is in it with its status; what was exported there before is replaced, and nothing else. The formats:

    \b
    csv          tidy tables: histories.csv, trials.csv, diagnostics.csv
    parquet      the same as .parquet, values exactly
    tensorboard  event files, a run per trial, with hyperparameters
    mlflow       an MLflow database, mlflow.db, a run per trial

    \b
    actsearch export results/ --to csv --out tables
    actsearch export results/article-12 --to tensorboard --out logs
    """
    from actsearch.cli.result_folders import OneByOne, folders
    from actsearch.store.export import export_results as write

    with OneByOne(folders(paths)) as each:
        results = list(each.results(diagnostics=True, tell_problems=True))
        for line in write(results, file_format, out):
            click.echo(line)


@commands.command()
@click.argument("names", metavar="[NAME|FORMULA]...", nargs=-1)
@click.option(
    "--set", "values", metavar="NAME=VALUE", multiple=True, help="A parameter's value: alpha=0.2; may be given again."
)
@click.option("--plot", "figure", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Draw f and f' into FILE.png, .svg or .pdf.")  # fmt: skip
@click.option("--latex", is_flag=True, help="Formula and derivative as LaTeX, for a document with amsmath.")
@click.option("--markdown", is_flag=True, help="A page of Markdown: docs/catalogue.md is the one of all functions.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every function.")
@click.option("--article", is_flag=True, help="Draw the article's twelve figures into --out.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the article's figures.")
@click.option(
    "--style",
    type=click.Choice(["light", "dark", "article"]),
    help="Of the figures: light, or the article's own with --article.",
)
def show(names: tuple[str, ...], values: tuple[str, ...], **options: Any) -> None:
    """Show what a function is and does: formula, derivative, computed properties, strengths, weaknesses, paper.

    Without a name, a table of all functions. Instead of a name, any formula in x will do.

    \b
    actsearch show
    actsearch show gelu elu --set alpha=0.2 --plot gelu-elu.png
    actsearch show "x * sigmoid(beta * x)" --set beta=1.5
    actsearch show --article --out figures
    """
    from actsearch.functions import catalogue

    _refuse_contradictions(names, values, **options)
    if options["article"]:
        from actsearch.figures.functions import draw_the_article

        for path in draw_the_article(options["out"], options["style"] or "article"):
            click.echo(str(path))
        return
    settings = dict(map(catalogue.setting, values))
    entries = catalogue.find_functions(names, settings) if names else catalogue.everything(settings)
    _show_functions(entries, bool(names), options["latex"], options["markdown"], options["as_json"])
    if options["figure"] is not None:
        from actsearch.figures.functions import draw_functions

        path = draw_functions(entries, options["figure"], options["style"] or "light")
        click.echo(str(path), err=options["as_json"] or options["latex"] or options["markdown"])


def _refuse_contradictions(
    names: Sequence[str], values: Sequence[str], figure: Path | None, article: bool, out: Path | None, style: Any,
    **pages: bool,
) -> None:  # fmt: skip
    """Options of `show` that say nothing together."""
    asked = [f"--{name.removeprefix('as_')}" for name, given in pages.items() if given]
    asked += ["--article"] if article else []
    if len(asked) > 1:
        raise UserError(f"{' and '.join(asked)}: give one of them")
    if article and (names or values or figure):
        raise UserError("--article draws the article's six functions; leave out names, --set and --plot")
    if article and out is None:
        raise UserError("--article: into which folder? Add --out DIR")
    if out is not None and not article:
        raise UserError("--out is for --article; --plot takes the file's path")
    if style is not None and not article and figure is None:
        raise UserError("--style is for figures; add --plot FILE")
    if figure is not None and not names:
        raise UserError("--plot: which functions? Name them: actsearch show relu gelu --plot FILE")


def _show_functions(entries: Sequence[Entry], named: bool, latex: bool, markdown: bool, as_json: bool) -> None:
    from actsearch.cli.screens.functions import FunctionsTable, functions_screen
    from actsearch.functions import catalogue_page, function_json, latex_output

    if markdown:
        click.echo(catalogue_page.markdown(entries), nl=False)
    elif as_json or latex:
        for entry in entries:
            row = json.dumps(function_json.function_as_json(entry), ensure_ascii=False) if as_json else None
            click.echo(row or latex_output.latex_lines(entry))
    else:
        page = functions_screen(entries) if named else FunctionsTable(entries)
        new_console().print(page)


@commands.command()
@_paths
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every experiment.")
def explain(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what the diagnostics of the experiments below the paths show.

    Vanishing and exploding gradients, dead and saturated units, clipping, sparsity, self-normalisation, learned
    parameters: a sentence each, with its number, beside the results. What happens together is said, and no proof.

    \b
    actsearch explain results/mine
    actsearch explain results/ --json
    """
    from actsearch.analysis.findings.explanation import explanation_of, explanation_record
    from actsearch.cli.result_folders import OneByOne, folders

    with OneByOne(folders(paths)) as each:
        for result in each.results(diagnostics=True, tell_problems=True):
            with each.attempt(result):  # there may be nothing to explain
                explanation = explanation_of(result)
                if as_json:
                    click.echo(json.dumps(explanation_record(explanation), ensure_ascii=False))
                else:
                    _show_explanation(explanation)


@commands.command()
@_paths
@_asking
@click.option("--together", is_flag=True, help="Make one comparison of the candidates of several experiments.")
@click.option(
    "--require",
    "requirements",
    metavar="RULE",
    multiple=True,
    help="Exit with 1 if the data contradict it: 'gelu >= relu - 0.002'; may be given again.",
)
@click.option(
    "--undecided",
    type=click.Choice(["pass", "fail"]),
    default="pass",
    show_default=True,
    help="What a requirement means that is neither met nor contradicted.",
)
@click.option("--csv", "csv_file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the table to a file as well.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every comparison.")
def compare(paths: tuple[Path, ...], **options: Any) -> int:
    """Say which activation is better, worse, tied or undecided, and on what grounds.

    A ranking with simultaneous intervals, paired by seed; candidates that the data do not separate stand in one group.

    \b
    actsearch compare results/mine
    actsearch compare results/mine --baseline relu --margin 0.002
    actsearch compare results/mine --require "gelu >= relu - 0.002" --undecided fail
    """
    from actsearch.analysis.question import Question
    from actsearch.cli import compare_command

    question = Question(**{name: options.pop(name) for name in QUESTION})
    return compare_command.compare(paths, question, compare_command.Rules(**options))


@commands.command()
@_paths
@_asking
@click.option("--out", type=click.Path(path_type=Path), help="The page, or a folder; else beside the results.")
def report(paths: tuple[Path, ...], out: Path | None, **asked: Any) -> None:
    """Write all that is known of an experiment into one HTML page that needs nothing else.

    The verdict in words, the ranking, learning curves to point at, every difference, the noise, what the layers did,
    the functions, every trial, and how to reproduce it; for several experiments a page each.

    \b
    actsearch report results/mine
    actsearch report results/mine --baseline relu --out mine.html
    actsearch report results/ --out pages/
    """
    from actsearch.analysis.question import Question
    from actsearch.cli import report_command

    report_command.report(paths, Question(**asked), out)


@commands.command()
@click.option("--markdown", is_flag=True, help="The reference of every key as a page to read.")
def schema(markdown: bool) -> None:
    """Print the JSON Schema of experiment files.

    \b
    actsearch schema > experiment.schema.json
    actsearch schema --markdown > configuration.md
    """
    if markdown:
        from actsearch.config.reference import configuration_page

        click.echo(configuration_page(), nl=False)
        return
    from actsearch.config.experiment_file import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def _status_as_json(result: ExperimentResult) -> str:
    from actsearch.cli import terminal

    rows = [terminal.trial_as_json(one, trial) for one in result.candidates for trial in one.all_trials]
    head = {"experiment": result.name, "folder": result.folder, "trials": rows}
    if result.tuning_seeds:
        head["chosen"] = [terminal.choice_as_json(choice) for choice in result.chosen]
    if result.looks is not None:
        head["looks"] = [terminal.look_as_json(result.looks, taken) for taken in result.looks.taken]
    head |= {"stranded": [*result.stranded], "problems": [*result.problems], "again": [*result.again]}
    return json.dumps({**head, "mixture": result.mixture}, ensure_ascii=False)


def _show_status(result: ExperimentResult, every_trial: bool) -> None:
    from actsearch.cli import terminal
    from actsearch.core.words import number_of

    trials = [trial for candidate in result.candidates for trial in candidate.all_trials]
    console = new_console()
    head = f"{result.name} ({result.folder}): {terminal.counted(trials)}"
    console.print(head, style="bold", markup=False, emoji=False)
    for part in terminal.status(result, every_trial):
        console.print(part)
    for choice in result.chosen:
        console.print(terminal.choice_line(choice), markup=False, emoji=False)
    if result.looks is not None:
        for taken in result.looks.taken:
            console.print(terminal.look_line(result.looks, taken), markup=False, emoji=False)
    if result.stranded:
        ids = "".join(f"\n  {trial_id}" for trial_id in result.stranded)
        console.print(f"on disk, but not asked for any more:{ids}", markup=False, emoji=False)
    again = [f"{number_of(len(result.again), 'finished trial')} to be looked into again"] if result.again else []
    for note in [*([result.mixture] if result.mixture else []), *again, *result.problems]:
        console.print(f"note: {note}", markup=False, emoji=False)


WATCH_SECONDS = 2.0


def _watch(found: Sequence[ExperimentFolder], as_json: bool) -> None:
    """Shows how the experiments stand, again and again, until nothing runs any more."""
    from rich.control import Control
    from rich.live import Live

    from actsearch.cli import live
    from actsearch.cli.result_folders import OneByOne
    from actsearch.store.lock import running_driver

    console = new_console()
    screen = None if as_json or not live.suits(console) else Live(console=console, auto_refresh=False)
    width = console.width
    told: dict[str, str] = {}
    each = OneByOne(found)
    with contextlib.suppress(KeyboardInterrupt), screen or contextlib.nullcontext():
        while True:
            running = any(running_driver(one.folder) is not None for one in found)
            each = OneByOne(found)
            results = list(each.results())
            if screen is not None:
                if console.width < width:  # the terminal has wrapped what stood there
                    console.control(Control.clear(), Control.home())
                width = console.width
                screen.update(live.watch_view(results), refresh=True)
            for result in results if screen is None else ():
                text = _status_as_json(result) if as_json else _counts(result)
                if told.get(result.folder) != text:
                    told[result.folder] = text
                    click.echo(text)
            if not running:
                break
            time.sleep(WATCH_SECONDS)
    each.tell()


def _show_explanation(explanation: Explanation) -> None:
    from actsearch.cli import explanation as page

    console = new_console()
    for line in page.lines(explanation):
        console.print(line, markup=False, emoji=False)


def _counts(result: ExperimentResult) -> str:
    from actsearch.cli import terminal

    trials = [trial for candidate in result.candidates for trial in candidate.all_trials]
    epochs = f"{sum(trial.epochs_done for trial in trials)} of {sum(trial.epochs for trial in trials)} epochs"
    return f"{result.name}: {terminal.counted(trials)}; {epochs}"
