"""An experiment's run: trains it round by round, tells what is decided, and stops where it is asked to. Prints."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import click

from actsearch.cli.console import nobody_reads
from actsearch.cli.experiment_files import data_of
from actsearch.cli.interruption import Interruption, TimeIsUp
from actsearch.cli.json_rows.conversion import json_line, json_value
from actsearch.cli.json_rows.decisions import look_row
from actsearch.cli.run.display import display_of
from actsearch.cli.run.ending import asked_and_left, conclude
from actsearch.cli.run.options import RunOptions
from actsearch.cli.screens import run_notices
from actsearch.cli.screens.decisions import choice_line, look_line
from actsearch.cli.screens.text import printable_text
from actsearch.config.loading import Loaded
from actsearch.core.events import Engine, Failed
from actsearch.core.sentences import runs
from actsearch.core.sentences.sentence import Sentence
from actsearch.data.dataset import Dataset
from actsearch.store.writer import Store
from actsearch.study import runner
from actsearch.study.plans import Plan
from actsearch.study.rounds import Work, rounds_of_work


class ExperimentRun:
    """One experiment's run, as the user sees it."""

    def __init__(self, loaded: Loaded, plan: Plan, interruption: Interruption, options: RunOptions) -> None:
        self.loaded, self.plan, self.interruption, self.options = loaded, plan, interruption, options
        self.name = plan.experiment.name
        self.store = Store(options.folder_of(plan), options.keep_checkpoints)
        self.said_of_waiting: set[str] = set()
        """What was said of what waits, which is said once."""

    def go(self) -> int:
        """Trains what is left, shows the summary, draws; returns the exit code."""
        if self.options.fresh and self.store.folder.exists():
            with self.store.locked():  # not under the feet of a driver that is at work
                pass
            self.options.say(runs.FOLDER_KEPT_AS(folder=self.store.folder, new=self.store.set_aside()))
        rounds = rounds_of_work(
            self.plan,
            self.store,
            accept_changes=self.options.accept_changes,
            only_failed=self.options.retry_failed,
        )
        with self.store.locked(), contextlib.ExitStack() as closing:
            work = next(rounds)
            self._tell_what_is_there(work)
            if work.left:
                self._train(work, rounds, closing)
            else:
                self.options.say(f"{self.name}: {run_notices.nothing_left(work, self.options.retry_failed)}")
                self._tell_of_missing_models(work)
            return conclude(self.plan, self.store, self.options, trained=bool(work.left))

    def _tell_what_is_there(self, work: Work) -> None:
        """What a first round found."""
        for problem in work.problems:
            click.echo(f"note: {problem}", err=True)
        for line in run_notices.what_stays_as_it_is(work):
            self.options.say(line)
        self._tell_decisions(work)

    def _tell_decisions(self, work: Work) -> None:
        """What the trials that ended before this round decided."""
        for choice in work.chosen:
            self._tell(choice_line(choice, self.plan.experiment.task), {"event": "chosen", **json_value(choice)})
        record = work.stage.looks
        if record is not None:
            for taken in work.looks:
                self._tell(look_line(record, taken), {"event": "look", **look_row(record, taken)})
        for sentence in work.stage.waiting:
            if sentence not in self.said_of_waiting:
                click.echo(f"note: {printable_text(sentence)}", err=True)
        self.said_of_waiting.update(work.stage.waiting)

    def _tell(self, line: str, row: Mapping[str, Any]) -> None:
        """Prints the line for people, or the row for other programs."""
        if self.options.as_json:
            click.echo(json_line(row))
        self.options.say(line)

    def _tell_of_missing_models(self, work: Work) -> None:
        if self.options.save_models is None:
            return
        kept = self.store.saved_models(work.finished)
        missing = sum(which != self.options.save_models for which in kept)
        if missing:
            self.options.say(runs.MODELS_NOT_KEPT(trials=missing, which=self.options.save_models))

    def _train(self, work: Work, rounds: Iterator[Work], closing: contextlib.ExitStack) -> None:
        """Trains, and stops where it is asked to: by Ctrl-C, which goes on upwards, or by the end of the time.

        Args:
            work: the first round.
            rounds: those that follow.
            closing: closes in the end what must be.
        """
        finished = work.finished
        if finished:
            n = len(work.stage.trials)
            self.options.say(runs.TRIALS_FINISHED_ALREADY(finished=len(finished), trials=n, left=len(work.left)))
            self._tell_of_missing_models(work)
        try:
            self._train_rounds(work, rounds, closing)
        except TimeIsUp:
            self._tell_how_to_go_on(runs.TIME_IS_UP)
        except BrokenPipeError as error:  # as when a program that reads --json has crashed
            nobody_reads()
            self._tell_how_to_go_on(runs.NOBODY_READS)
            raise KeyboardInterrupt from error
        except KeyboardInterrupt:
            self._tell_how_to_go_on(runs.STOPPED)
            raise
        finally:
            self.interruption.stop_the_clock()

    def _train_rounds(self, work: Work, rounds: Iterator[Work], closing: contextlib.ExitStack) -> None:
        dataset = data_of(self.loaded, self.plan)
        for warning in self.plan.experiment.warnings:
            self.options.say(f"note: {warning}")
        most = self.options.most_workers(self.plan, dataset.nbytes)
        jobs = min(most, len(work.left))
        engine = self._engine(dataset, jobs if work.stage.is_last else most)
        closing.callback(engine.close)
        self.options.say(run_notices.begins_to_train(self.name, len(work.left), self.options.engine, jobs))
        said = run_notices.before_training(work, dataset)
        for line in said:
            self.options.say(line)
        is_whole = self._train_a_round(work, engine, jobs)
        while is_whole and (following := next(rounds, None)) is not None:
            self._tell_decisions(following)
            if following.left:
                self.options.say(runs.TRAINS_MORE(experiment=self.name, trials=len(following.left)))
                for line in run_notices.before_training(following, dataset):
                    if line not in said:
                        self.options.say(line)
                is_whole = self._train_a_round(following, engine, min(most, len(following.left)))

    def _train_a_round(self, work: Work, engine: Engine, jobs: int) -> bool:
        """Trains what is left of a round; false where a failure ended it early."""
        events = runner.train_all(
            work.left,
            self.store,
            engine,
            retries=self.options.retries,
            fail_fast=self.options.fail_fast,
            keep_engine=not work.stage.is_last,
        )
        any_failed = False
        with display_of(self.name, work, jobs, self.options) as display, contextlib.closing(events):
            self.interruption.start_the_clock()
            for event, trial in events:
                self.interruption.check()
                display.show(event, trial)
                any_failed |= isinstance(event, Failed)
        self.interruption.stop_the_clock()
        self.interruption.check()
        return not (any_failed and self.options.fail_fast)

    def _engine(self, dataset: Dataset, jobs: int) -> Any:
        from actsearch.training.checkpoint_pace import Spacing

        spacing = Spacing(self.options.checkpoint_share, self.options.keep_checkpoints)
        return runner.engine(
            self.options.engine,
            runner.make_train_of(self.options.engine, self.plan, dataset, spacing, self.options.save_models),
            jobs=jobs,
            threads=self.plan.threads,
            data_bytes=dataset.nbytes,
            ray_address=self.options.ray_address,
            ray_gpus=self.options.ray_gpus,
        )

    def _tell_how_to_go_on(self, what_happened: Sentence) -> None:
        asked, left = asked_and_left(self.plan, self.store)
        click.echo(
            what_happened(
                finished=asked - left,
                trials=asked,
                folder=self.store.folder,
                command=self.options.same_command,
            ),
            err=True,
        )
