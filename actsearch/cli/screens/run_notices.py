"""What a run says before it trains: what is there already, where trials begin, and what is trained anew."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.cli.screens.decisions import end_of_looks
from actsearch.core.words import number_of
from actsearch.data import splitting
from actsearch.data.dataset import Dataset
from actsearch.study.rounds import Work
from actsearch.study.runner import EngineName


def what_stays_as_it_is(work: Work) -> Iterator[str]:
    """Finished trials that are not what one might expect of them, and are not trained again."""
    if work.otherwise:
        yield (
            f"{number_of(work.otherwise, 'finished trial')} keep diagnostics of other settings than those asked"
            " for (every, probe_size); --fresh trains and looks anew"
        )
    if work.differing:
        yield (
            f"{number_of(work.differing, 'finished trial')} without diagnostics: trained again once, their"
            " histories came out otherwise; they are tried again once their .differs- folders are removed"
        )
    if work.held:
        yield (
            f"{number_of(work.held, 'finished trial')} left out until settings are chosen anew, which may ask for"
            " them again; they stay on disk"
        )


def nothing_left(work: Work, retry_failed: bool) -> str:
    """Why nothing is trained."""
    n = len(work.stage.trials)
    if retry_failed and len(work.finished) < n:
        return "no trial has failed; without --retry-failed the rest is trained"
    done = "its trial is" if n == 1 else f"all {n} trials are"
    looks = work.stage.looks
    if looks is not None and looks.has_ended:
        return f"{done} finished already; {end_of_looks(looks)} (--fresh would begin anew)"
    return f"{done} finished already; nothing is trained again (--fresh would)"


def where(engine: EngineName, jobs: int) -> str:
    """In which processes is trained, to end a sentence."""
    if engine == "in-process":
        return ""
    if engine == "ray":
        return " on Ray"
    return " in a worker process" if jobs == 1 else f" in {jobs} processes"


def before_training(work: Work, dataset: Dataset) -> list[str]:
    """Where trials begin, and what will be looked at otherwise than one would expect."""
    return [*_origin_notices(work), *_diagnostics_notices(work, dataset)]


def undiagnosed_line(n: int) -> str:
    """What becomes of so many finished trials that lack the diagnostics asked for."""
    return (
        f"{number_of(n, 'finished trial')} without diagnostics: to be trained again beside what is there, which stays"
        " (--set diagnostics=false leaves them as they are)"
    )


def _origin_notices(work: Work) -> Iterator[str]:
    """How many trials go on from a checkpoint, and whose it is."""
    own = sum(origin.trial_id == trial_id for trial_id, origin in work.origins.items())
    others = len(work.origins) - own
    anew = sum(trial.id not in work.origins for trial in work.left if trial.id in work.longer)
    if own:
        yield f"{number_of(own, 'trial')} that had begun: to go on from the last checkpoint"
    if others:
        yield f"{number_of(others, 'trial')}: to go on from the checkpoint of a shorter or longer one"
    if anew:
        yield (
            f"{number_of(anew, 'trial')} longer than before: to begin anew, no checkpoint of the shorter one is there"
            " (--keep-checkpoints keeps it)"
        )


def _diagnostics_notices(work: Work, dataset: Dataset) -> Iterator[str]:
    if work.undiagnosed:
        yield undiagnosed_line(len(work.undiagnosed))
    if work.unseen:
        yield (
            f"{number_of(len(work.unseen), 'trial')} that had begun without these diagnostics: to begin anew (stop, and"
            " give the diagnostics as they were, to go on from the last checkpoint instead)"
        )
    asked = work.left[0].diagnostics
    if asked is not None:
        examples = len(splitting.split(dataset, work.left[0].data).train)
        if asked.probe_size > examples:
            yield f"diagnostics: there are only {examples} training examples to look at, not {asked.probe_size}"
