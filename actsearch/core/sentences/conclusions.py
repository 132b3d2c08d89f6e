"""What surrounds the ranking of a comparison: the settings, the method, new data, the test set, and the scope."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

# --- the method

OWN_SETTINGS = Sentence(
    "Each is compared at its own setting ({settings}), which had the best mean validation {metric} on the tuning seeds"
    " {seeds}; these seeds are not among those compared."
)
"""`settings`: a list of `SETTING_OF`, closed by `SETTING_OF_THE_OTHERS` or `SETTING_OF_ALL`."""
SETTING_OF = Sentence("{setting} for {names}")
SETTING_OF_THE_OTHERS = Sentence("{setting} for the others")
SETTING_OF_ALL = Sentence("{setting} for all")

METHOD_OF_ONE_PAIR = Sentence(
    "Differences are paired by seed; their {confidence} t intervals are of the one pair there is ({candidates}"
    " candidates, {seeds})."
)
METHOD_OF_ALL_PAIRS = Sentence(
    "Differences are paired by seed; their {confidence} t intervals hold for all {pairs}"
    " pairs{one_table:| of all tables} together ({candidates} candidates, {seeds})."
)
METHOD_OF_LOOKS = Sentence(
    "Seeds were added at looks fixed beforehand ({planned} seeds), of which {taken:# was|# were} taken; paired by seed,"
    " the {confidence} t intervals hold for {pairs:the one pair|all # pairs} at {looks:its one look|all # looks}"
    " together."
)

# --- one seed, other examples, the test set

OF_THESE_NETWORKS = Sentence(
    "Of these trained networks alone, against {reference}'s by McNemar's test{pairs:|, times # for as many pairs}:"
    " {tests}. It says nothing of other seeds."
)
"""`tests`: a list of `TEST_OF_NETWORK`."""
TEST_OF_NETWORK = Sentence("{name} p = {p:.2g}")

ON_NEW_DATA_THE_SAME = Sentence(
    "That is about new seeds on these {examples} {split} examples. About new examples of the same kind as well, the"
    " same is concluded."
)
ON_NEW_DATA_THE_SAME_OF_REFERENCE = Sentence(
    "That is about new seeds on these {examples} {split} examples. About new examples of the same kind as well, the"
    " same is concluded for the differences to {reference}."
)
ON_NEW_DATA_CHANGED = Sentence(
    "That is about new seeds on these {examples} {split} examples. About new examples of the same kind as well,"
    " {changes}."
)
"""`changes`: a list of `CHANGED_VERDICT`."""
ON_NEW_DATA_CHANGED_OF_REFERENCE = Sentence(
    "That is about new seeds on these {examples} {split} examples. About new examples of the same kind as well,"
    " {changes} for the differences to {reference}."
)
CHANGED_VERDICT = Sentence("{first} against {second} is {on_new_data} instead of {verdict}")

LEFT_OPEN = Sentence(
    "The {split} set alone leaves these differences uncertain by {width}, which more seeds cannot reduce: it can't show"
    " every tie within {margin} on new data."
)
LEFT_OPEN_UP_TO = Sentence(
    "The {split} set alone leaves these differences uncertain by up to {most}, which more seeds cannot reduce: it can't"
    " show every tie within {margin} on new data."
)
LEFT_OPEN_FROM_TO = Sentence(
    "The {split} set alone leaves these differences uncertain by {least} to {most}, which more seeds cannot reduce: it"
    " can't show every tie within {margin} on new data."
)

ON_THE_TEST_SET = Sentence("On the test set, by which nothing was chosen here, the mean {metric} is: {means}.")
"""`means`: a list of `MEAN_ON_THE_TEST_SET`."""
MEAN_ON_THE_TEST_SET = Sentence("{name} {mean}")

# --- what the conclusions hold for

SCOPE = Sentence(
    "This holds for these data ({data}), this network ({network}) and these settings ({training}); elsewhere it may be"
    " otherwise."
)
SCOPE_UNKNOWN = Sentence("This holds for these data, this network and these settings.")
DATA_IN_SCOPE = Sentence("SHA-256 {sha256}…, the whole training set, judged on the {split} set")
PART_OF_DATA_IN_SCOPE = Sentence("SHA-256 {sha256}…, {examples} training examples, judged on the {split} set")
FILTERS_IN_SCOPE = Sentence("filters {filters}")
DENSE_IN_SCOPE = Sentence("dense {units}")
EPOCHS_IN_SCOPE = Sentence("{epochs} epochs")
BATCHES_IN_SCOPE = Sentence("batches of {size}")
