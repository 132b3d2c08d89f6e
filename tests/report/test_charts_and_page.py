"""The report: what stands on the page, whatever users wrote and however far a study has come."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from comparison_cases import a_candidate, a_predicted, a_study, a_trial, looked, noisy
from fake_diagnostics import diagnostics, layer_names
from reported_studies import HOSTILE, a_large_study, made, probed, three

from actsearch.analysis.comparing import comparisons_of
from actsearch.analysis.comparison_rows import differences_table
from actsearch.analysis.layer_figures import LayerFigure, layer_figures
from actsearch.analysis.pens import PALETTES
from actsearch.analysis.question import Question
from actsearch.cli.app import run_command_line
from actsearch.config import loading
from actsearch.core.errors import UserError
from actsearch.core.experiment import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.figures.pair_matrix import VERDICT_COLORS
from actsearch.report import difference_charts, layer_charts, page_colors, summary, thinning
from actsearch.report import page as report


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


def a_page(result: ExperimentResult, **question: Any) -> Page:
    page = Page(made(result, **question))
    assert page.open == []
    return page


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


def test_what_the_experiment_and_the_comparison_warn_of_is_said_once(repository: Path) -> None:
    """Twice the same warning hides the others, and each of the two has words of its own for it."""
    told = loading.load_experiment(repository / "configs" / "article.yaml").experiment.warnings
    assert any(text.startswith(summary.TEST_WARNING) for text in told)
    relu, gelu, sigmoid = three().candidates
    words = a_page(replace(a_study(relu, gelu, sigmoid, test=True), warnings=told)).words
    assert words.count(summary.TEST_WARNING) == 1
    assert words.count("choosing on test") == words.count(summary.TEST_WARNING)


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


def _drawn(svg: str) -> list[float]:
    """The places of the dots and means of a chart in a row, in percent."""
    return [float(place) for place in re.findall(r'class="(?:dot|mean)" cx="([-\d.]+)%"', svg)]


def far_off(*values: float) -> ExperimentResult:
    """A study of which one candidate is far below the others."""
    some = [a_candidate(name, noisy(0.98 - 0.001 * i, 5, stream=i)) for i, name in enumerate(("relu", "gelu", "elu"))]
    return a_study(*some, a_candidate("sigmoid", values))


def test_no_difference_is_drawn_where_it_is_not() -> None:
    """A dot at the edge of the axis is read as a value, and would be a wrong one."""
    (comparison,) = comparisons_of(far_off(*noisy(0.9, 5, stream=9)), Question())
    charts = difference_charts.DifferenceCharts.of(comparison)
    (pair,) = (p for i in comparison.others if comparison.contenders[i].name == "sigmoid"
               for p in [comparison.pair(i, comparison.reference)])  # fmt: skip
    assert _drawn(charts.row(pair)) == _drawn(charts.small(pair)) == []
    assert 'class="interval"' not in charts.row(pair) + charts.small(pair)
    assert re.search("◂ 5 seeds: -0.08\\d\\d to -0.0\\d+<", charts.row(pair))
    assert "beyond the axis, 5 seeds" in charts.row(pair)  # for who cannot see it
    assert "◂ beyond" in charts.small(pair)
    assert "what lies beyond is told at its edge" in a_page(far_off(*noisy(0.9, 5, stream=9))).words
    assert "told at its edge" not in a_page(far_off(*noisy(0.978, 5, stream=9))).words


def test_a_seed_beyond_the_axis_is_told_beside_those_within_it() -> None:
    """One seed that failed to learn is news; its dot stands nowhere, and the interval goes on to it."""
    (comparison,) = comparisons_of(far_off(0.977, 0.978, 0.976, 0.977, 0.3), Question())
    charts = difference_charts.DifferenceCharts.of(comparison)
    i = next(i for i in comparison.others if comparison.contenders[i].name == "sigmoid")
    row = charts.row(comparison.pair(i, comparison.reference))
    assert "1 of 5 seeds: -0.6" in row
    assert len(_drawn(row)) == 4  # neither that seed nor the mean that it draws along
    assert ">◂<" in row
    assert ">▸<" in row


def test_the_chart_of_differences_has_the_axis_of_the_figure() -> None:
    """Page and figure of one study must not show two pictures of it."""
    (comparison,) = comparisons_of(far_off(*noisy(0.9, 5, stream=9)), Question())
    scale = difference_charts.DifferenceCharts.of(comparison).scale
    axis = differences_table(comparison, "differences").axis
    assert (scale.low, scale.high) == (axis.low, axis.high)


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
    from actsearch.core.results import Choice

    chosen = tuple(Choice(c.label, c.setting, 0.9, (7, 8, 9)) for c in (tuned[0], tuned[2]))
    page = a_page(replace(a_study(*tuned, grid={key: [0.1, 0.01]}), tuning_seeds=(7, 8, 9), chosen=chosen))
    assert "How the settings were chosen" in page.words
    assert sum(attributes.get("class") == "chosen" for attributes in page.named("tr")) == 2
    assert "✓ chosen" in page.words
    assert "(7, 8 and 9)" in page.words


def test_the_command_that_makes_the_page_again_is_on_it() -> None:
    """With the options that were given, to the last digit: a confidence of 1 is refused."""
    assert "actsearch report results/study --margin 0.01 --baseline relu" in a_page(
        three(), margin=0.01, baseline="relu").words  # fmt: skip
    assert "--confidence 0.9999999 --target 1e-07" in a_page(three(), confidence=0.9999999, target=1e-7).words


def test_a_sequential_study_is_made_again_as_one() -> None:
    """Without its options the command trains another study, of a fixed number of seeds."""
    text = made(looked())
    assert "actsearch run study.yaml --until-decided --margin 0.001 --confidence 0.95 --max-seeds 20" in text
    assert "8, 3 of them beyond the last look" in text


def test_the_pairs_of_very_many_are_told_where_to_find() -> None:
    """Two hundred candidates have twenty thousand of them: a page of 17 MB that no browser likes."""
    many = [a_candidate(f"c{i}", noisy(0.9, 3, stream=i)) for i in range(61)]
    assert "The pairs of 61 candidates are too many for a page" in a_page(a_study(*many)).words
    assert "too many for a page" not in a_page(a_study(*many[:60])).words


def test_charts_have_names_and_tables() -> None:
    """Who cannot see a chart reads it."""
    page = a_page(probed(three()))
    images = [a for a in page.named("svg") if a.get("role") == "img"]
    assert images
    assert all(a.get("aria-label") for a in images)
    assert all(a.get("role") == "img" or a.get("aria-hidden") == "true" for a in page.named("svg"))
    assert "as a table" in page.words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme: str) -> None:
    """4.5 to 1, in both themes."""
    colors: Mapping[str, str] = page_colors.PAGE_COLORS[theme]
    pairs = [(name, ground) for name in ("ink", "faint", "link") for ground in ("paper", "wash")]
    pairs += [(f"{word}-on", f"{word}-wash") for word in ("better", "worse", "tied", "undecided")]
    pairs += [("alarm", "paper"), ("warn", "paper"), ("ink", "warn-wash"), ("warn", "warn-wash")]
    for name, ground in pairs:
        assert page_colors.contrast(colors[name], colors[ground]) >= 4.5, (name, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_can_be_seen(theme: str) -> None:
    """A thin light line on white is lost on a projector; 3 to 1 is asked of graphics."""
    paper = page_colors.PAGE_COLORS[theme]["paper"]
    for word in ("better", "worse", "tied", "undecided"):
        assert page_colors.contrast(page_colors.PAGE_COLORS[theme][word], paper) >= 3, word
    for color in (*PALETTES[theme].activations.values(), *PALETTES[theme].others):
        assert page_colors.contrast(page_colors.legible(color, theme), paper) >= 3
    style = page_colors.color_sheet({})
    for shade in re.findall(r"--h\d+:(#\w+);", style.split("@media")[0 if theme == "light" else 1]):
        assert page_colors.contrast(shade, paper) >= 3, shade


def test_verdicts_have_the_colours_of_the_figures() -> None:
    """Blue and orange are told apart by who cannot tell red from green."""
    for theme in ("light", "dark"):
        for verdict in ("better", "worse"):
            ground = page_colors.PAGE_COLORS[theme][f"{verdict}-wash"]
            assert ground == VERDICT_COLORS[verdict][0].lower()


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
    row = curve["metrics"][0]
    assert (row["x"][0], row["x"][-1]) == (1, 900)
    assert len(row["x"]) == len(row["y"][0]) < 500
    assert re.search(r"Drawn of a line: at most \d+ of 900 epochs, extremes kept", Page(text).words)


def test_a_spike_is_never_thinned_away() -> None:
    """One epoch in which a gradient explodes is why one looks at all."""
    for n in (41, 101, 1000):
        for spike in (0, 1, n // 2, n - 2, n - 1):
            middle = [1.0] * n
            middle[spike] = 100.0
            for low in (middle, [0.5] * n):
                places = thinning.thinned(middle, low, middle, 80)
                assert spike in places
                assert {0, n - 1} <= set(places)
                assert len(places) <= 84
    gap = [1.0] * 500 + [math.nan] + [1.0] * 500
    assert 500 in thinning.thinned(gap, gap, gap, 80, (123,))
    assert 123 in thinning.thinned(gap, gap, gap, 80, (123,))


def test_a_small_panel_shows_the_spike_and_says_what_it_leaves_out() -> None:
    """And a seed that diverged keeps its cross."""
    seen = diagnostics(epochs=100, gradient_norm_kernel=lambda _, epoch: 100.0 if epoch == 47 else 1.0)
    result = three()
    trials = [replace(t, diagnostics=seen, epochs=100) for t in result.candidates[0].trials]
    trials[0] = replace(trials[0], status="diverged")
    result = a_study(replace(result.candidates[0], trials=tuple(trials)), *result.candidates[1:])
    (figure,) = layer_figures(result, "gradients")
    svg = layer_charts.layer_svg(figure, figure.axes[0], figure.panels[0].rows[0], "told")
    heights = [
        float(y) for d in re.findall(r'class="line [^"]*" d="([^"]*)"', svg) for y in re.findall(r" ([\d.]+)", d)
    ]
    assert min(heights) < 20 < max(heights)
    assert "✕" in svg
    assert re.search(r"Drawn of a line: at most \d+ of 101 epochs, extremes kept", a_page(result).words)


def test_a_zero_is_not_drawn_as_a_small_number() -> None:
    """A layer without any gradient is dead; a line along the edge of a logarithmic axis says that it is not."""
    seen = diagnostics(epochs=9, gradient_norm_kernel=lambda layer, e: 0.0 if layer == 1 and 3 <= e < 7 else 10.0**-e)
    candidate = a_candidate("relu", [0.9])
    result = a_study(replace(candidate, trials=tuple(replace(t, diagnostics=seen) for t in candidate.trials)))
    (figure,) = layer_figures(result, "gradients")
    assert figure.axes[0].scale == "log"
    svg = layer_charts.layer_svg(figure, figure.axes[0], figure.panels[0].rows[0], "told")
    lines = re.findall(r'class="line [^"]*" d="([^"]*)"', svg)
    assert [d.count("M") for d in lines] == [1, 2, 1]
    assert svg.count('class="atzero') == 4


def deep(**formulas: Any) -> LayerFigure:
    """The gradients of twenty layers by epoch."""
    seen = diagnostics(layers=layer_names(20), epochs=5, **formulas)
    candidate = a_candidate("relu", [0.9])
    result = a_study(replace(candidate, trials=tuple(replace(t, diagnostics=seen) for t in candidate.trials)))
    return layer_figures(result, "saturation" if "saturated" in formulas else "gradients")[0]


def test_twenty_layers_can_be_told_apart() -> None:
    """A legend in which four lines look alike names none of them."""
    shades = layer_charts.shades(deep())
    assert len(shades) == len(set(shades.values())) == 20
    names = list(shades.values())
    assert all(one.split()[1] != other.split()[1] for one, other in itertools.pairwise(names))


def test_an_axis_writes_all_its_numbers_one_way() -> None:
    """`0.001` beside `1e-04` is two sizes to comparisons_of in one's head; of shares near all, all of it is shown."""
    figure = deep(gradient_norm_kernel=lambda layer, _: 10.0 ** (-layer / 3))
    svg = layer_charts.layer_svg(figure, figure.axes[0], figure.panels[0].rows[0], "told")
    said = re.findall(r'text-anchor="end">([^<]+)<', svg)
    assert {"1e-4", "1e-2"} <= set(said)
    assert all("e" in text for text in said[:3])
    figure = deep(saturated=0.8)
    svg = layer_charts.layer_svg(figure, figure.axes[0], figure.panels[0].rows[0], "told")
    assert ">100 %<" in svg
    assert ">epoch<" in svg


def test_the_command_writes_a_page_beside_the_results(repository: Path, hostile: Path, capsys: Any) -> None:
    """And elsewhere if asked; several experiments are refused one file."""
    out = hostile / "page.html"
    assert run_command_line(["report", str(repository / "results" / "article-12"), "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert re.search('<pre id="configuration"[^>]*>name: article-12\n', text)
    capsys.readouterr()
    assert run_command_line(["report", str(repository / "results"), "--out", str(out)]) == 2
    assert "give a folder" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_one_line(hostile: Path) -> None:
    """With the remedy."""
    (hostile / "file").write_text("")
    with pytest.raises(UserError, match="--out FILE"):
        report.save_page(hostile / "file" / "page.html", "x")
