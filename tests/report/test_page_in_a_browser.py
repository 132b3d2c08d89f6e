"""The report in a browser: it asks for nothing, and can be used with a mouse, with keys, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from comparison_cases import a_candidate, a_study, a_trial, noisy
from fake_diagnostics import diagnostics, layer_names
from page_browser import needs_browser, open_browser, write_page
from reported_studies import HOSTILE, a_large_study, made, probed, three

from actsearch.analysis.charts.axes import tick_text
from actsearch.analysis.charts.curve_axes import curve_axis
from actsearch.analysis.charts.curves import learning_curves
from actsearch.core.activation import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("ä page"), made(probed(three())))


class Visit:
    """A page that was opened, with what it did meanwhile."""

    def __init__(self, browser: Any, path: Path, width: int = 1280, **how: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **how)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def path(self, series: int = 0) -> Any:
        line = self.page.query_selector(f".curve.s{series} .line")
        return line and line.get_attribute("d")

    def width(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


@pytest.fixture
def visit(browser: Any, file: Path) -> Iterator[Visit]:
    opened = Visit(browser, file)
    yield opened
    opened.context.close()


def test_it_asks_for_nothing_and_complains_of_nothing(visit: Visit) -> None:
    """Offline it would look broken; a complaint of the policy means that a part of it does not work."""
    assert visit.complaints == []
    assert [url for url in visit.requests if not url.startswith("data:")] == visit.requests[:1]


def test_hostile_text_does_nothing(browser: Any, tmp_path: Path) -> None:
    """A browser has the last word on what is escaped."""
    study: ExperimentResult = three()
    relu, gelu, sigmoid = study.candidates
    named = replace(study, name=HOSTILE, description=HOSTILE, candidates=(relu, gelu, replace(sigmoid, label=HOSTILE)))
    path = write_page(tmp_path, made(named, configuration=HOSTILE))
    opened = Visit(browser, path)
    opened.page.hover(".dot >> nth=0", force=True)
    assert opened.complaints == []
    assert opened.page.locator("img").count() == 0
    assert "alert(1)" in opened.page.locator("h1").inner_text()
    opened.context.close()


def test_pointing_at_a_line_reads_it_out(visit: Visit) -> None:
    """Which value, of which candidate, at which epoch."""
    box = visit.page.locator(".chartbox")
    box.scroll_into_view_if_needed()
    box.hover(position={"x": 500, "y": 60})
    readout = box.locator(".readout")
    assert readout.is_visible()
    assert "epoch" in readout.inner_text()
    visit.page.mouse.move(0, 0)
    assert not readout.is_visible()


def test_a_name_hides_its_line_and_shows_it_again(visit: Visit) -> None:
    """Twenty lines are too many to look at."""
    button = visit.page.locator(".legendbutton[data-series='0']")
    assert visit.path() is not None
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert visit.path() is None
    button.click()
    assert visit.path() is not None


def test_the_log_axis_and_another_metric_draw_the_lines_anew(visit: Visit) -> None:
    """Small losses can be told apart on a logarithmic axis only."""
    linear = visit.path()
    visit.page.click("#log")
    assert visit.path() != linear
    assert "logarithmic" in visit.page.locator("[data-axisname='0']").inner_text()
    visit.page.click("#log")
    assert visit.path() == linear
    visit.page.select_option("#metric", label="validation loss")
    assert visit.path() != linear


def test_dark_follows_the_system_and_the_button(browser: Any, file: Path) -> None:
    """And stays legible: ink and paper change places."""
    opened = Visit(browser, file, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = opened.page.evaluate(ground)
    assert dark == "rgb(20, 23, 26)"
    opened.page.click("#theme")
    assert opened.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert opened.page.locator("#theme").get_attribute("aria-pressed") == "false"
    opened.context.close()


def test_on_a_phone_the_page_does_not_scroll_sideways(browser: Any, file: Path) -> None:
    """Tables scroll within their own boxes."""
    opened = Visit(browser, file, width=360)
    for details in opened.page.query_selector_all("details"):
        details.evaluate("e => e.open = true")
    assert opened.width() <= 360
    opened.context.close()


def test_on_a_phone_the_verdicts_are_seen_at_once(browser: Any, file: Path) -> None:
    """They are what the page is opened for; nobody scrolls a table sideways to look for them."""
    opened = Visit(browser, file, width=360)
    badges = opened.page.locator(".ranking .badge:visible")
    assert badges.count() == 2
    for badge in badges.all():
        box = badge.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 360
    opened.context.close()


def test_names_stay_when_a_table_is_scrolled_and_a_shadow_tells_that_it_can_be(browser: Any, file: Path) -> None:
    """A row of numbers without a name says nothing; a table cut at the edge looks like a whole one."""
    opened = Visit(browser, file, width=360)
    scroller = opened.page.locator(".scroll[data-label='Every trial']")
    assert "after" in str(scroller.evaluate("e => e.parentElement.className"))
    scroller.evaluate("e => { e.scrollLeft = 90; }")
    opened.page.locator(".tablebox.before .trials").wait_for()
    assert scroller.evaluate("e => e.querySelector('tbody th').getBoundingClientRect().left") < 20
    opened.context.close()


def test_only_what_scrolls_is_a_stop_of_the_tab_key(browser: Any, file: Path) -> None:
    """A dozen stops at tables that are seen whole are a dozen keys for nothing; all links can be hit with a finger."""
    for width in (1280, 360):
        opened = Visit(browser, file, width=width)
        wrong = opened.page.evaluate(
            "[...document.querySelectorAll('.scroll, .formulas, pre')].filter((e) => e.checkVisibility()"
            " && (e.tabIndex === 0) !== (e.scrollWidth > e.clientWidth + 1)).map((e) => e.dataset.label)"
        )
        assert wrong == []
        heights = opened.page.evaluate(
            "[...document.querySelectorAll('nav a')].map((e) => e.getBoundingClientRect().height)"
        )
        assert min(heights) >= 24
        opened.context.close()


LONG = "a_very_long_name_without_a_single_space_that_somebody_gave_to_a_candidate_on_a_friday"


def test_long_names_leave_room_for_the_numbers(browser: Any, tmp_path: Path) -> None:
    """On a desk nothing of these tables needs scrolling, whoever named the candidates."""
    relu, gelu, sigmoid = three().candidates
    path = write_page(tmp_path, made(a_study(replace(relu, label=LONG), replace(gelu, label=f"{LONG}_again"), sigmoid)))
    opened = Visit(browser, path)
    opened.page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    scrolled = "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1)"
    assert opened.page.evaluate(f"{scrolled}.map((e) => e.dataset.label)") == []
    phone = Visit(browser, path, width=360)
    assert phone.width() <= 360
    for each in (opened, phone):
        assert each.complaints == []
        each.context.close()


def test_one_seed_has_no_range_to_be_shown(browser: Any, tmp_path: Path) -> None:
    """A button that does nothing, and captions of intervals that are not there."""
    path = write_page(tmp_path, made(probed(three(1))))
    opened = Visit(browser, path)
    assert opened.page.locator("#bands").count() == 0
    words = opened.page.locator("#c0-ranking ~ .caption").first.inner_text()
    assert "Interval" not in words
    assert "interval within it" not in opened.page.locator(".forest figcaption").inner_text()
    opened.page.click("#log")
    assert opened.complaints == []
    opened.context.close()


def test_every_pair_can_be_read_in_numbers(visit: Visit) -> None:
    """A tip is for who has a mouse; paper, fingers and keys need a table."""
    rows = visit.page.locator(".pairs tbody tr")
    assert rows.count() == 3
    said = rows.nth(2).evaluate("e => e.textContent")
    tip = visit.page.locator(".matrix tbody tr:nth-child(2) td:nth-child(4)").get_attribute("data-tip")
    assert tip
    for part in re.findall(r"[-+]0\.\d+", tip):
        assert part in said


def test_without_a_script_the_charts_are_there(browser: Any, file: Path) -> None:
    """Some mail programs and readers run none."""
    opened = Visit(browser, file, java_script_enabled=False)
    assert opened.page.locator(".chartbox svg .line").count() == 3
    assert not opened.page.locator("#log").is_visible()
    opened.context.close()


LOOKS_LIKE = """() => [...document.querySelectorAll('.chartbox')].map((box) => {
  const svg = box.querySelector('svg'), grid = [...svg.querySelectorAll('line.grid')];
  const top = Number(grid[0].getAttribute('y1')), bottom = Number(grid[grid.length - 1].getAttribute('y1'));
  const [left, right] = ['x1', 'x2'].map((name) => Number(grid[0].getAttribute(name)));
  const shares = (d) => d.slice(1).split(/[ML]/).map((point) => point.split(' ').map(Number))
    .map(([x, y]) => [(x - left) / (right - left), (y - top) / (bottom - top)]);
  return {
    ticks: [...svg.querySelectorAll('text.tick')].map((text) => text.textContent),
    names: [...svg.querySelectorAll('text.name')].map((text) => text.textContent),
    note: document.querySelector(`[data-axisnote="${box.dataset.facet}"]`).textContent,
    lines: [...svg.querySelectorAll('.line')].map((line) => shares(line.getAttribute('d'))),
  };
})"""


def falling_behind() -> ExperimentResult:
    """With a first epoch far below the rest, so that the axis cuts it off."""
    rows = [(label, 0.96 if i == 0 else 0.1, 0.98 - 0.002 * i) for i, label in enumerate(("relu", "gelu", "sigmoid"))]
    return a_study(*(
        CandidateResult(label, Activation(label), {}, tuple(
            a_trial(last + 0.0003 * seed, seed, curve=[first, *(0.97 + 0.001 * e for e in range(8))])
            for seed in range(5)))
        for label, first, last in rows
    ))  # fmt: skip


def test_the_script_draws_first_what_stood_there(browser: Any, tmp_path: Path) -> None:
    """The chart on paper or in a mail must be the one on the screen: the same axis, ticks, lines and words."""
    path = write_page(tmp_path, made(falling_behind()))
    still, moving = Visit(browser, path, java_script_enabled=False), Visit(browser, path)
    (before,), (after,) = (visit.page.evaluate(LOOKS_LIKE) for visit in (still, moving))
    for what in ("ticks", "names", "note"):
        assert before[what] == after[what], what
    assert before["note"].startswith("The axis begins at 0.9")
    assert "parts of gelu and sigmoid lie below it" in before["note"]
    for line, again in zip(before["lines"], after["lines"], strict=True):
        assert [pytest.approx(place, abs=0.01) for place in line] == again
    moving.page.click("[data-show=none]")
    assert moving.page.locator(".axisnote").inner_text() == ""
    moving.page.click("#log")
    assert "begins" not in moving.page.locator(".axisnote").inner_text()
    for visit in (still, moving):
        assert visit.complaints == []
        visit.context.close()


def test_without_a_line_the_axis_is_that_of_the_others(browser: Any, tmp_path: Path) -> None:
    """A figure drawn with `--without sigmoid` shows the same axis."""
    stuck = CandidateResult(
        "sigmoid", Activation("sigmoid"), {}, tuple(a_trial(0.5, s, curve=[0.1] * 8) for s in (0, 1))
    )
    result = a_study(*falling_behind().candidates[:2], stuck)
    opened = Visit(browser, write_page(tmp_path, made(result)))
    numbers = opened.page.locator(".chartbox text.tick:not(.epoch)")
    before = numbers.all_text_contents()
    opened.page.click(".legendbutton:has-text('sigmoid')")
    axis = curve_axis(learning_curves(result, "val_accuracy", ["sigmoid"]))
    assert numbers.all_text_contents() == list(map(tick_text, axis.ticks)) != before
    assert opened.complaints == []
    opened.context.close()


def test_a_tap_reads_a_line_until_another_one_elsewhere(browser: Any, file: Path) -> None:
    """A finger leaves as soon as it is lifted."""
    opened = Visit(browser, file, width=360, has_touch=True, is_mobile=True)
    chart = opened.page.locator(".chartbox")
    chart.scroll_into_view_if_needed()
    chart.tap(position={"x": 200, "y": 60})
    assert chart.locator(".readout").is_visible()
    opened.page.locator("#curves h2").tap()
    assert not chart.locator(".readout").is_visible()
    opened.page.locator(".dot").first.tap(force=True)
    tip = opened.page.locator("#tip")
    assert tip.is_visible()
    box = tip.bounding_box()
    assert box
    assert box["y"] + box["height"] > 780
    opened.context.close()


def test_a_tip_goes_with_escape_and_with_scrolling(visit: Visit) -> None:
    """It covers what stands below it (WCAG 2.1, section 1.4.13)."""
    tip = visit.page.locator("#tip")
    for leave in (lambda: visit.page.keyboard.press("Escape"), lambda: visit.page.evaluate("scrollBy(0, 300)")):
        visit.page.mouse.move(0, 0)
        visit.page.locator(".dot").first.scroll_into_view_if_needed()
        visit.page.evaluate("new Promise((done) => setTimeout(done, 150))")  # until it has come to rest
        visit.page.locator(".dot").first.hover(force=True)
        assert tip.is_visible()
        leave()
        tip.wait_for(state="hidden")


def test_keys_reach_the_controls_and_read_the_chart(visit: Visit) -> None:
    """Not everybody has a mouse."""
    visit.page.locator("#log").focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator("#log").get_attribute("aria-pressed") == "true"
    reached = set()
    for _ in range(60):
        visit.page.keyboard.press("Tab")
        reached.add(visit.page.evaluate("document.activeElement.className || document.activeElement.tagName"))
    assert {"chartbox", "legendbutton", "SUMMARY"} <= reached
    visit.page.locator(".chartbox").focus()
    visit.page.keyboard.press("ArrowRight")
    first = visit.page.locator(".readout").inner_text()
    assert "epoch 1" in first
    visit.page.keyboard.press("ArrowRight")
    assert "epoch 2" in visit.page.locator(".readout").inner_text()
    visit.page.keyboard.press("Escape")
    assert not visit.page.locator(".readout").is_visible()


def test_every_control_and_picture_has_a_name(visit: Visit) -> None:
    """What a screen reader says of them."""
    for role in ("button", "img", "group", "region", "navigation", "combobox"):
        for element in visit.page.get_by_role(role).all():
            name = element.evaluate(
                "e => e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels[0].textContent)"
            )
            assert name, (role, element.evaluate("e => e.outerHTML.slice(0, 200)"))
    for landmark in ("banner", "main", "navigation", "contentinfo"):
        assert visit.page.get_by_role(landmark).count() == 1


def wide() -> ExperimentResult:
    """Whatever is wide: ten seeds, twelve layers, GELU's derivative, a name without a space."""
    seen = diagnostics(layers=layer_names(12), epochs=6)
    return a_study(*(
        CandidateResult(label, Activation(name), {}, tuple(
            replace(t, diagnostics=seen) for t in a_candidate(name, noisy(0.98, 10, stream=i)).trials))
        for i, (label, name) in enumerate([("relu", "relu"), ("gelu", "gelu"), (LONG, "mish"), ("silu", "silu")])
    ))  # fmt: skip


