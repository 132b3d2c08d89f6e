"""What `actsearch run` does with one experiment: trains it round by round, tells, stops, concludes. Prints."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actsearch.cli.console import new_console, nobody_reads
from actsearch.cli.experiment_files import load_data
from actsearch.core.errors import InvalidExperiment, Problem, StoreError, UserError
from actsearch.core.words import number_of

if TYPE_CHECKING:
    from actsearch.cli.interruption import Interruption
    from actsearch.config.loading import Loaded
    from actsearch.core.events import Engine
    from actsearch.data.dataset import Dataset
    from actsearch.study.plans import Plan
    from actsearch.study.rounds import Work
    from actsearch.study.runner import EngineName, SaveModel


@dataclass(frozen=True)
class Rules:
    """The options of `run` that hold for each of its experiments."""

    out: Path
    engine: EngineName
    jobs: int | None
    ray_address: str | None
    ray_gpus: float
    retries: int
    fail_fast: bool
    retry_failed: bool
    accept_changes: bool
    fresh: bool
    keep_checkpoints: bool
    checkpoint_share: float
    save_models: SaveModel | None
    no_plots: bool
    quiet: bool
    as_json: bool


class Run:
    """One experiment's run, as the user sees it."""

    def __init__(self, loaded: Loaded, plan: Plan, interruption: Interruption, rules: Rules) -> None:
        from actsearch.store.writer import Store

        self.loaded, self.plan, self.interruption, self.rules = loaded, plan, interruption, rules
        self.name = plan.experiment.name
        self.store = Store(rules.out / self.name, rules.keep_checkpoints)
        self.told: set[str] = set()
        """What was said of what waits, which is said once."""

    def go(self) -> int:
        """Trains what is left, shows the summary, draws; returns the exit code."""
        from actsearch.study.rounds import rounds_of_work

        if self.rules.fresh and self.store.folder.exists():
            with self.store.locked():  # not under the feet of a driver that is at work
                pass
            self._say(f"{self.store.folder} is kept as {self.store.set_aside()}")
        rounds = rounds_of_work(
            self.plan,
            self.store,
            accept_changes=self.rules.accept_changes,
            only_failed=self.rules.retry_failed,
        )
        with self.store.locked(), contextlib.ExitStack() as closing:
            work = next(rounds)
            self._tell(work)
            if work.left:
                self._train(work, rounds, closing)
            else:
                self._say(self._nothing_left(work))
                self._mention_missing_models(work)
            return self._conclude(trained=bool(work.left))

    def _tell(self, work: Work) -> None:
        """What a first round found."""
        for problem in work.problems:
            click.echo(f"note: {problem}", err=True)
        if work.otherwise:
            self._say(
                f"{number_of(work.otherwise, 'finished trial')} keep diagnostics of other settings than those asked"
                " for (every, probe_size); --fresh trains and looks anew"
            )
        if work.differing:
            self._say(
                f"{number_of(work.differing, 'finished trial')} without diagnostics: trained again once, their"
                " histories came out otherwise; they are tried again once their .differs- folders are removed"
            )
        if work.held:
            self._say(
                f"{number_of(work.held, 'finished trial')} left out until settings are chosen anew, which may ask for"
                " them again; they stay on disk"
            )
        self._tell_decisions(work)

    def _tell_decisions(self, work: Work) -> None:
        """What the trials that ended before this round decided."""
        from actsearch.cli import terminal

        for choice in work.chosen:
            if self.rules.as_json:
                click.echo(json.dumps({"event": "chosen", **terminal.choice_as_json(choice)}, ensure_ascii=False))
            self._say(terminal.choice_line(choice))
        record = work.asked.looks
        for taken in work.looks if record is not None else ():
            assert record is not None
            if self.rules.as_json:
                click.echo(json.dumps({"event": "look", **terminal.look_as_json(record, taken)}, ensure_ascii=False))
            self._say(terminal.look_line(record, taken))
        for sentence in work.asked.waiting:
            if sentence not in self.told:
                click.echo(f"note: {terminal.printable(sentence)}", err=True)
        self.told.update(work.asked.waiting)

    def _nothing_left(self, work: Work) -> str:
        n = len(work.asked.trials)
        if self.rules.retry_failed and len(work.finished) < n:
            return f"{self.name}: no trial has failed; without --retry-failed the rest is trained"
        done = "its trial is" if n == 1 else f"all {n} trials are"
        looks = work.asked.looks
        if looks is not None and looks.has_ended:
            from actsearch.cli import terminal

            return f"{self.name}: {done} finished already; {terminal.end_of_looks(looks)} (--fresh would begin anew)"
        return f"{self.name}: {done} finished already; nothing is trained again (--fresh would)"

    def _train(self, work: Work, rounds: Iterator[Work], closing: contextlib.ExitStack) -> None:
        """Trains, and stops where it is asked to: by Ctrl-C, which goes on upwards, or by the end of the time.

        Args:
            work: the first round.
            rounds: those that follow.
            closing: closes in the end what must be.
        """
        from actsearch.cli.interruption import TimeIsUp

        finished = work.finished
        if finished:
            n = len(work.asked.trials)
            self._say(f"{len(finished)} of {n} trials are finished already; {len(work.left)} to train")
            self._mention_missing_models(work)
        try:
            self._train_rounds(work, rounds, closing)
        except TimeIsUp:
            self._explain("The time is up")
        except BrokenPipeError as error:  # as when a program that reads --json has crashed
            nobody_reads()
            self._explain("Stopped, as nobody reads the output any more")
            raise KeyboardInterrupt from error
        except KeyboardInterrupt:
            self._explain("Stopped")
            raise
        finally:
            self.interruption.stop_the_clock()

    def _train_rounds(self, work: Work, rounds: Iterator[Work], closing: contextlib.ExitStack) -> None:
        dataset = load_data(self.loaded, self.plan)
        for warning in self.plan.experiment.warnings:
            self._say(f"note: {warning}")
        most = self._jobs(dataset)
        jobs = min(most, len(work.left))
        engine = self._engine(dataset, most if self.plan.in_stages else jobs)
        closing.callback(engine.close)
        processes = " in a worker process" if jobs == 1 else f" in {jobs} processes"
        where = {"in-process": "", "ray": " on Ray"}.get(self.rules.engine, processes)
        self._say(f"{self.name}: training {number_of(len(work.left), 'trial')}{where}; TensorFlow is loading")
        said = [*_origins(work), *_diagnostics_lines(work, dataset)]
        for line in said:
            self._say(line)
        is_whole = self._show_events(work, engine, jobs)
        while is_whole and (following := next(rounds, None)) is not None:
            self._tell_decisions(following)
            if following.left:
                self._say(f"{self.name}: training {number_of(len(following.left), 'trial')} more")
                for line in [*_origins(following), *_diagnostics_lines(following, dataset)]:
                    if line not in said:
                        self._say(line)
                is_whole = self._show_events(following, engine, min(most, len(following.left)))

    def _show_events(self, work: Work, engine: Engine, jobs: int) -> bool:
        """Trains what is left of a round; false where a failure ended it early."""
        from actsearch.core.events import Failed
        from actsearch.study import runner

        events = runner.train_all(
            work.left,
            self.store,
            engine,
            retries=self.rules.retries,
            fail_fast=self.rules.fail_fast,
            keep_engine=self.plan.in_stages,
        )
        any_failed = False
        with self._display(work, jobs) as display, contextlib.closing(events):
            self.interruption.start_the_clock()
            for event, trial in events:
                self.interruption.check()
                display.show(event, trial)
                any_failed |= isinstance(event, Failed)
        self.interruption.stop_the_clock()
        self.interruption.check()
        return not (any_failed and self.rules.fail_fast)

    def _engine(self, dataset: Dataset, jobs: int) -> Any:
        from actsearch.study import runner
        from actsearch.training.checkpoint_pace import Spacing

        more = Spacing(self.rules.checkpoint_share, self.rules.keep_checkpoints), self.rules.save_models
        make_train = partial(runner.trainer, dataset, *more)
        if self.rules.engine == "processes":  # which do not get the data through a pipe
            spec, sha256 = self.plan.experiment.data, self.plan.data_sha256
            make_train = partial(runner.loading_trainer, spec, sha256, *more)
        return runner.engine(
            self.rules.engine,
            make_train,
            jobs=jobs,
            threads=self.plan.threads,
            data_bytes=dataset.nbytes,
            ray_address=self.rules.ray_address,
            ray_gpus=self.rules.ray_gpus,
        )

    def _jobs(self, dataset: Dataset) -> int:
        from actsearch.core import capacity

        if self.rules.engine == "in-process":
            return 1
        if self.rules.jobs is not None:
            return self.rules.jobs
        return 1024 if self.rules.engine == "ray" else capacity.default_jobs(self.plan.threads, dataset.nbytes)

    @property
    def _same_command(self) -> str:
        return "the same command without --fresh" if self.rules.fresh else "the same command"

    def _explain(self, what: str) -> None:
        asked, left = self._asked_and_left()
        click.echo(
            f"{what}. {asked - left} of {number_of(asked, 'trial')} finished and kept in {self.store.folder};"
            f" {self._same_command} goes on with the rest, from their last checkpoints where they have any.",
            err=True,
        )

    def _conclude(self, trained: bool) -> int:
        from actsearch.store.reader import read_experiment

        result = read_experiment(self.store.folder, ended=True)
        failed = [trial for candidate in result.candidates for trial in candidate.all_trials]
        failed = [trial for trial in failed if trial.status == "failed"]
        if not self.rules.as_json:
            self._show_summary(result)
        figures = [] if self.rules.no_plots else self._draw(result, trained)
        if self.rules.as_json:
            left = self._asked_and_left()[1] - len(failed)
            row: dict[str, Any] = {"event": "finished", "experiment": result.name, "folder": result.folder}
            row |= {"failed": len(failed), "left": left}
            click.echo(json.dumps(row | {"figures": [str(figure) for figure in figures]}, ensure_ascii=False))
        elif not self.rules.quiet:
            for figure in figures:
                click.echo(str(figure))
            there = shlex.quote(str(self.store.folder))
            if len(result.compared) > 1:
                click.echo(f"is it real? actsearch compare {there}")
            if figures and self.plan.experiment.diagnostics is not None:
                click.echo(f"why? actsearch explain {there}; actsearch plot {there} --kind all")
        for note in self.store.notes:
            click.echo(f"note: {note}", err=True)
        for trial in failed:
            where = self.store.folder / "trials" / trial.id / "traceback.txt"
            click.echo(f"Error: {trial.id} failed: {trial.error} (all of it in {where})", err=True)
        if failed:
            click.echo(f"Mended? {self._same_command} tries again what failed, --retry-failed that alone.", err=True)
        return 1 if failed or self.store.failed_again else 0

    def _asked_and_left(self) -> tuple[int, int]:
        """How many trials are asked for, and left to be trained, those among them that lack their diagnostics."""
        from actsearch.study.plans import ask_now
        from actsearch.study.rounds import trials_to_train

        trials = ask_now(self.plan, self.store).trials
        return len(trials), len(trials_to_train(trials, self.store.survey(trials, repair=False)))

    def _show_summary(self, result: Any) -> None:
        from actsearch.cli import terminal

        if self.rules.quiet:
            return
        console = new_console()
        console.print(terminal.summary(result))
        for note in terminal.summary_notes(result):
            console.print(note, style="dim", markup=False, emoji=False)

    def _draw(self, result: Any, trained: bool) -> list[Path]:
        """Draws what is new, and removes second figures that the experiment as it is now has no more."""
        from actsearch.store.layout import PLAN_FILE

        existing = sorted(self.store.folder.glob("accuracy*.png")) + sorted(self.store.folder.glob("loss*.png"))
        planned = (self.store.folder / PLAN_FILE).stat().st_mtime_ns
        if existing and not trained and min(figure.stat().st_mtime_ns for figure in existing) >= planned:
            return existing
        from actsearch.figures.learning import draw

        try:
            figures = draw(result, self.store.folder)
        except StoreError:
            raise
        except UserError as error:  # every trial failed or diverged at once: there is nothing to draw, and that is said
            self._say(f"no figures: {str(error).partition(';')[0]}")
            return []
        for figure in existing:
            if figure not in figures and "-without-" in figure.name:
                figure.unlink(missing_ok=True)
        return figures

    def _mention_missing_models(self, work: Work) -> None:
        if self.rules.save_models is None:
            return
        kept = self.store.saved_models(work.finished)
        missing = sum(which != self.rules.save_models for which in kept)
        if missing:
            self._say(
                f"{number_of(missing, 'finished trial')} kept no network of the {self.rules.save_models} epoch; --fresh"
                " trains anew and keeps it"
            )

    def _display(self, work: Work, jobs: int) -> Any:
        from actsearch.cli import live, terminal

        if self.rules.as_json:
            return terminal.JsonLines(click.echo)
        if self.rules.quiet:
            return terminal.NoDisplay()
        console = new_console()
        if live.suits(console):
            return live.LiveDisplay(console, self.name, work.left, len(work.finished) + work.tried, jobs)
        return terminal.PlainLines(click.echo)

    def _say(self, text: str) -> None:
        if not self.rules.quiet and not self.rules.as_json:
            click.echo(text)


