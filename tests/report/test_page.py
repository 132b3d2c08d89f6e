"""The page as a whole: what stands on it, whatever users wrote and however far a study has come."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from comparison_cases import a_candidate, a_study
from read_pages import Page, a_page
from reported_studies import HOSTILE, a_large_study, made, probed, three

from actsearch.cli.app import run_command_line
from actsearch.core.activation import Activation
from actsearch.core.errors import UserError
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.report import page as report

SECTIONS = (
    "c0",
    "c0-ranking",
    "c0-differences",
    "c0-pairs",
    "c0-noise",
    "curves",
    "layers",
    "functions",
    "trials",
    "settings",
    "reproduce",
)


def test_the_verdict_comes_first_and_every_section_is_there(probed_page: Page) -> None:
    """Who is sent the page wants to know what came out, and then why."""
    ids = [attributes["id"] for _, attributes in probed_page.tags if attributes.get("id") in SECTIONS]
    assert tuple(ids) == SECTIONS
    words = probed_page.words
    first = words.index("The leading group in validation accuracy")
    assert first < words.index("Validation accuracy at the last epoch; no order")
    for text in ("Worse than", "This holds for", "Leading group", "actsearch run study.yaml", "name: study"):
        assert text in words


def test_links_lead_somewhere_and_no_id_is_there_twice(probed_page: Page) -> None:
    """A contents that goes nowhere, or a title of another chart."""
    ids = [attributes["id"] for _, attributes in probed_page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    targets = [a["href"] for a in probed_page.named("a")]
    assert targets
    assert all(target and target.startswith("#") and target[1:] in ids for target in targets)


def test_headings_are_in_order(probed_page: Page) -> None:
    """A screen reader goes from heading to heading."""
    levels = [int(tag[1]) for tag, _ in probed_page.tags if re.fullmatch("h[1-6]", tag)]
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
    attributes = itertools.chain.from_iterable(attributes for _, attributes in page.tags)
    assert not any(name.startswith("on") for name in attributes)
    assert "alert(1)" in page.words
    assert "49" not in page.words.split("{{7*7}}")[0][-3:]
    assert "\u202e" not in text


def test_nothing_can_be_requested_and_no_other_script_runs(page_text: str) -> None:
    """The policy is the second wall behind the escaping."""
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page_text)
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind in ("style", "script"):
        (content,) = re.findall(f"<{kind}>(.*?)</{kind}>", page_text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.findall(r"\bstyle=", page_text)  # the policy would ignore it
    assert not re.findall(r"""(?:src|href)=["']?https?:""", page_text)


def test_no_path_of_the_machine_is_on_the_page() -> None:
    """Pages are sent to others."""
    result = replace(
        three(), folder="/home/someone/results/study", problems=("/home/someone/results/study/x: damaged",)
    )
    assert "someone" not in made(result)


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


def test_charts_have_names_and_tables(probed_page: Page) -> None:
    """Who cannot see a chart reads it."""
    page = probed_page
    images = [a for a in page.named("svg") if a.get("role") == "img"]
    assert images
    assert all(a.get("aria-label") for a in images)
    assert all(a.get("role") == "img" or a.get("aria-hidden") == "true" for a in page.named("svg"))
    assert "as a table" in page.words


@pytest.mark.slow
def test_a_large_study_stays_small() -> None:
    """A page of many megabytes cannot be mailed, and a phone cannot open it."""
    began = time.process_time()
    text = made(a_large_study())
    assert len(text.encode()) < 3_000_000
    assert time.process_time() - began < 60  # a few seconds; a loop over all epochs within another took minutes


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
