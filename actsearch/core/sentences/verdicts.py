"""A pair's verdict in brief, why there is none, what would tell, and whether a requirement holds."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

# --- in a table

UNDECIDED = Sentence("undecided")
UNDECIDED_WITH_FORECAST = Sentence("undecided: {seeds} seeds? ({low} to {high})")
VERDICT_OF_FEW_SEEDS = Sentence("{verdict} ({seeds:# seed|# seeds})")
TIED_NOT_EQUAL = Sentence("tied (but not equal)")
TIED_NOT_EQUAL_OF_FEW_SEEDS = Sentence("tied (but not equal) ({seeds:# seed|# seeds})")
NO_VERDICT = Sentence("no verdict")
NO_VERDICT_AND_WHY = Sentence("no verdict: {why}")

# --- why there is none, or what to beware of

CARE_WITH_FEW_SEEDS = Sentence("{seeds} seeds: to be taken with care")
DIVERGED_MORE_OFTEN = Sentence("{name} diverged more often ({diverged} of {ended} seeds)")
HAS_NO_VALUE = Sentence("{name} has no value: {missing}")
NO_VALUE_AT_COMMON_SEEDS = Sentence("{name} has no value: no seed in common")
NO_VERDICT_OF_SEEDS = Sentence("{seeds:no seed in common|# seed: no verdict|# seeds: no verdict}")

# --- what would tell

SEEDS_FORECAST = Sentence("about {seeds} seeds in all ({low} to {high})")
AFTER_THE_LAST_LOOK = Sentence("after the last look")
NO_FORECAST = Sentence("how many seeds would tell can't be said")
COST_OF_LOOKING_AGAIN = Sentence(
    "Adding the seeds that an undecided pair needs and looking again calls equal candidates different in about 10 of"
    " 100 studies, and if that is repeated in 20: train so many fresh ones (other seeds), or use run --until-decided,"
    " which pays for its looks."
)

# --- with what the intervals hold together, to end a sentence

ONE_PAIR = Sentence("are of the one pair there is")
ALL_PAIRS = Sentence("hold for all {pairs} pairs{one_table:| of all tables} together")
ALL_LOOKS = Sentence("hold for {pairs:the one pair|all # pairs} at {looks:its one look|all # looks} together")

# --- what the verdicts mean

BETTER_OR_WORSE = Sentence("Better or worse: it leaves out 0, by however little.")
TIED_BETTER_OR_WORSE = Sentence(
    "Tied: the whole interval is within {margin}; better or worse: it leaves out 0, by however little."
)

# --- requirements

REQUIREMENT = Sentence("{state}: {requirement} (to spare: {spare}; {seeds:# seed|# seeds})")
REQUIREMENT_WITHOUT_INTERVAL = Sentence("{state}: {requirement} ({seeds:# seed|# seeds} in common)")
