"""The captions of figures: what is drawn, what its marks mean, and what a reader has to know before believing it."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

# --- of the figures of a comparison

RANKING_OF_ONE_SEED = Sentence("Each dot is the one seed there is.")
RANKING_MARKS = Sentence(
    "Dots are seeds, markers their mean, lines the {confidence} t interval of that mean alone (not to judge differences"
    " by)."
)
LEADING_GROUP_SHADED = Sentence(
    "Shaded: the leading group, not shown to be worse than any other; it has no ranks inside."
)
DIFFERENCE_COLUMNS = Sentence("In the columns, the difference to {reference}{baseline: (the baseline)|}.")
DIFFERENCE_DOTS = Sentence("Dots are the differences to {reference}{baseline: (the baseline)|}, seed by seed.")
DIFFERENCE_MARKS = Sentence("Markers are their means, thick lines the intervals of those.")
MARGIN_BAND = Sentence("Band: the margin, {margin:g} either way; a tie lies within it.")
NEW_DATA_LINES = Sentence(
    "Thin lines: the intervals for new seeds and new examples of the same kind as the {examples} {split} examples."
)
INTERVALS_OF_ONE_PAIR = Sentence(
    "Differences are paired by seed; their {confidence} t intervals are of the one pair there is."
)
INTERVALS_OF_ALL_PAIRS = Sentence(
    "Differences are paired by seed; their {confidence} t intervals hold for all {pairs}"
    " pairs{one_table:| of all tables} together."
)
INTERVALS_OF_LOOKS = Sentence(
    "Differences are paired by seed; their {confidence} t intervals hold for {pairs:the one pair|all # pairs} at"
    " {looks:its one look|all # looks} together."
)
EACH_AT_ITS_OWN_SETTING = Sentence("Each is at its own setting, chosen on other seeds ({seeds}).")
SEEDS_THAT_WOULD_TELL = Sentence(
    "Undecided: about so many seeds in all would tell; to add them here and look again calls equal candidates different"
    " in about 10 of 100 studies."
)
AXIS_CUT = Sentence("The axis {low:begins|ends} at {edge}; what lies beyond is told at its edge.")
COMPARED_NOT_DRAWN = Sentence("Compared, but not drawn: {names}.")
SCOPE_IN_BRIEF = Sentence("This holds for these data, this network and these settings; the report tells them in full.")
SCOPE_IN_BRIEF_WITH_HASH = Sentence(
    "This holds for these data (SHA-256 {sha256}…), this network and these settings; the report tells them in full."
)

# --- of the matrix of pairs

MATRIX_CELLS = Sentence(
    "{experiment}: each cell is the row's mean minus the column's, and the verdict on the row: {symbols}."
)
MATRIX_GROUP = Sentence("Bar: the leading group.")
MATRIX_NO_VERDICT = Sentence("no verdict")

# --- of how fast a target is reached

SPEED_TITLE = Sentence("Epochs and seconds until a {quantity} is reached")
SPEED_MARKS = Sentence(
    "{experiment}: the first epoch whose value reaches the target; dots are seeds, larger markers medians (hollow to"
    " full: the targets), lines the range of the seeds that reach it. The others are counted at the edge; where half of"
    " them or more never do, there is no median."
)
SPEED_SECONDS = Sentence(
    "Seconds are epochs times a contender's median seconds per epoch, on the machines and with the load of these"
    " trainings."
)
SPEED_TARGETS = Sentence("The targets leave four times, twice and once the {share:error|value} of the last of them.")

# --- of a metric over the values of a setting

SETTING_LINES_OF_ONE_SEED = Sentence("{experiment}: one seed{tuning: for tuning|}, so differences may be chance.")
SETTING_LINES = Sentence(
    "{experiment}: lines are means of {seeds:# seed|# seeds}{tuning: for tuning|}, bands the range of the seeds."
)
RINGS_AT_BEST_MEAN = Sentence(
    "Rings: the {higher_is_better:highest|lowest} mean of a line; being the best of several, it flatters."
)
RINGS_AT_CHOSEN = Sentence(
    "Rings: the settings chosen on these seeds, by the best mean validation {metric} after the last epoch."
)
NO_RINGS_YET = Sentence("No setting is chosen yet.")
SETTING_AXIS_CUT = Sentence("The axis {low:begins|ends} at {edge:.4g}.")
SETTING_AXIS_CUT_MARKED = Sentence("The axis {low:begins|ends} at {edge:.4g}; means beyond it are told below ({mark}).")
LOST_TRIALS_BELOW = Sentence("Trials that diverged or failed are counted below; they are in no mean.")
NOT_ON_THIS_AXIS = Sentence("Not on this axis, for their setting is fixed: {names}.")
UNFINISHED_MISSING = Sentence("{trials:# trial|# trials} unfinished and missing here.")
SETTINGS_BY_TEST_SET = Sentence(
    "These are the test set's values: choosing a setting by them is choosing on the test set."
)

# --- of learning curves

CURVES_OF_ONE_SEED = Sentence("{experiment}: one seed, so differences may be chance.")
CURVES_WITH_BANDS = Sentence(
    "{experiment}: lines are means of {everywhere:|up to }{seeds} seeds, bands the range of the seeds."
)
CURVES_WITHOUT_BANDS = Sentence("{experiment}: lines are means of {everywhere:|up to }{seeds} seeds.")
CURVES_NOT_DRAWN = Sentence("Not drawn: {names}.")
AFTER_A_CROSS = Sentence("After a cross a line is the mean of the seeds that remain.")
BOLD_OF_A_PANEL = Sentence("Bold: best of a panel after epoch {epoch}; of all, {where} ({value}).")
"""`where`: a list of `CURVE_IN_PANEL`."""
CURVE_IN_PANEL = Sentence("{label} at {panel}")
BOLD_OF_ALL = Sentence("Bold: {higher_is_better:highest|lowest} after epoch {epoch}.")
ERROR_RATE_AXIS = Sentence("Drawn is 1 - {metric}, on a logarithmic axis: lower is better.")
LOGARITHMIC_AXIS = Sentence("The axis is logarithmic.")
NARROW_AXIS = Sentence("The axis spans {points:.2g} percentage points.")
ZEROS_ON_LOWER_EDGE = Sentence("A value of 0 is a hollow triangle on the lower edge.")
AXIS_BEGINS = Sentence("The axis begins at {edge:.6g}; {outside}{one_panel:| (in at least one panel)}.")
"""`outside`: a list of the sentences on epochs outside, the first with its verb."""
AXIS_ENDS = Sentence("The axis ends at {edge:.6g}; {outside}{one_panel:| (in at least one panel)}.")
BELOW_OF_ONE_SEED = Sentence("{names} {labels:is|are} below it in {epochs}")
BELOW_OF_SEEDS = Sentence("{names} {labels:reaches|reach} below it in {epochs}")
ABOVE_OF_ONE_SEED = Sentence("{names} {labels:is|are} above it in {epochs}")
ABOVE_OF_SEEDS = Sentence("{names} {labels:reaches|reach} above it in {epochs}")
ALSO_OUTSIDE = Sentence("{names} in {epochs}")
OUTSIDE_FOR_FEWER = Sentence("{labels} more for fewer epochs")
SEE_THE_OTHER_FIGURE = Sentence("To tell the others apart, see the figure without {label}.")
CURVES_DIVERGED = Sentence("{trials:# trial|# trials} ({by_label}) diverged (cross), in {epochs}.")
"""`by_label`: a list of `TRIALS_OF_LABEL`."""
CURVES_FAILED = Sentence("{trials:# trial|# trials} ({by_label}) failed and missing here.")
CURVES_LEFT_OUT = Sentence("{trials:# trial|# trials} ({by_label}) unfinished and left out.")
CURVES_UNFINISHED = Sentence("{trials:# trial|# trials} ({by_label}) unfinished, drawn as far as it is.")
TRIALS_OF_LABEL = Sentence("{label} {trials} of {asked}")
KERAS_TRAINING_VALUES = Sentence("Training values are Keras's: averaged while the epoch runs, with dropout on.")
CURVES_OF_TEST_SET = Sentence("These are the test set's values: choosing by them is choosing on the test set.")

# --- of the figures of diagnostics

LINES_BY_DEPTH = Sentence("A line per epoch, dark to light; hidden layers from the input (left) to the output.")
LINES_BY_LAYER = Sentence("A line per hidden layer, dark to light from input to output.")
LINES_BY_LAYER_FROM_UNTRAINED = Sentence(
    "A line per hidden layer, dark to light from input to output. Epoch 0 is the untrained network."
)
LAYERS_OF_ONE_SEED = Sentence("One seed, so differences may be chance.")
LAYERS_WITH_BANDS = Sentence("Lines are medians of {everywhere:|up to }{seeds} seeds, bands their range.")
LAYERS_WITHOUT_BANDS = Sentence("Lines are medians of {everywhere:|up to }{seeds} seeds; their range is not drawn.")
LAYER_AXIS = Sentence("The axis")
LAYER_AXIS_OF = Sentence("The axis of the {quantity}")
LAYER_AXIS_LOGARITHMIC = Sentence("{axis} is logarithmic.")
LAYER_AXIS_LOGARITHMIC_WITH_ZEROS = Sentence("{axis} is logarithmic; a 0 is a hollow triangle on its edge.")
LAYER_AXIS_SYMLOG = Sentence("{axis} is logarithmic beyond -1 and 1.")
LAYER_AXIS_ENDS = Sentence("{axis} ends at {edge:.3g}; {names} went beyond it.")
LAYERS_DIVERGED = Sentence("{diverged} of {trials} trials diverged.")
LAYERS_DIVERGED_MARKED = Sentence("{diverged} of {trials} trials diverged (cross).")
WITHOUT_SUCH_VALUES = Sentence("Not drawn, as they have no such values: {names}.")
WITHOUT_CLIPPING = Sentence("Not drawn, as they do not clip: {names}.")
WITHOUT_LEARNED_PARAMETERS = Sentence("Not drawn, as they learn no parameter: {names}.")
WITHOUT_DIAGNOSTICS = Sentence("Not drawn, for want of diagnostics: {names}.")
LAYER_TRIALS_LEFT_OUT = Sentence("Trials left out: {reasons}.")
"""`reasons`: a list of `TRIALS_LEFT_OUT`."""
FAILED_LEFT_OUT = Sentence("{trials} failed")
UNFINISHED_LEFT_OUT = Sentence("{trials} unfinished")
UNDIAGNOSED_LEFT_OUT = Sentence("{trials} without diagnostics")

# --- what a figure of diagnostics shows

GRADIENTS_TITLE = Sentence("Gradient norm of the {variable} by {axis}")
GRADIENTS_DRAWN = Sentence(
    "Euclidean norm of the gradient of the mean loss over the probe ({n} training examples) by a layer's {variable},"
    " {how} dropout and without penalties."
)
UPDATES_TITLE = Sentence("Update of the {variable} relative to their size by {axis}")
UPDATES_DRAWN = Sentence(
    "Norm of what an epoch changed in a layer's {variable}, divided by their norm before that epoch."
)
SATURATION_TITLE = Sentence("Saturated pre-activations by {axis}")
SATURATION_DRAWN = Sentence(
    "Share of the pre-activations at which |f'| is under 1 % of its largest value on [-10, 10], over the probe ({n}"
    " training examples). For ReLU these are all that are below 0; findings leave activations of 0 out."
)
DEAD_TITLE = Sentence("Dead units by {axis}")
DEAD_DRAWN = Sentence(
    "Share of the units (of a convolution: channels) whose |f'| is under a millionth of its largest value on the whole"
    " probe ({n} training examples): nothing that is learned on the probe reaches them."
)
SPARSITY_TITLE = Sentence("Sparsity: activations that are 0 by {axis}")
SPARSITY_DRAWN = Sentence(
    "Share of a layer's activations that are exactly 0, over all units, positions and examples of the probe ({n}"
    " training examples)."
)
NORMALISATION_TITLE = Sentence("Mean and variance of the activations by {axis}")
NORMALISATION_DRAWN = Sentence(
    "Over all units, positions and examples of the probe ({n} training examples), {how} dropout. Shaded: the domain of"
    " the SELU theorem (Klambauer et al. 2017), mean in [-0.1, 0.1] and variance in [0.8, 1.5]."
)
CLIPPING_TITLE = Sentence("Clipped gradient components of the {variable} by {axis}")
CLIPPING_DRAWN = Sentence(
    "Share of the components of the gradient by a layer's {variable} that clipping changed, over all steps of an epoch."
)
PARAMETERS_TITLE = Sentence("Learned parameters by {axis}")
PARAMETERS_DRAWN = Sentence("Means over a layer's channels or units; bands go from the least of them to the greatest.")

NO_SUCH_VALUES_TO_DRAW = Sentence("{kind}: nothing to draw for {experiment}; its candidates have no such values")
NO_CLIPPING_TO_DRAW = Sentence("{kind}: nothing to draw for {experiment}; its candidates do not clip")
NO_PARAMETERS_TO_DRAW = Sentence("{kind}: nothing to draw for {experiment}; its candidates learn no parameter")

# --- what became of the trials of a panel

PANEL_DIVERGED = Sentence("diverged in epoch {epoch}")
PANEL_SEEDS_DIVERGED = Sentence("{diverged} of {seeds} seeds diverged")
PANEL_UNFINISHED = Sentence("epoch {epoch} of {epochs}")
PANEL_SEEDS = Sentence("{counting} of {seeds} seeds")

# --- titles, and cells beside the rows of a figure

DIFFERENCES_TITLE = Sentence("Difference to {reference}")
DIFFERENCES_AXIS = Sentence("difference in {metric}")
PAIRS_TITLE = Sentence("Every pair: {metric}")
SETTING_TITLE = Sentence("{metric}, by {setting}")
INTERVAL_HEADING = Sentence("{confidence} interval")
UNDECIDED_CELL = Sentence("undecided ({low}-{high} seeds)")
VALUES_BEYOND = Sentence("{first} to {last}")
ALL_BEYOND = Sentence("{seeds:# seed|# seeds}: {values}")
SEEDS_BEYOND = Sentence("{outside} of {seeds} seeds: {values}")
SEEDS_AND_MEAN_BEYOND = Sentence("mean {mean}; {outside} of {seeds} seeds: {values}")

# --- beside the tables of a comparison on a terminal

LEADING_GROUP_MARKED = Sentence("{mark} leading group: not shown to be worse than any; no ranks inside")
KINDS_OF_NOISE = Sentence("The two kinds of noise in the differences, as standard errors")
LEGEND_OF_NOISE = Sentence(
    "more seeds reduce the first alone; correlation over the seeds; won: share of seeds where it is better"
)
ALL_PAIRS_OF_ROWS = Sentence("All pairs, the row against the column")
LEGEND_OF_PAIRS = Sentence("+ better  - worse  = tied  ? undecided  . no verdict")
