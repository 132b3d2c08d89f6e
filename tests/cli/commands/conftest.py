"""Shared by the tests of commands: experiments with diagnostics, without a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_diagnostics import experiment


@pytest.fixture
def probed(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the folders below `results` be read as experiments with these candidates: `probed(one=..., two=...)`."""

    def use(**candidates: Any) -> None:
        results = {name: replace(experiment(*some), name=name) for name, some in candidates.items()}
        for name in results:
            (hostile / "results" / name).mkdir(parents=True)
            for file in ("experiment.yaml", "plan.json"):
                (hostile / "results" / name / file).touch()
        monkeypatch.setattr(
            "actsearch.store.reader.read_experiment",
            lambda folder, **_: replace(results[folder.name], folder=str(folder)),
        )

    return use
