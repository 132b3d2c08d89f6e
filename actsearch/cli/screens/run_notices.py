"""What a run says before it trains: what is there already, where trials begin, and what is trained anew."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.cli.screens.decisions import end_of_looks
from actsearch.core.sentences import runs
from actsearch.data import splitting
from actsearch.data.dataset import Dataset
from actsearch.study.rounds import Work
from actsearch.study.runner import EngineName


def what_stays_as_it_is(work: Work) -> Iterator[str]:
    """Finished trials that are not what one might expect of them, and are not trained again."""
    if work.otherwise:
        yield runs.OTHER_DIAGNOSTICS_KEPT(trials=work.otherwise)
    if work.differing:
        yield runs.CAME_OUT_OTHERWISE(trials=work.differing)
    if work.held:
        yield runs.LEFT_OUT_FOR_NOW(trials=work.held)


def nothing_left(work: Work, retry_failed: bool) -> str:
    """Why nothing is trained."""
    n = len(work.stage.trials)
    if retry_failed and len(work.finished) < n:
        return runs.NONE_FAILED()
    looks = work.stage.looks
    if looks is not None and looks.has_ended:
        return runs.ALL_FINISHED_BY_LOOKS(trials=n, looks=end_of_looks(looks))
    return runs.ALL_FINISHED(trials=n)


def begins_to_train(experiment: str, trials: int, engine: EngineName, jobs: int) -> str:
    """How many trials, and in which processes."""
    if engine == "in-process":
        return runs.TRAINS_HERE(experiment=experiment, trials=trials)
    if engine == "ray":
        return runs.TRAINS_ON_RAY(experiment=experiment, trials=trials)
    return runs.TRAINS_IN_PROCESSES(experiment=experiment, trials=trials, jobs=jobs)


def before_training(work: Work, dataset: Dataset) -> list[str]:
    """Where trials begin, and what will be looked at otherwise than one would expect."""
    return [*_origin_notices(work), *_diagnostics_notices(work, dataset)]


def undiagnosed_line(n: int) -> str:
    """What becomes of so many finished trials that lack the diagnostics asked for."""
    return runs.TRAINED_AGAIN_FOR_DIAGNOSTICS(trials=n)


def _origin_notices(work: Work) -> Iterator[str]:
    """How many trials go on from a checkpoint, and whose it is."""
    own = sum(origin.trial_id == trial_id for trial_id, origin in work.origins.items())
    others = len(work.origins) - own
    anew = sum(trial.id not in work.origins for trial in work.left if trial.id in work.longer)
    if own:
        yield runs.GOES_ON_FROM_CHECKPOINT(trials=own)
    if others:
        yield runs.GOES_ON_FROM_ANOTHER(trials=others)
    if anew:
        yield runs.BEGINS_ANEW_AS_LONGER(trials=anew)


def _diagnostics_notices(work: Work, dataset: Dataset) -> Iterator[str]:
    if work.undiagnosed:
        yield undiagnosed_line(len(work.undiagnosed))
    if work.unseen:
        yield runs.BEGINS_ANEW_FOR_DIAGNOSTICS(trials=len(work.unseen))
    asked = work.left[0].diagnostics
    if asked is not None:
        examples = len(splitting.split(dataset, work.left[0].data).train)
        if asked.probe_size > examples:
            yield runs.FEWER_EXAMPLES_THAN_PROBED(examples=examples, asked=asked.probe_size)
