"""What TensorFlow computes on: its threads and its GPUs."""

from __future__ import annotations

from contextlib import suppress

import tensorflow as tf


def set_threads(threads: int) -> None:
    """Sets TensorFlow's intra-op threads for this process; once set they cannot be changed.

    With one, operations do not run beside each other either. No result depends on that, and it spares a tenth of the
    processor's time: the other inter-op threads would wait for work without sleeping. Where TensorFlow has begun
    already, that stays as it is.

    Raises:
        RuntimeError: TensorFlow has begun with another number.
    """
    if tf.config.threading.get_intra_op_parallelism_threads() != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    if threads == 1 and not tf.config.list_physical_devices("GPU"):
        with suppress(RuntimeError):
            tf.config.threading.set_inter_op_parallelism_threads(1)


def gpu_models() -> list[str]:
    """The GPUs that TensorFlow sees, by their models. With any, its operations are made deterministic.

    On a processor they are so anyway, with one number of threads, and without the price that this has.
    """
    devices = tf.config.list_physical_devices("GPU")
    if devices:
        tf.config.experimental.enable_op_determinism()
    details = tf.config.experimental.get_device_details
    return [details(device).get("device_name", device.name) for device in devices]
