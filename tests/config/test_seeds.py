"""Seeds, and those that choose settings."""

from __future__ import annotations

from written_experiments import Write, experiment

GRID = "grid: {training.optimizer.learning_rate: [0.1, 0.2]}\n"


def test_tuning_seeds_by_number_begin_far_from_seeds(write: Write) -> None:
    """Whoever asks for more seeds later must not meet those that chose the settings."""
    tuned = experiment(write, f"{GRID}tuning_seeds: 3\n")
    assert (tuned.seeds, tuned.tuning_seeds) == ((0, 1, 2), (1000, 1001, 1002))
    assert tuned.document["tuning_seeds"] == [1000, 1001, 1002]
    assert "tuning_seeds" not in experiment(write, GRID).document
