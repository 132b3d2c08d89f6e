"""`actsearch explain`: what the diagnostics show, and where there are none."""

from __future__ import annotations

import json
from collections.abc import Callable

from conftest import Done
from fake_diagnostics import candidate, diagnostics, trial


def test_explain_says_what_is_seen_and_what_can_not_be(
    actsearch_: Callable[..., Done], probed: Callable[..., None]
) -> None:
    """One experiment without diagnostics does not keep the others from being explained."""
    probed(one=[candidate("relu", trial(diagnostics(dead=0.5)))], two=[candidate("relu", trial(None))])
    done = actsearch_("explain", "results")
    assert done.code == 0
    assert "50 % of conv_1's channels are dead" in done.out
    assert done.err.startswith("note: no trial in results/two has diagnostics")
    assert actsearch_("explain", "results/two").code == 2
    done = actsearch_("explain", "results", "--json")
    (row,) = map(json.loads, done.out.splitlines())
    assert row["experiment"] == "one"
    assert row["candidates"][0]["findings"][0]["kind"] == "dead"
