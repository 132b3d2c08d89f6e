"""What TensorFlow computes on: a result must name it, and it must not change."""

from __future__ import annotations

import pytest
import tensorflow as tf

from actsearch.training import devices

pytestmark = pytest.mark.xdist_group("tensorflow")


def test_with_a_gpu_operations_are_made_deterministic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a resumed training would be another one; and which GPU it was belongs to what is recorded."""
    assert devices.gpu_models() == []
    asked = []
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [tf.config.PhysicalDevice("gpu:0", kind)])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {"device_name": "A100"})
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: asked.append(True))
    assert devices.gpu_models() == ["A100"]
    assert asked == [True]


def test_threads_cannot_be_changed_in_mid_process() -> None:
    """Other bits under the number that the results name would go unnoticed."""
    import tensorflow as tf

    tf.constant(1.0)
    with pytest.raises(RuntimeError):
        devices.set_threads(3)
    devices.set_threads(1)
