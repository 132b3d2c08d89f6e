"""Findings joined to the results, as text and as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from explained_candidates import STUCK, explained, the
from fake_diagnostics import candidate, diagnostics, experiment, layer_names, trial

from actsearch.analysis.findings.explanation import explanation_of, explanation_record
from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.errors import NoDiagnostics, NothingToShow
from actsearch.core.metrics import Metric
from actsearch.core.tasks import Task


def test_the_most_important_comes_first_and_the_harmless_last() -> None:
    """A page is read from above."""
    dying = diagnostics(dead=0.5, zeros=0.6, mean=0.5)
    gone = trial(diagnostics(), status="diverged")
    told = explanation_of(
        experiment(
            candidate("relu", trial(diagnostics())), candidate("elu", trial(dying)), candidate("gelu", gone),
            candidate("sigmoid", trial(None)),
        )
    )  # fmt: skip
    assert [one.candidate.label for one in told.candidates] == ["gelu", "elu", "relu"]
    assert [finding.kind for finding in told.candidates[1].findings] == ["dead", "sparsity"]
    assert [one.label for one in told.without_diagnostics] == ["sigmoid"]


def test_results_stand_beside_the_findings() -> None:
    """Median of the completed seeds; one that diverged has no say."""
    gone = trial(diagnostics(), 2, "diverged", losses=[9.0, None], accuracies=[0.1, None])
    (one,) = explanation_of(experiment(candidate("relu", trial(diagnostics()), gone))).candidates
    assert (one.epoch, one.value, one.loss) == (4, 0.875, 0.25)
    (none,) = explanation_of(experiment(candidate("relu", gone))).candidates
    assert (none.epoch, none.value, none.loss) == (0, None, None)


def test_a_seed_that_ended_early_has_no_say_in_how_it_ends() -> None:
    """Its last values are of an epoch in which the others were young as well."""
    early = trial(diagnostics(epochs=1, dead=0.0), 1, "diverged")
    assert the("dead", trial(diagnostics(dead=0.4)), early).value == 0.4


def test_json_holds_plain_values_alone() -> None:
    """`NaN` would be no JSON."""
    probed = diagnostics(gradient_norm_kernel=math.nan, dead=0.3, variance=None)
    told = explanation_record(explanation_of(experiment(candidate("relu", trial(probed, **STUCK), lr=0.1))))
    row = json.loads(json.dumps(told, allow_nan=False))["candidates"][0]
    assert (row["label"], row["setting"], row["val_accuracy"]) == ("relu", {"lr": 0.1}, 0.95)
    assert row["findings"][0]["kind"] == "dead"
    assert row["findings"][0]["candidate"] == "relu"
    assert told["definitions"]


def test_without_any_diagnostics_the_message_says_how_to_get_them() -> None:
    """Results of an older version have none."""
    with pytest.raises(NoDiagnostics, match=r"no trial in results/exp has diagnostics; run the experiment again"):
        explanation_of(experiment(candidate("relu", trial(None))))
    with pytest.raises(NothingToShow, match="no epoch is finished yet"):
        explanation_of(experiment(candidate("relu", trial(None, status="waiting", losses=()))))


@pytest.mark.parametrize(
    "odd",
    [
        TrialDiagnostics(256, 1, (0, 1), {}),
        TrialDiagnostics(256, 1, (0, 1), {"dense_1": {}, "dense_2": {"mean": []}}),
        TrialDiagnostics(256, 1, (0,), {"dense_1": {"parameters": None, "dead": None}}),
        diagnostics(["dense_1"], epochs=0),
        diagnostics(layer_names(30), epochs=1, every=5, dead=1.0, saturated=1.0, alpha=None),
        diagnostics(**dict.fromkeys(("gradient_norm_kernel", "mean", "variance", "dead", "zeros", "saturated"))),
        diagnostics(epochs=9, every=4, gradient_norm_kernel=0.0, update_ratio_kernel=0.0, clipped_kernel=0.0),
        diagnostics(gradient_norm_kernel=1e300, update_ratio_kernel=1e30, variance=1e300, mean=-1e300),
        diagnostics(gradient_norm_kernel=lambda layer, _: 5e-324 if layer == 0 else 1e300),
    ],
)
@pytest.mark.parametrize("status", ["completed", "diverged", "running"])
def test_odd_diagnostics_are_explained_all_the_same(odd: TrialDiagnostics, status: Any) -> None:
    """A page that fails for one candidate says nothing of the others."""
    one = replace(trial(diagnostics(), status=status), diagnostics=odd)
    told = explained(candidate("selu", one, trial(diagnostics(), 1)))
    assert told
    assert "nan" not in " ".join(finding.text for finding in [*told, *explained(candidate("selu", one))])


def test_of_another_task_it_tells_that_tasks_metric() -> None:
    """A plateau is known by the level of guessing, which a metric without bounds does not have."""
    errors = Task("errors", (Metric("loss", False), Metric("mae", False, least=0)), "mae")
    probed = trial(diagnostics())
    renamed = replace(probed, history={name.replace("accuracy", "mae"): row for name, row in probed.history.items()})
    explained = explanation_of(replace(experiment(candidate("relu", renamed)), task=errors))
    (of_relu,) = explanation_record(explained)["candidates"]
    assert of_relu["val_mae"] == probed.history["val_accuracy"][-1]
    assert "val_accuracy" not in of_relu
    assert "plateau" not in [finding["kind"] for finding in of_relu["findings"]]
