"""What holds for all tests of networks."""

from __future__ import annotations

import pytest

from actsearch.training import devices


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """TensorFlow's threads are set once in a process: to what the trainings in other tests have."""
    devices.set_threads(1)
