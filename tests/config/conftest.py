"""A folder for experiment files, as a user has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from written_experiments import Write


@pytest.fixture
def write(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes `x.yaml` and gives its path as a user in its folder would type it."""
    monkeypatch.chdir(hostile)

    def written(content: str | bytes) -> Path:
        Path("x.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
        return Path("x.yaml")

    return written
