"""Every trial is counted, and how settings were chosen is shown."""

from __future__ import annotations

from dataclasses import replace

from comparison_cases import a_candidate, a_study, a_trial, noisy
from read_pages import a_page
from reported_studies import three

from actsearch.core.results import Choice
from actsearch.core.trial_results import TrialResult


def test_every_trial_is_counted() -> None:
    """What is missing must not vanish from a page that decides."""
    relu, gelu, bad = three().candidates
    failed, waiting = TrialResult("t1", 1, "failed", 3, error="no memory"), TrialResult("t3", 3, "waiting", 3)
    gone = (a_trial(None, 0, "diverged"), failed, a_trial(0.5, 2, "running"), waiting)
    words = a_page(a_study(relu, gelu, replace(bad, trials=(*gone, bad.trials[4])))).words
    for text in ("✕ diverged in epoch", "! failed", "… running, epoch 3 of 3", "… waiting", "no memory"):
        assert text in words
    assert "1 diverged, 1 failed, 2 not finished" in words


def test_tuning_is_shown_with_the_choice() -> None:
    """Whether the settings were chosen fairly decides what the ranking is worth."""
    key = "training.optimizer.learning_rate"
    points = [("relu", 0.97, 0.1), ("relu", 0.95, 0.01), ("gelu", 0.96, 0.1)]
    tuned = []
    for i, (label, value, rate) in enumerate(points):
        candidate = a_candidate(label, noisy(value, 4, stream=i), {key: rate})
        tuned.append(replace(candidate, tuning=tuple(replace(trial, role="tuning") for trial in candidate.trials)))
    tuned[1] = replace(tuned[1], trials=())
    chosen = tuple(Choice(c.label, c.setting, 0.9, (7, 8, 9)) for c in (tuned[0], tuned[2]))
    page = a_page(replace(a_study(*tuned, grid={key: [0.1, 0.01]}), tuning_seeds=(7, 8, 9), chosen=chosen))
    assert "How the settings were chosen" in page.words
    assert sum(attributes.get("class") == "chosen" for attributes in page.named("tr")) == 2
    assert "✓ chosen" in page.words
    assert "(7, 8 and 9)" in page.words
