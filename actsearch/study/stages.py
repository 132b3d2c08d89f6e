"""What is trained next: which trials an experiment asks for now, from what came out so far.

Pure: knows neither files nor Keras nor the terminal. What is asked for depends on results alone that never change once
they are there, so that a run that was killed asks for the same trials when it goes on, in whatever order they end.
"""

from __future__ import annotations

from actsearch.core.experiment import Experiment
from actsearch.core.identity import expand
from actsearch.core.looks_record import LooksRecord
from actsearch.study.asked_trials import Asked, ResultOf
from actsearch.study.look_by_look import ask_with_looks
from actsearch.study.tuned_settings import TunedSettings, by_label, tuned_settings
from actsearch.study.until_decided import UntilDecided


def ask(
    experiment: Experiment,
    data_sha256: str,
    result_of: ResultOf,
    *,
    until: UntilDecided | None = None,
    record: LooksRecord | None = None,
    examples: int | None = None,
) -> Asked:
    """What an experiment asks for.

    Without tuning seeds: every candidate with every seed. With them, every candidate with every tuning seed first;
    each activation whose trials of those are finished is then asked for with the seeds, at the setting chosen.

    Until it is decided: the seeds up to the next look, of those contenders that are still in; beyond them, what is
    finished already. Without `until`, a record of looks keeps the trials that were looked at among what is asked for.

    Args:
        experiment: whose.
        data_sha256: of its data.
        result_of: how a trial stands.
        until: that it is run until it is decided, and how.
        record: the looks that were taken before.
        examples: of the validation set, for a record that begins.

    Raises:
        UserError: the looks were fixed otherwise, or taken of another experiment.
    """
    settings = tuned_settings(experiment, data_sha256, result_of)
    if until is None and record is None:
        return _ask_all_seeds(experiment, data_sha256, settings)
    return ask_with_looks(experiment, data_sha256, result_of, settings, until=until, record=record, examples=examples)


def _ask_all_seeds(experiment: Experiment, data_sha256: str, settings: TunedSettings) -> Asked:
    """Every candidate that is compared with every seed of the file."""
    return Asked(
        trials=(*settings.trials, *expand(experiment, data_sha256, candidates=settings.compared)),
        chosen=settings.chosen,
        waiting=settings.waiting,
        may_follow=expand(experiment, data_sha256, candidates=settings.open),
        to_follow=len(by_label(settings.open)) * len(experiment.seeds),
    )
