"""The report: what stands on the page, whatever users wrote and however far a study has come."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from comparison_cases import SETTINGS, a_candidate, a_predicted, a_study, a_trial, noisy
from fake_diagnostics import diagnostics

from actsearch import report, report_charts
from actsearch.activations import ACTIVATIONS
from actsearch.cli import run_command_line
from actsearch.comparison import Question, compare
from actsearch.errors import NothingToShow, UserError
from actsearch.experiment import Activation
from actsearch.results import CandidateResult, ExperimentResult, TestValues, TrialResult

HOSTILE = "</script><script>alert(1)</script>\"><img src=x onerror=alert(2)>{{7*7}}' &amp; \u2028\u202e"


class Page(HTMLParser):
    """What a browser makes of it, as far as these tests ask."""

    VOID = ("meta", "link", "br", "img", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def made(result: ExperimentResult, configuration: str = "name: study\n", **question: Any) -> str:
    asked = Question(**question)
    try:
        return report.page(result, compare(result, asked), asked, configuration)
    except NothingToShow as error:
        return report.page(result, (), asked, configuration, str(error))


def a_page(result: ExperimentResult, **question: Any) -> Page:
    page = Page(made(result, **question))
    assert page.open == []
    return page


def three(seeds: int = 5) -> ExperimentResult:
    return a_study(
        a_candidate("relu", noisy(0.98, seeds, stream=1)),
        a_candidate("gelu", noisy(0.981, seeds, stream=2)),
        a_candidate("sigmoid", noisy(0.9, seeds, stream=3)),
    )


def probed(result: ExperimentResult) -> ExperimentResult:
    """With diagnostics of every trial."""
    candidates = tuple(
        replace(c, trials=tuple(replace(t, diagnostics=diagnostics(epochs=3)) for t in c.trials))
        for c in result.candidates
    )
    return replace(result, candidates=candidates)


def test_the_verdict_comes_first_and_every_section_is_there() -> None:
    """Whoever is sent the page wants to know what came out, and then why."""
    page = a_page(probed(three()))
    order = ["c0", "c0-ranking", "c0-differences", "c0-pairs", "c0-noise", "curves", "layers", "functions", "trials",
             "settings", "reproduce"]  # fmt: skip
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id") in order]
    assert ids == order
    words = page.words
    first = words.index("The leading group in validation accuracy")
    assert first < words.index("Validation accuracy at the last epoch; no order")
    for text in ("Worse than", "This holds for", "Leading group", "actsearch run study.yaml", "name: study"):
        assert text in words


def test_links_lead_somewhere_and_no_id_is_there_twice() -> None:
    """A contents that goes nowhere, or a title of another chart."""
    page = a_page(probed(three()))
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    targets = [a["href"] for a in page.named("a")]
    assert targets
    assert all(target and target.startswith("#") and target[1:] in ids for target in targets)


def test_headings_are_in_order() -> None:
    """A screen reader goes from heading to heading."""
    levels = [int(tag[1]) for tag, _ in a_page(probed(three())).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_hostile_text_stays_text() -> None:
    """A page that one is sent must not run what a label says."""
    relu, gelu, bad = three().candidates
    failed = TrialResult("t9", 9, "failed", 3, error=HOSTILE)
    result = replace(
        probed(a_study(relu, gelu, replace(bad, label=HOSTILE, trials=(*bad.trials, failed)))),
        name=HOSTILE, description=HOSTILE, warnings=(HOSTILE,), grid={HOSTILE: [HOSTILE]},
    )  # fmt: skip
    text = made(result, configuration=f"name: {HOSTILE}")
    page = Page(text)
    assert page.open == []
    assert len(page.named("script")) == 2
    assert not page.named("img")
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "alert(1)" in page.words
    assert "49" not in page.words.split("{{7*7}}")[0][-3:]
    assert "\u202e" not in text


def test_nothing_can_be_requested_and_no_other_script_runs() -> None:
    """The policy is the second wall behind the escaping."""
    text = made(three())
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind, content in (("style", re.findall(r"<style>(.*?)</style>", text, re.DOTALL)),
                          ("script", re.findall(r"<script>(.*?)</script>", text, re.DOTALL))):  # fmt: skip
        (one,) = content
        digest = base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.findall(r"\bstyle=", text)  # the policy would ignore it
    assert not re.findall(r"""(?:src|href)=["']?https?:""", text)


