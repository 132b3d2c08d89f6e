"""How many trials a sequential study saves: simulated studies, no training.

    python benchmarks/sequential.py [--studies 2000]

Six activations, two of them 0.3 points worse than the other four; accuracies with a standard deviation of 0.05 points
over seeds, correlated by 0.3; at most 20 seeds. A row a margin: the share of the full grid's trials that is trained,
how many studies ended with every pair settled, and in how many of them anything was decided that is not true.
"""

from __future__ import annotations

import argparse

import numpy as np

from actsearch.analysis.statistics import intervals, sample_sizes
from actsearch.study.looks import LookDecision, decide

MEANS = np.array([0.0, 0.0, 0.0, 0.0, -0.3, -0.3])
SD, CORRELATION, MOST_SEEDS = 0.05, 0.3, 20


def study(values: np.ndarray, margin: float, confidence: float = 0.95) -> tuple[LookDecision, int]:
    """A study of (contenders, seeds) values: its last look, and how many trials it took."""
    planned = sample_sizes.seeds_at_looks(values.shape[1])
    look, trials, seen = None, 0, 0
    stays: tuple[int, ...] = tuple(range(len(values)))
    for seeds in planned:
        trials += len(stays) * (seeds - seen)
        look = decide(
            values[:, :seeds],
            family=intervals.family_size(len(values)),
            looks=len(planned),
            margin=margin,
            confidence=confidence,
            before=look,
        )
        stays, seen = look.stays, seeds
        if not stays:
            break
    assert look is not None
    return look, trials


def contradicts(look: LookDecision, means: np.ndarray, margin: float) -> bool:
    """Whether anything that a study decided is not true."""
    d = means[:, None] - means[None, :]
    said = look.decisions
    wrong = ((said == "better") & (d <= 0)) | ((said == "worse") & (d >= 0)) | ((said == "tied") & (abs(d) >= margin))
    return bool(wrong.any())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000)
    given = parser.parse_args()
    k = len(MEANS)
    print(f"{given.studies} studies of {k} contenders, at most {MOST_SEEDS} seeds: {k * MOST_SEEDS} trials in the grid")
    print("margin   share of trials   all settled   contradicted")
    for margin in (0.05, 0.1, 0.15, 0.2):
        rng = np.random.default_rng(0)
        trials, settled, contradicted = 0, 0, 0
        for _ in range(given.studies):
            shared, own = rng.standard_normal((1, MOST_SEEDS)), rng.standard_normal((k, MOST_SEEDS))
            values = MEANS[:, None] + SD * (np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own)
            look, taken = study(values, margin)
            trials += taken
            settled += not (look.decisions[~np.eye(k, dtype=bool)] == "undecided").any()
            contradicted += contradicts(look, MEANS, margin)
        share = trials / (given.studies * k * MOST_SEEDS)
        print(f"{margin:6.2f} {share:14.0%} {settled / given.studies:16.0%} {contradicted:14}")


if __name__ == "__main__":
    main()
