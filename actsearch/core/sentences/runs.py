"""What a run says: what is there, what is trained, what was decided on the way, and how it ended."""

from __future__ import annotations

from actsearch.core.sentences.sentence import Sentence

# --- what stays as it is

OTHER_DIAGNOSTICS_KEPT = Sentence(
    "{trials:# finished trial|# finished trials} keep diagnostics of other settings than those asked for (every,"
    " probe_size); --fresh trains and looks anew"
)
CAME_OUT_OTHERWISE = Sentence(
    "{trials:# finished trial|# finished trials} without diagnostics: trained again once, their histories came out"
    " otherwise; they are tried again once their .differs- folders are removed"
)
LEFT_OUT_FOR_NOW = Sentence(
    "{trials:# finished trial|# finished trials} left out until settings are chosen anew, which may ask for them again;"
    " they stay on disk"
)
MODELS_NOT_KEPT = Sentence(
    "{trials:# finished trial|# finished trials} kept no network of the {which} epoch; --fresh trains anew and keeps it"
)
FOLDER_KEPT_AS = Sentence("{folder} is kept as {new}")

# --- nothing is trained

NONE_FAILED = Sentence("no trial has failed; without --retry-failed the rest is trained")
ALL_FINISHED = Sentence(
    "{trials:its trial is|all # trials are} finished already; nothing is trained again (--fresh would)"
)
ALL_FINISHED_BY_LOOKS = Sentence(
    "{trials:its trial is|all # trials are} finished already; {looks} (--fresh would begin anew)"
)
"""`looks`: one of the sentences on their end."""
LOOKS_DECIDED = Sentence("the looks ended at {seeds} seeds, decided")
LOOKS_UNDECIDED = Sentence("the looks ended at {seeds} seeds, undecided: {pairs}")

# --- what is trained

TRIALS_FINISHED_ALREADY = Sentence("{finished} of {trials} trials are finished already; {left} to train")
TRAINS_HERE = Sentence("{experiment}: training {trials:# trial|# trials}; TensorFlow is loading")
TRAINS_ON_RAY = Sentence("{experiment}: training {trials:# trial|# trials} on Ray; TensorFlow is loading")
TRAINS_IN_PROCESSES = Sentence(
    "{experiment}: training {trials:# trial|# trials} in {jobs:a worker process|# processes}; TensorFlow is loading"
)
TRAINS_MORE = Sentence("{experiment}: training {trials:# trial|# trials} more")
GOES_ON_FROM_CHECKPOINT = Sentence("{trials:# trial|# trials} that had begun: to go on from the last checkpoint")
GOES_ON_FROM_ANOTHER = Sentence("{trials:# trial|# trials}: to go on from the checkpoint of a shorter or longer one")
BEGINS_ANEW_AS_LONGER = Sentence(
    "{trials:# trial|# trials} longer than before: to begin anew, no checkpoint of the shorter one is there"
    " (--keep-checkpoints keeps it)"
)
BEGINS_ANEW_FOR_DIAGNOSTICS = Sentence(
    "{trials:# trial|# trials} that had begun without these diagnostics: to begin anew (stop, and give the diagnostics"
    " as they were, to go on from the last checkpoint instead)"
)
TRAINED_AGAIN_FOR_DIAGNOSTICS = Sentence(
    "{trials:# finished trial|# finished trials} without diagnostics: to be trained again beside what is there, which"
    " stays (--set diagnostics=false leaves them as they are)"
)
FEWER_EXAMPLES_THAN_PROBED = Sentence(
    "diagnostics: there are only {examples} training examples to look at, not {asked}"
)

# --- what becomes of a trial

GOES_ON_AFTER = Sentence("goes on after epoch {epoch}")
COMPLETED_WITH = Sentence("completed, test {metric} {value}")
COMPLETED = Sentence("completed")
DIVERGED_IN = Sentence("diverged in epoch {epoch}")
FAILED_WITH = Sentence("failed: {error}")
RESTARTING = Sentence("restarting: {cause}")
TRIED_AGAIN = Sentence("{cause}; it will be tried again")

# --- what is decided on the way

