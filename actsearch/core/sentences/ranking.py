"""Who leads a comparison, how the leading group stands inside, who is worse; or all against a baseline."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

# --- the leader

NO_LEADER = Sentence(
    "No verdict: {seeds:no seed in common|one seed|# seeds in common} cannot tell chance from difference. {leader} has"
    " the {higher_is_better:highest|lowest} {metric} ({mean}, {completed:one seed|the mean of # seeds})."
)

LEADER = Sentence(
    "{leader} has the {higher_is_better:highest|lowest} {metric} ({mean}, {completed:one seed|the mean of # seeds})."
)
LEADER_BETTER_THAN_THE_OTHERS = Sentence(
    "{leader} has the {higher_is_better:highest|lowest} {metric} ({mean}, {completed:one seed|the mean of # seeds}) and"
    " is better than {all_judged:every other candidate|every other that could be judged}."
)
LEADER_OUT_OF_REACH = Sentence(
    "{leader} has the {higher_is_better:highest|lowest} {metric} ({mean}, {completed:one seed|the mean of # seeds}),"
    " and none that could be judged reaches its group."
)

# Where another candidate's mean, over other seeds, surpasses that of the leader.
SURPASSED_LEADER = Sentence("{leader} leads in {metric} ({mean}, {completed:one seed|the mean of # seeds}).")
SURPASSED_LEADER_BETTER_THAN_THE_OTHERS = Sentence(
    "{leader} leads in {metric} ({mean}, {completed:one seed|the mean of # seeds}) and is better than"
    " {all_judged:every other candidate|every other that could be judged}."
)
SURPASSED_LEADER_OUT_OF_REACH = Sentence(
    "{leader} leads in {metric} ({mean}, {completed:one seed|the mean of # seeds}), and none that could be judged"
    " reaches its group."
)

# --- the leading group

NONE_SEPARATED = Sentence(
    "No two of the {candidates} candidates are separated with {seeds}: none is shown to be worse than any other in"
    " {metric}."
)
NONE_WORSE = Sentence("None of the {candidates} candidates is shown to be worse than any other in {metric}.")
LEADING_GROUP = Sentence(
    "The leading group in {metric} is {group}: none of them is shown to be worse than any other candidate."
)
BEST_MEAN = Sentence(
    "{name} has the {higher_is_better:highest|lowest} mean ({mean},"
    " {completed:one seed|the mean of # seeds}{diverged:|; # seed diverged|; # seeds diverged})."
)

PAIR_TIED = Sentence("They are tied within a margin of {margin}{equal:|, though not equal}.")
GROUP_TIED = Sentence("Every two of them are tied within a margin of {margin}.")
GROUP_TIED_NOT_EQUAL = Sentence(
    "Every two of them are tied within a margin of {margin}, though in {unequal} of {pairs} pairs not equal."
)
LEADER_TIED = Sentence("{leader} is tied with {others}.")
LEADER_UNDECIDED = Sentence("{leader} is undecided against {others}.")
LEADER_WITHOUT_VERDICT = Sentence("{leader} is without a verdict against {others}.")

# --- beyond the group

WORSE_THAN_LEADER = Sentence("Worse than {leader}: {others}.")
NOT_SEPARATED_FROM_LEADER = Sentence(
    "{names} {count:is|are} not separated from {leader} itself, but worse than another candidate."
)
NOT_JUDGED = Sentence("{names} {count:is|are} not judged: too few seeds in common with the others.")
WITHOUT_A_VALUE = Sentence("Without a value, and so not judged: {names}.")

# --- against a baseline

AGAINST_BASELINE = Sentence("Against {baseline} ({metric} {mean}, {completed:one seed|the mean of # seeds}):")
BETTER_THAN_BASELINE = Sentence("better: {others}.")
WORSE_THAN_BASELINE = Sentence("worse: {others}.")
TIED_WITH_BASELINE = Sentence("tied: {others}.")
UNDECIDED_AGAINST_BASELINE = Sentence("undecided: {others}.")
NO_VERDICT_AGAINST_BASELINE = Sentence("no verdict: {others}.")

BASELINE_HEADLINE = Sentence("Against {baseline}, {groups}.")
"""`groups`: a list of `BASELINE_GROUP` and `BASELINE_GROUP_WITHOUT_VERDICT`."""
BASELINE_GROUP = Sentence("{verdict} {count:is|are} {names}")
BASELINE_GROUP_WITHOUT_VERDICT = Sentence("without a verdict {count:is|are} {names}")

# --- entries of lists

MORE_ENTRIES = Sentence("{count} more")
SEEDS_IN_COMMON = Sentence("{seeds:# seed|# seeds}")
SEEDS_IN_COMMON_DIFFER = Sentence("{least} to {most:# seed|# seeds}")
DIFFERENCE = Sentence("{name} ({difference})")
DIFFERENCE_NOTED = Sentence("{name} ({difference}; {note})")
DIFFERENCE_UNDECIDED = Sentence("{name} ({difference}; about {seeds} seeds in all ({low} to {high}) would tell)")
DIFFERENCE_NOT_FORESEEN = Sentence("{name} ({difference}; how many seeds would tell can't be said)")
NAME_AND_WHY = Sentence("{name} ({why})")
NO_TRIALS = Sentence("no trials")