def _diagnostics_lines(work: Work, dataset: Dataset) -> list[str]:
    """What will be looked at otherwise than one would expect."""
    from actsearch.cli import terminal

    lines = []
    if work.undiagnosed:
        lines.append(terminal.undiagnosed_line(len(work.undiagnosed)))
    if work.unseen:
        lines.append(
            f"{number_of(len(work.unseen), 'trial')} that had begun without these diagnostics: to begin anew (stop, and"
            " give the diagnostics as they were, to go on from the last checkpoint instead)"
        )
    asked = work.left[0].diagnostics
    if asked is not None:
        from actsearch.data import splitting

        examples = len(splitting.split(dataset, work.left[0].data).train)
        if asked.probe_size > examples:
            lines.append(f"diagnostics: there are only {examples} training examples to look at, not {asked.probe_size}")
    return lines


def _origins(work: Work) -> list[str]:
    """How many trials go on from a checkpoint, and whose it is."""
    own = sum(origin.trial_id == trial_id for trial_id, origin in work.origins.items())
    others = sum(origin.trial_id != trial_id for trial_id, origin in work.origins.items())
    anew = sum(trial.id not in work.origins for trial in work.left if trial.id in work.longer)
    lines = []
    if own:
        lines.append(f"{number_of(own, 'trial')} that had begun: to go on from the last checkpoint")
    if others:
        lines.append(f"{number_of(others, 'trial')}: to go on from the checkpoint of a shorter or longer one")
    if anew:
        lines.append(
            f"{number_of(anew, 'trial')} longer than before: to begin anew, no checkpoint of the shorter one is there"
            " (--keep-checkpoints keeps it)"
        )
    return lines


