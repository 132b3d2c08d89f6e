"""`actsearch report`: a page of each experiment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import Done
from fake_diagnostics import candidate, diagnostics, trial


def test_report_gives_each_experiment_its_own_page(
    actsearch_: Callable[..., Done], probed: Callable[..., None], hostile: Path
) -> None:
    """A page that took another's place would be lost; on a Mac, upper and lower case are one."""
    some = [candidate(label, trial(diagnostics(), seed)) for label in ("relu", "selu") for seed in (0, 1)]
    probed(one=some, two=some)
    done = actsearch_("report", "results", "--out", "pages")
    assert (done.code, done.out.split()) == (0, ["pages/one.html", "pages/two.html"])
    assert actsearch_("report", "results/one", "--out", "alone").out == "alone/one.html\n"
    (hostile / "other").mkdir()
    (hostile / "results" / "two").rename(hostile / "other" / "One")
    done = actsearch_("report", "results", "other", "--out", "pages2")
    assert done.code == 2
    assert "pages2/One.html would hold another experiment's page" in done.err
    assert not (hostile / "pages2").exists()