def test_no_path_of_the_machine_is_on_the_page() -> None:
    """Pages are sent to others."""
    result = replace(
        three(), folder="/home/someone/results/study", problems=("/home/someone/results/study/x: damaged",)
    )
    assert "someone" not in made(result)


def test_every_trial_is_counted() -> None:
    """What is missing must not vanish from a page that decides."""
    relu, gelu, bad = three().candidates
    failed, waiting = TrialResult("t1", 1, "failed", 3, error="no memory"), TrialResult("t3", 3, "waiting", 3)
    gone = (a_trial(None, 0, "diverged"), failed, a_trial(0.5, 2, "running"), waiting)
    words = a_page(a_study(relu, gelu, replace(bad, trials=(*gone, bad.trials[4])))).words
    for text in ("✕ diverged in epoch", "! failed", "… running, epoch 3 of 3", "… waiting", "no memory"):
        assert text in words
    assert "1 diverged, 1 failed, 2 not finished" in words


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_few_seeds_give_a_page_without_more_certainty_than_there_is(seeds: int) -> None:
    """One seed is the case in which people most want a winner."""
    words = a_page(three(seeds)).words
    assert ("No verdict" in words) == (seeds < 3)


def test_one_seed_with_predictions_says_whose_test_it_is() -> None:
    """McNemar's test is about two networks."""
    words = a_page(a_study(a_predicted("relu", 0.9, 1), a_predicted("gelu", 0.8, 1, stream=1))).words
    assert "These two trained networks" in words
    assert "Two kinds of noise" not in words


def test_both_kinds_of_noise_are_told_apart() -> None:
    """Which of them more seeds cannot reduce."""
    words = a_page(a_study(a_predicted("relu", 0.9, 6), a_predicted("gelu", 0.88, 6, stream=1))).words
    assert "SE from examples" in words
    assert "More seeds reduce the first kind alone" in words
    assert "Only the noise of the seeds is known here" in a_page(three()).words


def test_without_diagnostics_the_page_says_so() -> None:
    """Rather than leaving the reader to wonder."""
    assert "No diagnostics were recorded" in a_page(three()).words


def test_with_one_candidate_there_is_a_page_and_no_verdict() -> None:
    """A run that has just begun can be looked at."""
    words = a_page(a_study(a_candidate("relu", [0.9]))).words
    assert "No verdict yet" in words
    assert "there is one candidate" in words


def test_with_nothing_finished_there_is_one_clear_error() -> None:
    """No page of dashes."""
    waiting = CandidateResult("relu", Activation("relu"), {}, (TrialResult("t0", 0, "waiting", 3),))
    with pytest.raises(UserError, match="no epoch is finished yet"):
        made(a_study(waiting, replace(waiting, label="gelu")))


def test_a_grid_has_a_section_for_each_setting() -> None:
    """And an overview that leads to them."""
    key = "training.optimizer.learning_rate"
    some = [a_candidate(name, noisy(value, 5, stream=i), {key: rate})
            for i, (name, value, rate) in enumerate([("relu", 0.9, 0.1), ("gelu", 0.95, 0.1), ("relu", 0.97, 0.01),
                                                      ("gelu", 0.96, 0.01)])]  # fmt: skip
    page = a_page(a_study(*some, grid={key: [0.1, 0.01]}))
    assert "The verdict at learning_rate = 0.1" in page.words
    assert "The verdict at learning_rate = 0.01" in page.words
    assert sum(attributes.get("class") == "chartbox" for _, attributes in page.tags) == 2


def test_tuning_is_shown_with_the_choice() -> None:
    """Whether the settings were chosen fairly decides what the ranking is worth."""
    key = "training.optimizer.learning_rate"
    one, two, other = (a_candidate(label, noisy(value, 4, stream=i), {key: rate}) for i, (label, value, rate) in
                       enumerate([("relu", 0.97, 0.1), ("relu", 0.95, 0.01), ("gelu", 0.96, 0.1)]))  # fmt: skip
    tuned = [replace(c, tuning=tuple(replace(t, role="tuning") for t in c.trials)) for c in (one, two, other)]
    tuned[1] = replace(tuned[1], trials=())
    from actsearch.results import Choice

    chosen = tuple(Choice(c.label, c.setting, 0.9, (7, 8, 9)) for c in (tuned[0], tuned[2]))
    words = a_page(replace(a_study(*tuned, grid={key: [0.1, 0.01]}), tuning_seeds=(7, 8, 9), chosen=chosen)).words
    assert "How the settings were chosen" in words
    assert words.count("✓ chosen") == 2
    assert "(7, 8 and 9)" in words


