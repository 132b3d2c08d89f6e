"""What the diagnostics of a candidate show. A finding is a statement, or several with semicolons between them."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

# --- when, and how much: values of the sentences below

WHEN = Sentence("{epoch:in the untrained network|in epoch #|in epoch #}")
DURING = Sentence("during {epochs}")
FROM_UNTRAINED = Sentence("from the untrained network to epoch {epoch}")
OF_THEIR_NORM = Sentence("{share} of their norm")
TIMES_THEIR_NORM = Sentence("{factor} times their norm")
RANGE_OVER_LAYERS = Sentence("{least} ({least_layer}) to {most} ({most_layer})")
SHARE_OF_LAYER = Sentence("{layer} {share}")

# --- trials that diverged

LOSS_DIVERGED = Sentence("the loss diverged in {epochs}")
LOSS_OF_SEEDS_DIVERGED = Sentence("the loss of {diverged} of {seeds} seeds diverged in {epochs}")
NORM_BEFORE = Sentence("before it, the gradient norm of {layer} was {norm}")
NORM_BEFORE_AND_UNTRAINED = Sentence("before it, the gradient norm of {layer} was {norm} ({untrained:.3g} untrained)")
NORM_EARLIER = Sentence("before it, {when}, the gradient norm of {layer} was {norm}")
NORM_EARLIER_AND_UNTRAINED = Sentence(
    "before it, {when}, the gradient norm of {layer} was {norm} ({untrained:.3g} untrained)"
)
UPDATE_BEFORE = Sentence("the epoch before it changed {layer}'s weights by {change}")
UPDATE_EARLIER = Sentence("the last epoch looked at before it ({epochs}) changed {layer}'s weights by {change}")

# --- gradients

SILENT = Sentence("no gradient reaches the weights of any hidden layer at all")
SILENT_FROM = Sentence("no gradient reaches the weights of any hidden layer from epoch {epoch} on")
SILENT_SEEDS = Sentence("no gradient reaches the weights of any hidden layer of {silent} of {seeds} seeds at all")
SILENT_SEEDS_FROM = Sentence(
    "no gradient reaches the weights of any hidden layer of {silent} of {seeds} seeds from epoch {epoch} on"
)

VANISHING = Sentence("{biases:gradient of the biases|gradient} in {first} is {multiple} {last}'s {when}")
VANISHING_ON_PLATEAU = Sentence(
    "{biases:gradient of the biases|gradient} in {first} is {multiple} {last}'s {when}, while {plateau}"
)
"""`plateau`: one of the sentences on a plateau."""
VANISHED = Sentence("no gradient reaches {first} {when}, while some reaches {last}")
VANISHED_ON_PLATEAU = Sentence("no gradient reaches {first} {when}, while some reaches {last}, while {plateau}")
EXPLODING = Sentence(
    "the gradient grows toward the input: {biases:of the biases in|in} {first} it is {multiple} {last}'s {when}"
)
RATIO_IN_THE_END = Sentence("in epoch {epoch} it is {factor}")
GRADIENT_GREW = Sentence(
    "the gradient norm of {layer} grows to {multiple} that of the untrained network ({norm:.3g} in epoch {epoch})"
)

# --- a loss that does not move

PLATEAU = Sentence("the validation loss stays on its plateau of {loss:.3g} ({metric} {value:.2f})")
PLATEAU_IN_EPOCHS = Sentence(
    "the validation loss stays on its plateau of {loss:.3g} ({metric} {value:.2f}) in {epochs}"
)
PLATEAU_OF_SEEDS = Sentence(
    "the validation loss of {staying} of {seeds} seeds stays on its plateau of {loss:.3g} ({metric} {value:.2f})"
)
PLATEAU_OF_SEEDS_IN_EPOCHS = Sentence(
    "the validation loss of {staying} of {seeds} seeds stays on its plateau of {loss:.3g} ({metric} {value:.2f}) in"
    " {epochs}"
)

# --- dead units, sparsity, saturation

DEAD = Sentence("{share} of {layer}'s {convolution:channels|units} are dead {when}")
DEAD_AND_OTHERS = Sentence("{share} of {layer}'s {convolution:channels|units} are dead {when} ({others})")
"""`others`: a list of `SHARE_OF_LAYER`, here and below."""
DEAD_AND_UNTRAINED = Sentence(
    "{share} of {layer}'s {convolution:channels|units} are dead {when}, {untrained} untrained"
)
DEAD_AND_OTHERS_AND_UNTRAINED = Sentence(
    "{share} of {layer}'s {convolution:channels|units} are dead {when} ({others}), {untrained} untrained"
)
SOME_CAME_BACK = Sentence("it was {share} in epoch {epoch}, so some came back")
HALF_DEAD = Sentence("half of them by epoch {epoch}")
NONE_CAME_BACK = Sentence("no sign that any came back")

SPARSE_LAYERS = Sentence("{shares} of a layer's activations are 0 {when}")
SPARSE_AND_FEW_DEAD = Sentence(
    "{shares} of a layer's activations are 0 {when}, while at most {dead} of a layer's units are dead: the healthy kind"
)
SPARSE_AND_NONE_DEAD = Sentence(
    "{shares} of a layer's activations are 0 {when}, while no unit is dead: the healthy kind"
)

SATURATED = Sentence("{share} of {layer}'s pre-activations are saturated {when}")
SATURATED_AND_OTHERS = Sentence("{share} of {layer}'s pre-activations are saturated {when} ({others})")
SATURATED_AND_UNTRAINED = Sentence("{share} of {layer}'s pre-activations are saturated {when}, {untrained} untrained")
SATURATED_AND_UNTRAINED_AND_OTHERS = Sentence(
    "{share} of {layer}'s pre-activations are saturated {when}, {untrained} untrained ({others})"
)

# --- updates of weights

HARDLY_MOVES = Sentence("the weights of {layers} hardly move: an epoch changes them by {change} (median over {epochs})")
HARDLY_MOVE = Sentence(
    "the weights of {layers} hardly move: an epoch changes {layer}'s by {change} (median over {epochs})"
)
LARGE_UPDATE = Sentence("one epoch changes {layer}'s weights by {change} (epoch {epoch})")
LARGE_UPDATE_OF_EACH_SEED = Sentence("one epoch changes {layer}'s weights by {change} (another one from seed to seed)")
LARGE_UPDATE_ELSEWHERE = Sentence("so does some epoch in {layers}")

# --- clipping, learned parameters

NEVER_CLIPPED = Sentence(
    "{clipping} never took effect in the hidden layers: it changed no component of their gradients in {epochs}"
)
CLIPPED_GRADIENT = Sentence(
    "{clipping} changed {share} of the components of the gradient by {layer}'s {variable} in epoch {epoch}"
)
CLIPPED_GRADIENT_AND_IN_THE_END = Sentence(
    "{clipping} changed {share} of the components of the gradient by {layer}'s {variable} in epoch {epoch},"
    " {share_in_the_end} in epoch {last}"
)
NAME_OF_CLIPPING = Sentence("{name} {value:g}")
CLIPPING_WITHOUT_NAME = Sentence("clipping")

LEARNED_PARAMETER = Sentence("learned {name} went to {end} in epoch {epoch}")
LEARNED_PARAMETER_FROM = Sentence("learned {name} went from {start} to {end} in epoch {epoch}")
LEARNED_WITHIN_LAYERS = Sentence("single channels or units reach from {least:.3g} to {greatest:.3g}")

# --- normalisation

ALL_LAYERS = Sentence("all {layers} layers")
INSIDE_UNTRAINED = Sentence("mean and variance of {layers} are in SELU's domain when untrained")
INSIDE_TO_THE_END = Sentence("mean and variance of {layers} stay in SELU's domain to epoch {epoch}")
INSIDE_WHERE_LOOKED_AT = Sentence("mean and variance of {layers} stay in SELU's domain in {epochs}")
OUTSIDE_UNTRAINED = Sentence("{layer} is outside of SELU's domain when untrained already ({values})")
"""`values`: a list of `MEAN_OR_VARIANCE`."""
LEAVES_DOMAIN = Sentence("{layer} leaves SELU's domain {known_before:in|by} epoch {epoch} ({values})")
MEAN_OR_VARIANCE = Sentence("{quantity} {value:.3g}")
VARIANCE_UNTRAINED = Sentence(
    "the variance{alone: of the activations|} goes from {first:.3g} in {first_layer} to {last:.3g} in {last_layer}"
    " untrained"
)
VARIANCE_BY_DEPTH = Sentence(
    "the variance{alone: of the activations|} goes from {first:.3g} in {first_layer} to {last:.3g} in {last_layer}"
    " untrained, and from {first_in_the_end:.3g} to {last_in_the_end:.3g} in epoch {epoch}"
)

# --- nothing

NOTHING_KNOWN = Sentence("nothing is known of its layers: {quantities} have no value in any epoch")
NOTHING_REMARKABLE = Sentence("nothing remarkable: {quantities} {plural:are|is} within ordinary limits")
GRADIENTS_COMPARED = Sentence("gradients (in {first} {multiple} {last}'s {when})")

# --- what words in these sentences mean

GRADIENT_MEANS = Sentence(
    "gradient: the Euclidean norm of the gradient of the mean loss over the probe by a layer's weights"
)
DEAD_MEANS = Sentence(
    "dead: a unit (of a convolution: a channel) whose |f'| is under a millionth of its largest value on the whole probe"
)
SATURATED_MEANS = Sentence(
    "saturated: |f'| is under 1 % of its largest value; those with an activation of 0 are not counted"
)
SELU_DOMAIN_MEANS = Sentence(
    "SELU's domain: mean in [-0.1, 0.1] and variance in [0.8, 1.5], in which SELU draws them to 0 and 1 (Klambauer et"
    " al. 2017)"
)

# --- around the findings on a candidate

NO_PROOF_OF_CAUSES = Sentence(
    "What was seen beside the results, medians over the seeds; none of it proves that one thing caused another."
)
NO_SEED_COMPLETED = Sentence("{name}: no seed is completed")
CANDIDATE_ENDED = Sentence("{name}: {split} {metric} {value}, loss {loss} after epoch {epoch}")
CANDIDATE_ENDED_OF_SEEDS = Sentence(
    "{name}: {split} {metric} {value}, loss {loss} after epoch {epoch} (median of {completed} seeds)"
)
CANDIDATE_ENDED_OF_SOME_SEEDS = Sentence(
    "{name}: {split} {metric} {value}, loss {loss} after epoch {epoch} ({several:median of |}{completed} of {seeds}"
    " seeds)"
)
READ_FROM = Sentence("from {file}")
READ_FROM_AND_OTHERS = Sentence("from {file} and those of {others:# more seed|# more seeds}")
NOT_EXPLAINED = Sentence("Without diagnostics, so not explained: {names}")
