"""What TensorFlow sees here, and what a training step costs in each precision. Imports Keras and TensorFlow.

`doctor` runs `measure_precisions` in a process of its own: a processor that TensorFlow was not built for kills that
process only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from actsearch.core.activation import Activation
from actsearch.core.experiment import Candidate, Optimizer, Precision, Training
from actsearch.core.tasks import MULTICLASS
from actsearch.networks.kinds.cnn import Cnn

PRECISIONS: tuple[Precision, Precision] = ("float32", "mixed_bfloat16")
BATCH_SIZE = 128
BUDGET_SECONDS = 3.0
"""After this much measuring no further pair of steps is begun; at least the fewest and at most the most are taken."""
FEWEST_PAIRS_OF_STEPS, MOST_PAIRS_OF_STEPS = 3, 9


def measure_precisions() -> dict[str, Any]:
    """Starts TensorFlow, and times training steps of the article's network on one thread.

    The network is the article's own and not a smaller one, since the factor depends on the size of the layers.

    Returns:
        As plain JSON values: `start_seconds`; `backend` and `image_data_format`, which Keras takes from the user's
        own settings; the names of the `gpus`; and `seconds_per_step`, the times of each precision's steps, empty where
        Keras's settings forbid training.
    """
    began = time.perf_counter()
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    gpus = tf.config.list_physical_devices("GPU")
    measured = {
        "start_seconds": time.perf_counter() - began,
        "backend": keras.backend.backend(),
        "image_data_format": keras.config.image_data_format(),
        "gpus": [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus],
    }
    usable = measured["backend"] == "tensorflow" and measured["image_data_format"] == "channels_last"
    # On the processor its own time is taken: what else runs here does not count then.
    clock = time.perf_counter if gpus else time.process_time
    return measured | {"seconds_per_step": seconds_per_step(clock) if usable else {}}


def seconds_per_step(clock: Callable[[], float]) -> dict[str, list[float]]:
    """The times of single training steps, by precision. They alternate, so that what disturbs one disturbs both."""
    import numpy as np

    from actsearch.networks import models

    rng = np.random.default_rng(0)
    x = rng.random((BATCH_SIZE, 28, 28, 1), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, BATCH_SIZE)]
    networks = {
        precision: models.build(_candidate_of_the_article(precision), MULTICLASS, x.shape[1:], 10, seed=0)
        for precision in PRECISIONS
    }
    for network in networks.values():
        for _ in range(2):  # the first one traces and allocates
            network.train_on_batch(x, y)
    seconds: dict[str, list[float]] = {precision: [] for precision in PRECISIONS}
    began = time.perf_counter()
    for i in range(MOST_PAIRS_OF_STEPS):
        if i >= FEWEST_PAIRS_OF_STEPS and time.perf_counter() - began > BUDGET_SECONDS:
            break
        for precision, network in networks.items():
            step_began = clock()
            network.train_on_batch(x, y)  # returns the loss as a number: the step is done, on a GPU too
            seconds[precision].append(clock() - step_began)
    return seconds


def _candidate_of_the_article(precision: Precision) -> Candidate:
    model = Cnn((32, 64), 3, (128,), (0.25, 0.5), "glorot_uniform", "dropout", False)
    optimizer = Optimizer("adam", {"learning_rate": 0.001})
    training = Training(optimizer, "categorical_crossentropy", 1, BATCH_SIZE, precision, 1)
    return Candidate("relu", Activation("relu"), model, training)