def test_on_paper_nothing_is_cut_off_or_shrinks_the_page(browser: Any, tmp_path: Path) -> None:
    """A browser makes the whole page smaller until its widest line fits."""
    path = write_page(tmp_path, made(wide()))
    opened = Visit(browser, path, width=688)  # A4 without its margins
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.width() <= 688
    cut = "[...document.querySelectorAll('.scroll, .formulas, pre')].filter((e) => e.scrollWidth > e.clientWidth + 1)"
    assert opened.page.evaluate(f"{cut}.map((e) => e.dataset.label)") == []
    assert opened.page.locator(".formulas:has-text('f′(x) = ') .paper").first.is_visible()
    assert not opened.page.locator("#curves table").first.is_visible()
    opened.context.close()


@pytest.mark.slow
def test_a_large_study_prints_on_a_few_sheets(browser: Any, tmp_path: Path) -> None:
    """Fifty pages of tables are not printed, and not read."""
    path = write_page(tmp_path, made(a_large_study(20, 5, 30)))
    opened = Visit(browser, path)
    assert len(re.findall(rb"/Type\s*/Page\b", opened.page.pdf(format="A4"))) <= 26
    opened.context.close()


def test_it_prints_with_everything_open(visit: Visit) -> None:
    """A folded table on paper is lost."""
    pdf = visit.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    visit.page.emulate_media(media="print")
    assert not visit.page.locator("nav").is_visible()
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert visit.page.locator("details:not([open]):not(.screen)").count() == 0
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert visit.page.locator("details:not([open])").count() > 0


def test_copying_puts_the_configuration_into_the_clipboard(browser: Any, file: Path) -> None:
    """Retyping it would be an experiment of its own."""
    opened = Visit(browser, file, permissions=["clipboard-read", "clipboard-write"])
    opened.page.click("[data-copy='configuration']")
    opened.page.locator("[data-copy=configuration]", has_text="Copied").wait_for()
    assert opened.page.evaluate("navigator.clipboard.readText()") == "name: study\n"
    opened.context.close()