def refuse_combinations(rules: Rules) -> None:
    """Options that say nothing together, or that the engine would pass over."""
    if rules.fresh and rules.retry_failed:
        raise UserError("--fresh trains everything anew, --retry-failed only what failed; give one of them")
    if rules.engine != "ray" and (rules.ray_address or rules.ray_gpus):
        given = "--ray-address" if rules.ray_address else "--ray-gpus"
        raise UserError(f"{given} is for Ray alone; add --engine ray")
    if rules.engine == "in-process" and (rules.jobs or 1) > 1:
        raise UserError(f"--jobs {rules.jobs}: one process trains one trial at a time; leave out --engine in-process")


def refuse_clashes(loaded: Sequence[Loaded], rules: Rules) -> None:
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
    if len(threads) > 1 and rules.engine == "in-process":
        counts = " and ".join(map(str, threads))
        raise UserError(
            f"training.threads differs between the files ({counts}), and one process has one number; leave out"
            " --engine in-process, or give --threads N"
        )


def show_dry_run(loaded: Loaded, plan: Plan, rules: Rules) -> None:
    """Tells what the run would do."""
    from actsearch.cli import dry_run
    from actsearch.core import capacity
    from actsearch.store.writer import Store

    dataset = load_data(loaded, plan)
    jobs = 1 if rules.engine == "in-process" else rules.jobs or capacity.default_jobs(plan.threads, dataset.nbytes)
    refusal = would_stop_at(plan, rules)
    found = dry_run.dry_run(
        plan,
        Store(rules.out / plan.experiment.name),
        dataset,
        jobs,
        anew=rules.fresh,
        only_failed=rules.retry_failed,
        refusal=None if refusal is None else str(refusal),
    )
    if rules.as_json:
        click.echo(json.dumps(dry_run.as_json(found), ensure_ascii=False))
        return
    for line in dry_run.lines(found):
        click.echo(line)


def would_stop_at(plan: Plan, rules: Rules) -> StoreError | None:
    """What the run would stop at, if finished trials do not belong to the experiment any more."""
    from actsearch.store.writer import Store
    from actsearch.study.plans import ask_now

    if rules.fresh or rules.accept_changes:
        return None
    store = Store(rules.out / plan.experiment.name)
    asked = ask_now(plan, store)
    return store.refusal(plan.experiment, asked.trials, asked.may_follow)
