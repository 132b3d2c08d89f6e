"""What a study decided on its way, as lines: the settings chosen, and the looks taken."""

from __future__ import annotations

from actsearch.cli.screens.numbers import table_number
from actsearch.cli.screens.text import printable_text
from actsearch.core.looks_record import Left, LooksRecord, LookTaken
from actsearch.core.results import Choice
from actsearch.core.sentences import runs
from actsearch.core.tasks import Task
from actsearch.core.words import candidate_name


def choice_line(choice: Choice, task: Task) -> str:
    """`relu: chosen learning_rate=0.1, of mean val_accuracy 0.9712 over 3 tuning seeds`."""
    setting = candidate_name("", choice.setting).strip() or runs.ONLY_SETTING()
    label, seeds = choice.label, len(choice.seeds)
    if choice.mean is None:
        return printable_text(runs.SETTING_CHOSEN_OF_NONE(label=label, setting=setting, seeds=seeds))
    metric, value = task.validated_by, table_number(choice.mean)
    return printable_text(runs.SETTING_CHOSEN(label=label, setting=setting, metric=metric, value=value, seeds=seeds))


def look_line(record: LooksRecord, taken: LookTaken) -> str:
    """`look 1 of 4 (5 seeds): sigmoid leaves (worse than relu); 5 go on`."""
    place = record.looks.index(taken.seeds) + 1
    outcome = [_departure(left) for left in taken.left]
    n = len(taken.stays)
    if not n:
        outcome.append(runs.NOTHING_LEFT_TO_DECIDE())
    elif place < len(record.looks):
        outcome.append(runs.CONTENDERS_GO_ON(contenders=n))
    else:
        outcome.append(runs.LAST_LOOK(pairs=", ".join(_undecided(taken))))
    looks = len(record.looks)
    return printable_text(runs.LOOK_TAKEN(place=place, looks=looks, seeds=taken.seeds, outcome="; ".join(outcome)))


def _departure(left: Left) -> str:
    """Why a contender left at a look."""
    if left.why == "worse":
        return runs.LEAVES_AS_WORSE(label=left.label, than=left.than)
    return {"settled": runs.LEAVES_AS_SETTLED, "none completed": runs.LEAVES_WITHOUT_TRIALS}[left.why](label=left.label)


def end_of_looks(record: LooksRecord) -> str:
    """`the looks ended at 20 seeds, undecided: relu and elu`."""
    last = record.taken[-1]
    undecided = ", ".join(_undecided(last))
    if undecided:
        return printable_text(runs.LOOKS_UNDECIDED(seeds=last.seeds, pairs=undecided))
    return runs.LOOKS_DECIDED(seeds=last.seeds)


def _undecided(taken: LookTaken) -> list[str]:
    undecided = [pair for pair in taken.pairs if pair.decision == "undecided"]
    return [runs.PAIR_OF_CONTENDERS(first=pair.a, second=pair.b) for pair in undecided]
