"""How much of what decides is chance, for `actsearch plan`: measured in a finished study, assumed, or given."""

from __future__ import annotations

from pathlib import Path

from actsearch.analysis.statistics import study_noise
from actsearch.analysis.statistics.study_noise import Noise
from actsearch.cli.plan.options import PlanOptions
from actsearch.core.errors import StoreError, UserError
from actsearch.core.experiment import Experiment
from actsearch.core.results import ExperimentResult
from actsearch.store.reader import find_experiments, read_experiment


def noise_of(experiment: Experiment, data_sha256: str, options: PlanOptions) -> tuple[Noise | None, list[str]]:
    """The noise, from the likest finished study below --out where there is one; and what could not be read.

    None where there is none, and nothing can be assumed of the metric.
    """
    results, notes = _studies_below(options.out)
    likest = study_noise.likest_study(results, experiment, data_sha256)
    noise = study_noise.noise_where_none_was_measured(experiment.task.decisive)
    if likest is not None:
        result, likeness = likest
        read = read_experiment(Path(result.folder), scores=[(None, "last")])
        noise = study_noise.measured_noise(read, likeness)
    return study_noise.noise_as_given(noise, options.sd, options.correlation), notes


def _studies_below(folder: Path) -> tuple[list[ExperimentResult], list[str]]:
    results: list[ExperimentResult] = []
    notes = []
    try:
        experiments = find_experiments(folder)
    except UserError:  # nothing is there yet
        return results, []
    for experiment in experiments:
        try:
            results.append(read_experiment(experiment.folder))
        except StoreError as error:
            notes.append(str(error))
    return results, notes
