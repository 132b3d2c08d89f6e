"""The same trials by Ray Tune: a grid search over the activations, one core a trial, so as many at a time as cores.

    python benchmarks/competitors/ray_tune.py --out FOLDER [--images 10000] [--epochs 2]

Beyond what its guide writes, Ray is given what helps it here: no dashboard; workers that serve several trials
(`reuse_actors`), so that TensorFlow is loaded once a core and not once a trial; TensorFlow with as many threads as the
trial has cores, where its own default would be as many threads as the machine has cores in every process; and the
images through `with_parameters`, so that they are prepared once. Ray writes every report to the trial's `result.json`
and `progress.csv`.
"""

from __future__ import annotations

import os
from typing import Any

import ray
from common import ACTIVATIONS, BATCH_SIZE, Examples, mnist, network, options
from ray import tune

CORES_A_TRIAL = 1


def train(config: dict[str, Any], training: Examples, validation: Examples, epochs: int) -> None:
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(CORES_A_TRIAL)
    network(config["activation"]).fit(
        *training,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=validation,
        verbose=2,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: tune.report(dict(logs)))],
    )
    keras.backend.clear_session()


def main() -> None:
    given = options(__doc__)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    ray.init(num_cpus=cores, include_dashboard=False)
    training, validation = mnist(given.images)
    trainable = tune.with_parameters(train, training=training, validation=validation, epochs=given.epochs)
    tuner = tune.Tuner(
        tune.with_resources(trainable, {"cpu": CORES_A_TRIAL}),
        param_space={"activation": tune.grid_search(list(ACTIVATIONS))},
        tune_config=tune.TuneConfig(metric="val_categorical_accuracy", mode="max", reuse_actors=True),
        run_config=tune.RunConfig(name="grid", storage_path=str(given.out.resolve())),
    )
    results = tuner.fit()
    if results.errors:
        raise SystemExit(f"{len(results.errors)} trials failed")
    print(results.get_best_result().config)


if __name__ == "__main__":
    main()
