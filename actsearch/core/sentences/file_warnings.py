"""What an experiment file may ask for although it would mislead."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

VALIDATION_IS_THE_TEST_SET = Sentence(
    "Validation is the test set: choosing an epoch or an activation by it is choosing on test data. The sound choice is"
    " validation: {{holdout: n}}."
)
ONE_SEED_ASKED_FOR = Sentence("One seed: a difference between two activations may be chance.")
SETTINGS_CHOSEN_ON_TEST_SET = Sentence(
    "Settings are chosen on the test set, as validation is the test set: test values flatter what is chosen."
)
UNEQUAL_SETTINGS = Sentence(
    "Not as many settings for each activation ({most}: {settings_of_most}, {least}: {settings_of_least}): more to"
    " choose from is an advantage by itself."
)
DIFFERENT_LOSSES = Sentence("The candidates minimise different losses ({losses}): compare accuracies, not losses.")
SELU_NOT_NORMALISING = Sentence("{label}: SELU does not normalise itself here: {conditions}.")
"""`conditions`: a list of the next three."""
NOT_LECUN_NORMAL = Sentence("kernel_initializer is {initializer}, not lecun_normal")
NOT_ALPHA_DROPOUT = Sentence("dropout_layer is dropout, not alpha_dropout")
BATCH_NORMALISATION_BETWEEN = Sentence("batch normalisation comes between a layer and its SELU")
ALPHA_DROPOUT_WITHOUT_SELU = Sentence("{label}: alpha_dropout is made for SELU; other activations want dropout.")
FLAT_FORMULA = Sentence("{label}: its slope is 0 on all of [-10, 10]; no gradient passes it.")
