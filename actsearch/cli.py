"""The commands. Owns the console and the exit code; everything heavy is imported by the command that needs it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actsearch.errors import ActsearchError, InvalidExperiment, Problem, StoreError, UnsuitableSetting, UserError

if TYPE_CHECKING:
    from actsearch.config import Loaded
    from actsearch.data import Dataset
    from actsearch.experiment import Trial
    from actsearch.results import ExperimentResult
    from actsearch.runner import Plan
    from actsearch.store import Store

INTERRUPTED = 130
OUR_BUG = 3


def run_command_line(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code: 0, 1 a trial failed, 2 wrong input, 3 our bug, 130 interrupted."""
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
    except BrokenPipeError:
        # The reader has gone, as in `actsearch status results | head -1`; nothing is left to be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        log = _write_log(traceback.format_exc())
        click.echo(f"Error: this is a bug in actsearch. What happened is written in {log}; please report it.", err=True)
        return OUR_BUG


def _write_log(text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=time.strftime("actsearch-%Y%m%d-%H%M%S-"), suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{' '.join(sys.argv)}\n\n{text}")
    return Path(name)


class _InOrder(click.Group):
    """Lists the commands in the order in which one needs them, which is that of this file."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="actsearch", prog_name="actsearch")
def commands() -> None:
    """Find out which activation function your network should use, why, and whether the difference is real.

    \b
    actsearch init                      write a starter experiment
    actsearch run experiment.yaml       train it and draw its figures
    actsearch plot results/             draw the figures again
    """


_files = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
_paths = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
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
    from actsearch import templates

    if list_templates:
        for name, description in templates.available().items():
            click.echo(f"{name:12} {description}")
        return
    written = templates.write(template, path)
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
    for loaded in _load_all(files, overrides):
        experiment = loaded.experiment
        trials = len(experiment.candidates) * len(experiment.seeds)
        click.echo(
            f"{loaded.path}: valid; {_count(len(experiment.candidates), 'candidate')} x"
            f" {_count(len(experiment.seeds), 'seed')} = {_count(trials, 'trial')}"
        )
        for warning in experiment.warnings:
            click.echo(f"  note: {warning}")


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
@click.option("--threads", metavar="N", help="TensorFlow's threads in an operation; part of a trial's identity.")
@click.option("--dry-run", is_flag=True, help="List the trials, what is done, and how long the rest may take.")
@click.option("--fresh", is_flag=True, help="Train everything anew; the old folder moves to NAME.old-TIME.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every event.")
@click.option("--no-plots", is_flag=True, help="Draw no figures.")
@click.option(
    "--save-models", type=click.Choice(["best", "last"]), help="Keep each network of this epoch as model.keras."
)
def run(files: tuple[Path, ...], overrides: tuple[str, ...], threads: str | None, **options: Any) -> int:
    """Train what is not finished, and draw the figures.

    Ctrl-C stops and keeps what is finished; the same command goes on.

    \b
    actsearch run configs/quickstart.yaml
    actsearch run my.yaml --set training.epochs=2 --dry-run
    """
    from actsearch.runner import plan

    if threads is not None:
        overrides = (*overrides, f"training.threads={threads}")
    loaded = _load_all(files, overrides)
    _refuse_clashes(loaded)
    code = 0
    with Interruption() as interruption:
        plans = [(one, plan(one.experiment, one.folder)) for one in loaded]
        if len(plans) > 1:  # what is wrong with the last one's data should not come to light in the morning
            for one, planned in plans:
                _load_data(one, planned)
        for one, planned in plans:
            if options["dry_run"]:
                _dry_run(one, planned, options["out"], options["fresh"], options["as_json"])
            else:
                code = max(code, _Run(one, planned, interruption, **options).go())
    return code


@commands.command()
@_paths
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every experiment.")
def status(paths: tuple[Path, ...], as_json: bool) -> None:
    """Show the trials below the paths: state, epochs, values.

    \b
    actsearch status results/
    actsearch status results/article-3 --json
    """
    from actsearch import terminal
    from actsearch.store import find_experiments

    folders = [one.folder for path in paths for one in find_experiments(path)]
    for result in _readable(folders):
        trials = [(candidate, trial) for candidate in result.candidates for trial in candidate.trials]
        if as_json:
            rows = [terminal.trial_as_json(candidate, trial) for candidate, trial in trials]
            head = {"experiment": result.name, "folder": result.folder, "trials": rows}
            head |= {"stranded": list(result.stranded), "problems": list(result.problems)}
            click.echo(json.dumps(head, ensure_ascii=False))
            continue
        counts = terminal.counted([trial for _, trial in trials])
        console = _console()
        console.print(f"{result.name} ({result.folder}): {counts}", style="bold", markup=False, emoji=False)
        console.print(terminal.trials_table(result))
        if result.stranded:
            ids = ", ".join(result.stranded)
            console.print(f"not asked for any more: {ids}", markup=False, emoji=False)
        for problem in result.problems:
            console.print(f"note: {problem}", markup=False, emoji=False)


@commands.command()
@_paths
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the figures.")
@click.option("--metric", "metrics", metavar="M", multiple=True, help="Such as val_accuracy; may be given again.")
@click.option("--without", metavar="NAME", multiple=True, help="Leave out an activation; may be given again.")
@click.option(
    "--style",
    type=click.Choice(["light", "dark", "article"]),
    default="light",
    show_default=True,
    help="article: the article's.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["png", "svg", "pdf"]),
    default="png",
    show_default=True,
    help="Of the files.",
)
@click.option("--log", is_flag=True, help="Logarithmic axis; accuracies become error rates.")
def plot(paths: tuple[Path, ...], out: Path | None, file_format: Any, **options: Any) -> None:
    """Draw accuracy and loss of experiments below the paths.

    The figures lie beside the results, or below --out.

    \b
    actsearch plot results/
    actsearch plot results/article-3 --style article --out figures
    """
    from actsearch.plots import draw

    targets = dict(_targets(paths, out))
    for result in _readable(list(targets)):
        target = targets[Path(result.folder)]
        for problem in result.problems:
            click.echo(f"note: {problem}", err=True)
        for figure in draw(result, target, format=file_format, **options):
            click.echo(str(figure))


@commands.command()
def schema() -> None:
    """Print the JSON Schema of experiment files.

    \b
    actsearch schema > experiment.schema.json
    """
    from actsearch.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


class _Run:
    """One experiment's run, as the user sees it."""

    def __init__(
        self,
        loaded: Loaded,
        plan: Plan,
        interruption: Interruption,
        *,
        out: Path,
        fresh: bool,
        quiet: bool,
        as_json: bool,
        no_plots: bool,
        save_models: Any,
        dry_run: bool,
    ) -> None:
        from actsearch.store import Store

        assert not dry_run
        self.loaded, self.plan, self.interruption = loaded, plan, interruption
        self.store: Store = Store(out / plan.experiment.name)
        self.fresh, self.no_plots, self.save_models = fresh, no_plots, save_models
        self.quiet, self.as_json = quiet, as_json

    def go(self) -> int:
        """Trains what is left, shows the summary, draws; returns the exit code."""
        if self.fresh and self.store.folder.exists():
            with self.store.locked():  # not under the feet of a driver that is at work
                pass
            self._say(f"{self.store.folder} is kept as {self.store.set_aside()}")
        with self.store.locked():
            self.store.begin(self.plan.experiment, self.plan.trials)
            finished = self.store.finished(self.plan.trials)
            left = self.plan.left(finished)
            if left:
                try:
                    self._train(left, finished)
                except KeyboardInterrupt:
                    self._explain_interruption()
                    raise
            else:
                self._say(
                    f"{self.plan.experiment.name}: all {_count(len(self.plan.trials), 'trial')} are finished already;"
                    " nothing is trained again (--fresh would)"
                )
                self._mention_missing_models(finished)
            return self._conclude(trained=bool(left))

    def _train(self, trials: Sequence[Trial], finished: Collection[str]) -> None:
        from actsearch import runner
        from actsearch.engines.in_process import InProcess

        if finished:
            self._say(f"{len(finished)} of {len(self.plan.trials)} trials are finished already; {len(trials)} to train")
            self._mention_missing_models(finished)
        dataset = _load_data(self.loaded, self.plan)
        for warning in self.plan.experiment.warnings:
            self._say(f"note: {warning}")
        self._say(f"{self.plan.experiment.name}: training {_count(len(trials), 'trial')}; TensorFlow is loading")
        train = runner.trainer(dataset, self.save_models)
        with (
            self._display(trials, len(finished)) as display,
            closing(runner.run(trials, self.store, InProcess, train)) as events,
        ):
            for event, trial in events:
                self.interruption.check()
                display.show(event, trial)

    def _explain_interruption(self) -> None:
        done = len(self.store.finished(self.plan.trials))
        click.echo(
            f"Stopped. {done} of {_count(len(self.plan.trials), 'trial')} finished and kept in {self.store.folder};"
            " the same command goes on with the rest, and begins the trial that was stopped anew.",
            err=True,
        )

    def _conclude(self, trained: bool) -> int:
        from actsearch.store import read_experiment

        result = read_experiment(self.store.folder)
        failed = [trial for candidate in result.candidates for trial in candidate.trials if trial.status == "failed"]
        if not self.as_json:
            self._show_summary(result)
        figures = [] if self.no_plots else self._draw(result, trained)
        if self.as_json:
            row = {"event": "finished", "experiment": result.name, "folder": result.folder, "failed": len(failed)}
            click.echo(json.dumps(row | {"figures": [str(figure) for figure in figures]}, ensure_ascii=False))
        elif not self.quiet:
            for figure in figures:
                click.echo(str(figure))
        for trial in failed:
            where = self.store.folder / "trials" / trial.id / "traceback.txt"
            click.echo(f"Error: {trial.id} failed: {trial.error} (all of it in {where})", err=True)
        return 1 if failed else 0

    def _show_summary(self, result: Any) -> None:
        from actsearch import terminal

        if self.quiet:
            return
        console = _console()
        console.print(terminal.summary(result))
        for note in terminal.summary_notes(result):
            console.print(note, style="dim", markup=False, emoji=False)

    def _draw(self, result: Any, trained: bool) -> list[Path]:
        existing = [*self.store.folder.glob("accuracy*.png"), *self.store.folder.glob("loss*.png")]
        if not trained and existing:
            return sorted(existing)
        from actsearch.plots import draw

        try:
            return draw(result, self.store.folder)
        except UserError as error:  # every trial failed or diverged at once: there is nothing to draw, and that is said
            self._say(f"no figures: {error}")
            return []

    def _mention_missing_models(self, finished: Collection[str]) -> None:
        if self.save_models is None:
            return
        kept = self.store.saved_models(finished)
        missing = sum(which != self.save_models for which in kept)
        if missing:
            self._say(
                f"{_count(missing, 'finished trial')} kept no network of the {self.save_models} epoch; --fresh trains"
                " anew and keeps it"
            )

    def _display(self, trials: Sequence[Trial], finished: int) -> Any:
        from actsearch import terminal

        if self.as_json:
            return terminal.JsonLines(click.echo)
        if self.quiet:
            return terminal.NoDisplay()
        console = _console()
        if console.is_terminal:
            return terminal.LiveDisplay(console, self.plan.experiment.name, trials, finished)
        return terminal.PlainLines(click.echo)

    def _say(self, text: str) -> None:
        if not self.quiet and not self.as_json:
            click.echo(text)


def _load_all(files: Sequence[Path], overrides: Sequence[str]) -> list[Loaded]:
    """Every file's experiment; the mistakes of all the files at once."""
    from actsearch.config import load

    loaded, problems = [], []
    for file in files:
        try:
            loaded.append(load(file, overrides))
        except InvalidExperiment as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        raise InvalidExperiment(problems)
    return loaded


def _refuse_clashes(loaded: Sequence[Loaded]) -> None:
    """Two files of one name would write into one folder; two thread counts cannot be had in one process."""
    problems = []
    for i, one in enumerate(loaded):
        for other in loaded[:i]:
            name = one.experiment.name
            if name.lower() == other.experiment.name.lower():
                what = f"{name!r} is the name of {other.path} as well (upper or lower case aside)"
                problems.append(Problem(one.where("name"), "name", what, "give each experiment its own name"))
    threads = sorted({one.experiment.candidates[0].training.threads for one in loaded})
    if problems:
        raise InvalidExperiment(problems)
    if len(threads) > 1:
        counts = " and ".join(map(str, threads))
        raise UserError(f"training.threads differs between the files ({counts}); run them apart, or give --threads N")


def _load_data(loaded: Loaded, plan: Plan) -> Dataset:
    from actsearch import runner

    with _located(loaded):
        return runner.load_data(plan)


def _dry_run(loaded: Loaded, plan: Plan, out: Path, fresh: bool, as_json: bool) -> None:
    from actsearch import data, planning, terminal
    from actsearch.store import PLAN, Store, read_experiment

    store = Store(out / plan.experiment.name)
    finished = set() if fresh else store.finished(plan.trials, repair=False)
    left = plan.left(finished)
    dataset = _load_data(loaded, plan)
    known = (store.folder / PLAN).is_file()
    measured = planning.measured_epochs(read_experiment(store.folder), plan.trials) if known else []
    cost = planning.estimate(left, dataset, data.split(dataset, plan.experiment.data), measured)
    if as_json:
        rows = [{"trial": trial.id, "finished": trial.id in finished} for trial in plan.trials]
        seconds = {"low": cost.low, "high": cost.high, "basis": cost.basis}
        click.echo(json.dumps({"experiment": plan.experiment.name, "trials": rows, "seconds": seconds}))
        return
    for trial in plan.trials:
        state = "finished" if trial.id in finished else "to train"
        click.echo(f"{state}  {terminal.name_of(trial)}  ({trial.id})")
    click.echo(
        f"{plan.experiment.name}: {_count(len(plan.trials), 'trial')}, {len(left)} to train, into {store.folder}"
    )
    if left:
        low, high = terminal.duration(cost.low), terminal.duration(cost.high)
        span = low if low == high else f"{low} to {high}"
        click.echo(f"about {span} (from {cost.basis})")
    for warning in plan.experiment.warnings:
        click.echo(f"note: {warning}")


def _readable(folders: Sequence[Path]) -> Iterator[ExperimentResult]:
    """The results of each folder; one that can't be read is told at the end and does not stop the others."""
    from actsearch.store import read_experiment

    errors = []
    for folder in folders:
        try:
            result = read_experiment(folder)
        except StoreError as error:
            errors.append(str(error))
        else:
            yield result
    if errors:
        raise StoreError("\n".join(errors))


def _targets(paths: Sequence[Path], out: Path | None) -> list[tuple[Path, Path]]:
    """Each experiment's folder, and where its figures go: beside it, or below `out` under a name of its own."""
    from actsearch.store import find_experiments

    found = {one.folder.resolve(): (path, one) for path in paths for one in find_experiments(path)}
    if out is None:
        return [(one.folder, one.folder) for _, one in found.values()]
    if len(found) == 1:
        return [(one.folder, out) for _, one in found.values()]
    targets: dict[Path, Path] = {}
    for path, one in found.values():
        target = out / (path.resolve().name if one.below == Path() else one.below)
        if target in targets.values():
            raise UserError(f"{one.folder}: {target} would hold another experiment's figures too; plot them apart")
        targets[one.folder] = target
    return list(targets.items())


class _located:  # noqa: N801  (used as a function)
    """Gives an error that came to light with the data the line of the experiment file that it is about."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, UnsuitableSetting):
            where = self.loaded.where(error.key)
            raise InvalidExperiment([Problem(where, error.key, error.what, error.remedy)]) from error


class Interruption:
    """Ctrl-C and SIGTERM, inside the block: raises `KeyboardInterrupt`, and remembers it.

    Python discards an exception that a signal raises inside a weak reference's callback, and TensorFlow has many of
    those; so a loop that goes on must look at `check` as well.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        self._before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raises `KeyboardInterrupt` if a signal has come."""
        if self._asked:
            raise KeyboardInterrupt

    def _ask(self, *_: object) -> None:
        self._asked = True
        raise KeyboardInterrupt


def _console() -> Any:
    from rich.console import Console

    # In a pipe Rich assumes 80 columns and cuts tables; a pipe has room.
    width = None if sys.stdout.isatty() else max(120, shutil.get_terminal_size().columns)
    return Console(width=width, highlight=False)


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
