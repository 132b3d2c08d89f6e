"""What a plan says: what it costs, what its seeds can find out, and what that means for who plans."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

# --- what to do

TOO_LITTLE_MEMORY = Sentence("{workers:# worker|# workers} may take more memory than is free: give --jobs {fitting}.")
NOTHING_TO_COMPARE = Sentence("One activation: there is nothing to compare it with; add another.")
NOISE_UNKNOWN = Sentence(
    "No finished study tells by how much {metric} varies from seed to seed. Train a pilot of 3 seeds (actsearch run"
    " FILE --set seeds=3) and plan again, or give the standard deviation with --sd."
)
NO_VERDICT_WITH_SEEDS = Sentence(
    "With {seeds:# seed|# seeds} there will be no verdict; from {fewest} seeds on there is one."
)
DETECTABLE = Sentence(
    "With {seeds} seeds a true difference of {difference} will most likely be found; smaller ones may stay undecided."
)
DETECTABLE_WITH_FEW_SEEDS = Sentence(
    "With {seeds} seeds a true difference of {difference} will most likely be found; smaller ones may stay undecided."
    " With so few seeds a verdict is to be taken with care."
)
RULE_OF_THUMB = Sentence(
    "As a rule of thumb, {activations} activations are compared with {advised} seeds to begin with."
)
MARGIN_TOO_SMALL = Sentence(
    "No number of seeds that anybody trains shows what is within {margin}: give a larger --margin."
)
NO_MARGIN = Sentence(
    "Nothing is called tied without a margin: say with --margin which differences in {metric} do not matter."
)
ENOUGH_FOR_TIES = Sentence("That is enough to call activations that are alike tied within {margin}, too.")
SEEDS_FOR_TIES = Sentence(
    "To call activations that are alike tied within {margin} takes {to_tie}; to tell a difference of {margin},"
    " {to_detect}."
)
SEEDS_FOR_TIES_AND_TIME = Sentence(
    "To call activations that are alike tied within {margin} takes {to_tie}, {time} in all; to tell a difference"
    " of {margin}, {to_detect}."
)
SEEDS_FOR_TIES_WITH_BASELINE = Sentence("With a baseline named beforehand (--baseline NAME) such a tie takes {seeds}.")
ADD_UNTIL_DECIDED = Sentence(
    "Seeds can also be added until it is decided, and no further: actsearch run FILE --until-decided."
)
SCREEN_FIRST = Sentence(
    "{activations} activations make {pairs} pairs: screen them first in a study with other seeds, and compare the best"
    " few here; or name a baseline beforehand (--baseline NAME)."
)
EXAMPLES_CANNOT_TIE = Sentence(
    "{examples:,} evaluated examples cannot show a tie within {margin} that holds on new data, however many the"
    " seeds: their choice leaves ±{smallest_tie} open. About {enough} examples most likely would."
)
EXAMPLES_LIMIT_DEVIATION = Sentence(
    "Differences are counted to vary by {deviation} at the least, as {examples:,} evaluated examples show no less."
)
VARIED_MORE = Sentence("{name} varied more there ({sd}): pairs with it need more seeds.")
SIDE_BY_SIDE = Sentence(
    "A grid without tuning_seeds: activations can be compared side by side at each setting, not each at its best."
)

# --- numbers of seeds

ABOUT_SEEDS = Sentence("about {seeds} seeds")
ABOUT_SEEDS_RANGE = Sentence("about {seeds} seeds ({low} to {high})")
ENDLESS_SEEDS = Sentence("{seeds} seeds")
ENDLESS_SEEDS_RANGE = Sentence("{seeds} seeds ({low} to {high})")
MORE_THAN_ANYBODY = Sentence("more than {most:,}")

# --- the costs

STAGE_OF_CANDIDATES = Sentence(
    "{candidates:# candidate|# candidates} x {seeds:# seed|# seeds} = {trials:# trial|# trials}"
)
STAGE_OF_CANDIDATES_BEGUN = Sentence(
    "{candidates:# candidate|# candidates} x {seeds:# seed|# seeds} = {trials:# trial|# trials}, {finished} of them"
    " finished"
)
STAGE_OF_ACTIVATIONS = Sentence(
    "{candidates:# activation|# activations} x {seeds:# seed|# seeds} = {trials:# trial|# trials}"
)
STAGE_OF_ACTIVATIONS_BEGUN = Sentence(
    "{candidates:# activation|# activations} x {seeds:# seed|# seeds} = {trials:# trial|# trials}, {finished} of them"
    " finished"
)
ALL_IS_FINISHED = Sentence("none, all is finished")
TIME_WITH_WORKERS = Sentence("{time} with {workers:# worker|# workers}")
MEMORY_OF_WORKERS = Sentence("{needed} for {workers:# worker|# workers}; {free} are free")
DISK_OF_RESULTS = Sentence("{results}; while it runs, up to {checkpoints} more for checkpoints")
DISK_WITHOUT_CHECKPOINTS = Sentence("{results}; how much more for checkpoints is unknown before the network is built")
TIME_UNKNOWN = Sentence("unknown without timing")
NETWORKS_UNKNOWN = Sentence(
    "What these networks compute is unknown before they are built: plan without --no-timing to time them."
)
BASIS_OF_TIMES = Sentence("From {basis}.")
BASIS_TIMED = Sentence("{steps} steps of training, timed now: the medians and quartiles")
BASIS_TIMED_BESIDE = Sentence(
    "{steps} steps of training, timed now beside {busy:# busy process|# busy processes}: the medians and quartiles"
)

# --- the table of differences

MEANING_FOR_ONE_PAIR = Sentence(
    "Time: the whole study from its beginning. Found: called better or worse in {power} of studies if the true"
    " difference is so large, with {confidence} confidence for the one pair. {is_share:Points are percentage"
    " points|Differences are in the unit} of {metric}; ranges are as wide as the noise is uncertain."
)
MEANING_FOR_PAIRS = Sentence(
    "Time: the whole study from its beginning. Found: called better or worse in {power} of studies if the true"
    " difference is so large, with {confidence} confidence for all {pairs} pairs together. {is_share:Points are"
    " percentage points|Differences are in the unit} of {metric}; ranges are as wide as the noise is uncertain."
)
MEANING_FOR_BASELINE = Sentence(
    "Time: the whole study from its beginning. Found: called better or worse in {power} of studies if the true"
    " difference is so large, with {confidence} confidence for all {pairs} comparisons with {baseline} together."
    " {is_share:Points are percentage points|Differences are in the unit} of {metric}; ranges are as wide as the noise"
    " is uncertain."
)
NOISE = Sentence(
    "Noise: a standard deviation over seeds of {sd} and a correlation of {correlation:.2f} between candidates,"
    " {source}; --sd X and --correlation R put others in their place."
)
NOISE_RANGE = Sentence(
    "Noise: a standard deviation over seeds of {sd} ({low} to {high}) and a correlation of {correlation:.2f}"
    " between candidates, {source}; --sd X and --correlation R put others in their place."
)
NOISE_AS_GIVEN = Sentence(
    "Noise: a standard deviation over seeds of {sd} and a correlation of {correlation:.2f} between candidates,"
    " {source}."
)

# --- where the noise is from, to end a sentence

NOISE_ASSUMED = Sentence("an assumption, right for MNIST at best: no finished study was found")
NOISE_GIVEN = Sentence("as given by --sd")
CORRELATION_GIVEN = Sentence("{source}; the correlation as given by --correlation")
NOISE_MEASURED = Sentence(
    "measured in {folder} ({likeness}; {candidates} candidates of up to {seeds} seeds), their correlation over {common}"
    " common seeds"
)
NOISE_MEASURED_UNPAIRED = Sentence(
    "measured in {folder} ({likeness}; {candidates} candidates of up to {seeds} seeds), no correlation assumed"
)
ALIKE = Sentence("on the same data with another {unlike}")
QUITE_ALIKE = Sentence("on the same data, network and epochs")
OTHER_KIND_OF_NETWORK = Sentence("on the same data with another kind of network")
OTHER_DATA = Sentence("on other data, so little more than a guess")
ANOTHER_EXPERIMENT = Sentence(
    "{likeness}: NOT the same experiment, and fewer images, epochs or layers can mean several times this noise"
)