def test_the_command_that_makes_the_page_again_is_on_it() -> None:
    """With the options that were given, to the last digit: a confidence of 1 is refused."""
    assert "actsearch report results/study --margin 0.01 --baseline relu" in a_page(
        three(), margin=0.01, baseline="relu").words  # fmt: skip
    assert "--confidence 0.9999999 --target 1e-07" in a_page(three(), confidence=0.9999999, target=1e-7).words


def test_charts_have_names_and_tables() -> None:
    """Who cannot see a chart reads it."""
    page = a_page(probed(three()))
    images = [a for a in page.named("svg") if a.get("role") == "img"]
    assert images
    assert all(a.get("aria-label") for a in images)
    assert all(a.get("role") == "img" or a.get("aria-hidden") == "true" for a in page.named("svg"))
    assert "as a table" in page.words


def _contrast(one: str, other: str) -> float:
    """WCAG 2.1, section 1.4.3."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme: str) -> None:
    """4.5 to 1, in both themes."""
    colors: Mapping[str, str] = report_charts.PALETTES[theme]
    pairs = [(name, ground) for name in ("ink", "faint", "link") for ground in ("paper", "wash")]
    pairs += [(word, f"{word}-wash") for word in ("better", "worse", "tied", "undecided")]
    pairs += [("worse", "paper"), ("undecided", "paper"), ("ink", "undecided-wash")]
    for name, ground in pairs:
        assert _contrast(colors[name], colors[ground]) >= 4.5, (name, ground)


def a_large_study(candidates: int = 20, seeds: int = 10, epochs: int = 100) -> ExperimentResult:
    import numpy as np

    rng = np.random.default_rng(0)
    metrics = ("loss", "accuracy", "binary_accuracy", "val_loss", "val_accuracy", "val_binary_accuracy")
    found = []
    for i, name in enumerate(list(ACTIVATIONS)[:candidates]):
        trials = []
        for seed in range(seeds):
            rows: dict[str, Sequence[float]] = {metric: rng.uniform(0.9, 0.99, epochs).tolist() for metric in metrics}
            seen = diagnostics(
                epochs=epochs, dead=rng.uniform(), saturated=lambda layer, epoch, i=i: layer * i / (9 + epoch)
            )
            last = TestValues(epochs, {"accuracy": 0.9})
            trials.append(TrialResult(f"{name}{seed}", seed, "completed", epochs, rows, (1.0,) * epochs, last, last,
                                      diagnostics=seen, settings=SETTINGS))  # fmt: skip
        defaults = {key: one.default for key, one in ACTIVATIONS[name].parameters.items()}
        found.append(CandidateResult(name, Activation(name, defaults), {}, tuple(trials)))
    return a_study(*found)


def test_a_large_study_stays_small() -> None:
    """A page of many megabytes cannot be mailed, and a phone cannot open it."""
    began = time.process_time()
    text = made(a_large_study())
    assert len(text.encode()) < 3_000_000
    assert time.process_time() - began < 60  # a few seconds; a loop over all epochs within another took minutes


def test_long_curves_are_thinned_and_it_is_said() -> None:
    """A thousand epochs of a large grid would not fit."""
    result = a_large_study(candidates=20, seeds=2, epochs=900)
    text = made(result)
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0])
    curve = data["facets"][0]["curves"][0]
    assert data["step"] > 1
    assert (curve["x"][0], curve["x"][-1]) == (1, 900)
    assert "Of the epochs" in Page(text).words


def test_the_command_writes_a_page_beside_the_results(repository: Path, hostile: Path, capsys: Any) -> None:
    """And elsewhere if asked; several experiments are refused one file."""
    out = hostile / "page.html"
    assert run_command_line(["report", str(repository / "results" / "article-12"), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    capsys.readouterr()
    assert run_command_line(["report", str(repository / "results"), "--out", str(out)]) == 2
    assert "give a folder" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_one_line(hostile: Path) -> None:
    """With the remedy."""
    (hostile / "file").write_text("")
    with pytest.raises(UserError, match="--out FILE"):
        report.save(hostile / "file" / "page.html", "x")
