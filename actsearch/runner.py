"""Runs an experiment: expands it, drops what is finished, hands the rest to an engine, and stores what comes back.

Prints nothing; the caller shows the events. TensorFlow is imported only once there is something to train.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from actsearch import data
from actsearch.data import Dataset
from actsearch.events import Engine, Event
from actsearch.experiment import Experiment, Trial, expand
from actsearch.store import Store

SaveModel = Literal["best", "last"]
Train = Callable[[Trial], Iterator[Event]]


@dataclass(frozen=True)
class Plan:
    """An experiment with its trials; the data's path is absolute."""

    experiment: Experiment
    trials: tuple[Trial, ...]

    def left(self, finished: set[str]) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.id not in finished)


def plan(experiment: Experiment, folder: Path) -> Plan:
    """The trials of an experiment whose relative paths are relative to `folder`. Loads no data, only their hash.

    Raises:
        DataError: the data cannot be had.
    """
    located = replace(experiment, data=data.locate(experiment.data, folder))
    return Plan(located, expand(located, data.fingerprint(located.data)))


def load_data(plan: Plan) -> Dataset:
    """The plan's data, checked against its experiment: splits possible, networks fit.

    Raises:
        DataError: the data are missing or damaged.
        UnsuitableSetting: a setting does not fit them.
    """
    dataset = data.load(plan.experiment.data)
    data.split(dataset, plan.experiment.data)
    data.check_networks(dataset, plan.experiment.candidates)
    return dataset


def run(
    trials: Sequence[Trial], store: Store, make_engine: Callable[[Train], Engine], train: Train
) -> Generator[tuple[Event, Trial], None, None]:
    """Trains the trials, stores each event, and yields it with its trial.

    The caller holds the store's lock. Whatever ends the loop, an exception or the caller, closes the engine.
    """
    by_id = {trial.id: trial for trial in trials}
    engine = make_engine(train)
    try:
        for trial in trials:
            engine.submit(trial)
        for event in engine.events():
            trial = by_id[event.trial_id]
            store.record(event, trial)
            yield event, trial
    finally:
        engine.close()


def trainer(dataset: Dataset, save_model: SaveModel | None = None) -> Train:
    """What trains a trial on these data in this process. Imports TensorFlow."""
    from actsearch.native_output import held_back

    with held_back():
        from actsearch import training

    def train(trial: Trial) -> Iterator[Event]:
        return training.train(trial, dataset, save_model=save_model)

    return train
