"""What to beware of in a comparison."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

# --- what is measured

RANKS_BY_TEST_SET_AS_VALIDATION = Sentence(
    "Validation is the test set here: choosing an activation or an epoch by this table is choosing on test data, and"
    " its value there is too good; the sound choice is validation: {{holdout: n}}."
)
RANKS_BY_TEST_SET = Sentence(
    "This ranks by the test set. Choose by the validation set, and report the test set's values once: what is chosen by"
    " this table is chosen on test data."
)
TRAINING_VALUES = Sentence(
    "Training values say how well the examples were learned, with dropout on, not how well new ones will be."
)
BEST_EPOCH_FLATTERS = Sentence(
    "The best epoch was chosen{on_test_data: on test data|} by validation {metric}, by what is compared, which flatters"
    " unevenly; by so much is it better than the last one: {amounts}."
)
"""`amounts`: a list of `FLATTERED_BY`."""
BEST_EPOCH_BY_ANOTHER_METRIC = Sentence(
    "The best epoch was chosen{on_test_data: on test data|} by validation {metric}; by so much is it better than the"
    " last one: {amounts}."
)
FLATTERED_BY = Sentence("{name} {amount:+.4f}")
NO_OTHER_EXAMPLES_AT_BEST_EPOCH = Sentence(
    "What other examples would change can't be told from those by which the best epoch was chosen."
)
OTHER_EXAMPLES_AT_LAST_EPOCH = Sentence(
    "What other examples would change is known at the last epoch alone, of which predictions are kept."
)

# --- which settings are compared

EDGE_OF_THE_GRID = Sentence(
    "{names}: the best {key} of the grid is its edge ({edge}); a {lowest:smaller|larger} one may be better still."
)
TUNING_SEEDS_COMPARED = Sentence(
    "These are the tuning seeds, by which settings are chosen: what was chosen as the best is flattered."
)
SETTING_FOR_ALL = Sentence(
    "One setting for all favours whichever it suits; with tuning_seeds in the file each is compared at its own."
)
BEST_OF_SETTINGS_FLATTERS = Sentence(
    "Whoever picks an activation's best of {settings} settings by these means flatters it, by about {errors:.1f}"
    " standard errors of such a mean if all are equal."
)
WITHOUT_A_SETTING = Sentence("Not compared, as no setting is chosen for it yet: {names}.")

# --- how many seeds there are, and how they vary

ONE_SEED_COMPARED = Sentence("One seed: any difference may be chance, and there is no verdict.")
TWO_SEEDS_COMPARED = Sentence("Two seeds: intervals, but no verdict.")
FEW_SEEDS_COMPARED = Sentence(
    "{seeds} seeds: verdicts to be taken with care; {advised} are a good number for {candidates} candidates."
)
FEW_SEEDS_OF_CANDIDATE = Sentence("{name}: what is said of it goes by {seeds} seeds, and is to be taken with care.")
MANY_PAIRS = Sentence(
    "{candidates} candidates make {pairs} pairs, which costs certainty: name a baseline beforehand (--baseline), or"
    " screen on other seeds first."
)
TOO_NOISY_TO_TELL = Sentence(
    "{name} is in the leading group because its seeds differ too much to tell (standard deviation {sd:.2g}; of the"
    " others {usual:.2g}), not because it is known to be as good."
)
MISSING_SEEDS = Sentence("{name}: {missing} of {seeds:# seed|# seeds}.")
MISSING_SEEDS_DIVERGED = Sentence(
    "{name}: {missing} of {seeds:# seed|# seeds} (it diverges in {low:.0%} to {high:.0%} of seeds)."
)
SIGN_FLIP_DISAGREES = Sentence(
    "By the exact sign-flip test, at {level:.2g}, the interval's answer is not confirmed of {pairs}: be careful with"
    " it."
)
"""`pairs`: a list of `PAIR_WITH_P`."""
PAIR_WITH_P = Sentence("{first} and {second} (p = {p:.2g})")

# --- when seeds were added

NO_LOOK_YET = Sentence(
    "No look was taken yet: the first of this sequential study is at {seeds} seeds, and what is said before it decides"
    " nothing."
)
NOT_THE_QUESTION_OF_LOOKS = Sentence(
    "This study added seeds by looks, until it was decided: only the question that they were to answer ({metric} at the"
    " last epoch, --margin {margin:g}, --confidence {confidence:g}) has its error rates; these intervals are those of a"
    " study of a fixed size, and too narrow for one that was stopped by what it saw."
)
SEEDS_WERE_ADDED = Sentence(
    "Seeds were added to this study after {before} of them were finished. Unless their number was fixed without a look"
    " at the results, equal candidates are called different more often than the confidence says: after one such step in"
    " about 10 of 100 studies."
)
SEEDS_WAIT_FOR_A_LOOK = Sentence(
    "The study goes on: {seeds:# seed|# seeds} wait for the look at {look}, and are left out until then."
)
SEEDS_BEYOND_THE_LOOKS = Sentence(
    "{seeds:# seed|# seeds} beyond the last look: left out here. Adding seeds until the answer pleases calls equal"
    " candidates different in up to 19 of 100 studies."
)
