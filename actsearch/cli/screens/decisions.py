"""What a study decided on its way, as lines: the settings chosen, and the looks taken."""

from __future__ import annotations

from actsearch.cli.screens.numbers import table_number
from actsearch.cli.screens.text import printable_text
from actsearch.core.looks_record import LooksRecord, LookTaken
from actsearch.core.results import Choice
from actsearch.core.tasks import Task
from actsearch.core.words import candidate_name


def choice_line(choice: Choice, task: Task) -> str:
    """`relu: chosen learning_rate=0.1, of mean val_accuracy 0.9712 over 3 tuning seeds`."""
    setting = candidate_name("", choice.setting).strip() or "the only setting"
    of = (
        "none of its tuning trials completed"
        if choice.mean is None
        else f"mean {task.validated_by} {table_number(choice.mean)}"
    )
    return printable_text(f"{choice.label}: chosen {setting} ({of}, {len(choice.seeds)} tuning seeds)")


WHY_IT_LEFT = {
    "worse": "worse than {than}",
    "settled": "all its pairs are settled",
    "none completed": "none of its trials completed",
}
"""Why a contender left at a look."""


def look_line(record: LooksRecord, taken: LookTaken) -> str:
    """`look 1 of 4 (5 seeds): sigmoid leaves (worse than relu); 5 go on`."""
    place = record.looks.index(taken.seeds) + 1
    outcome = [f"{left.label} leaves ({WHY_IT_LEFT[left.why].format(than=left.than)})" for left in taken.left]
    n = len(taken.stays)
    if not n:
        outcome.append("nothing is left to decide")
    elif place < len(record.looks):
        outcome.append(f"{n} go{'es' if n == 1 else ''} on")
    else:
        outcome.append(f"the last look; undecided: {', '.join(_undecided(taken))}")
    return printable_text(f"look {place} of {len(record.looks)} ({taken.seeds} seeds): {'; '.join(outcome)}")


def end_of_looks(record: LooksRecord) -> str:
    """`the looks ended at 20 seeds, undecided: relu and elu`."""
    last = record.taken[-1]
    undecided = ", ".join(_undecided(last))
    return printable_text(
        f"the looks ended at {last.seeds} seeds, {f'undecided: {undecided}' if undecided else 'decided'}"
    )


def _undecided(taken: LookTaken) -> list[str]:
    return [f"{pair.a} and {pair.b}" for pair in taken.pairs if pair.decision == "undecided"]