SETTING_CHOSEN = Sentence("{label}: chosen {setting} (mean {metric} {value}, {seeds} tuning seeds)")
SETTING_CHOSEN_OF_NONE = Sentence(
    "{label}: chosen {setting} (none of its tuning trials completed, {seeds} tuning seeds)"
)
ONLY_SETTING = Sentence("the only setting")
LOOK_TAKEN = Sentence("look {place} of {looks} ({seeds} seeds): {outcome}")
"""`outcome`: a list of the next ones."""
LEAVES_AS_WORSE = Sentence("{label} leaves (worse than {than})")
LEAVES_AS_SETTLED = Sentence("{label} leaves (all its pairs are settled)")
LEAVES_WITHOUT_TRIALS = Sentence("{label} leaves (none of its trials completed)")
NOTHING_LEFT_TO_DECIDE = Sentence("nothing is left to decide")
CONTENDERS_GO_ON = Sentence("{contenders:# goes on|# go on}")
LAST_LOOK = Sentence("the last look; undecided: {pairs}")
PAIR_OF_CONTENDERS = Sentence("{first} and {second}")
SETTING_WAITS = Sentence(
    "{label}: its setting can be chosen once {failed:1 of its tuning trials|# of its tuning trials} that failed can be"
    " trained"
)
LOOK_WAITS = Sentence("the look at {seeds} seeds waits for {failed:1 trial that failed|# trials that failed}")

# --- what a run would do

TO_TRAIN_INTO = Sentence("{experiment}: {trials:# trial|# trials}, {left} to train, into {folder}")
FOLLOWED_UNTIL_DECIDED = Sentence("then up to {trials} more, until it is decided")
FOLLOWED_AT_CHOSEN_SETTINGS = Sentence("then {trials} more, at the settings chosen")
WOULD_TAKE = Sentence("about {time} with {workers:# worker|# workers} (from {basis})")
WOULD_TAKE_WITH_DIAGNOSTICS = Sentence(
    "about {time} with {workers:# worker|# workers}, {share:.1%} of it for diagnostics (from {basis})"
)
FIRST_WOULD_TAKE = Sentence("about {time} with {workers:# worker|# workers} for the first {trials} (from {basis})")
FIRST_WOULD_TAKE_WITH_DIAGNOSTICS = Sentence(
    "about {time} with {workers:# worker|# workers} for the first {trials}, {share:.1%} of it for diagnostics (from"
    " {basis})"
)
UNKNOWN_TIME = Sentence("how long it takes is unknown before these networks are built: actsearch plan times them")
WOULD_STOP = Sentence("note: the run would stop at this: {refusal}")

# --- the end

VALUES_OF_LAST_EPOCH = Sentence("Values are of the last epoch.")
VALUES_ARE_MEANS = Sentence("Values are means over the seeds that completed, at the last epoch.")
IS_IT_REAL = Sentence("is it real? actsearch compare {folder}")
WHY = Sentence("why? actsearch explain {folder}; actsearch plot {folder} --kind all")
TRIAL_FAILED = Sentence("Error: {trial} failed: {error} (all of it in {file})")
MENDED = Sentence("Mended? {command} tries again what failed, --retry-failed that alone.")
NO_FIGURES = Sentence("no figures: {reason}")
TIME_IS_UP = Sentence(
    "The time is up. {finished} of {trials:# trial|# trials} finished and kept in {folder}; {command} goes on with the"
    " rest, from their last checkpoints where they have any."
)
STOPPED = Sentence(
    "Stopped. {finished} of {trials:# trial|# trials} finished and kept in {folder}; {command} goes on with the rest,"
    " from their last checkpoints where they have any."
)
NOBODY_READS = Sentence(
    "Stopped, as nobody reads the output any more. {finished} of {trials:# trial|# trials} finished and kept in"
    " {folder}; {command} goes on with the rest, from their last checkpoints where they have any."
)

# --- how it stands

TRIALS_BY_STATUS = Sentence("{trials:# trial|# trials}: {states}")
HEADING_OF_STATUS = Sentence("{experiment} ({folder}): {trials}")
"""`trials`: as `TRIALS_BY_STATUS` has it."""
PROGRESS = Sentence("{experiment}: {trials}; {done} of {epochs} epochs")
EACH_OF_THE_TRIALS = Sentence(
    "means over the seeds that completed, at the last epoch; each of the {trials} trials: --trials"
)
STRANDED = Sentence("on disk, but not asked for any more:{trials}")
LOOKED_INTO_AGAIN = Sentence("note: {trials:# finished trial|# finished trials} to be looked into again")
