"""The same trials by Keras Tuner's GridSearch, with a `HyperModel` whose `fit` keeps each trial's history.

    python benchmarks/competitors/keras_tuner_grid.py --out FOLDER [--images 10000] [--epochs 2]

As its guide writes it: `build` with an `hp.Choice`, `search` with the arguments of `fit`. It trains one trial after the
other in one process, with TensorFlow's own threads, and keeps the best epoch's weights of each, which cannot be
switched off.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras_tuner
from common import ACTIVATIONS, BATCH_SIZE, mnist, network, options, write_history


class Article(keras_tuner.HyperModel):  # type: ignore[misc]
    def __init__(self, out: Path) -> None:
        super().__init__()
        self.out = out

    def build(self, hp: Any) -> Any:
        return network(hp.Choice("activation", list(ACTIVATIONS)))

    def fit(self, hp: Any, model: Any, *arguments: Any, **settings: Any) -> Any:
        done = model.fit(*arguments, **settings)
        write_history(self.out, hp.get("activation"), done.history)
        return done


def main() -> None:
    given = options(__doc__)
    (x, y), validation = mnist(given.images)
    objective = keras_tuner.Objective("val_categorical_accuracy", "max")
    tuner = keras_tuner.GridSearch(
        Article(given.out), objective, directory=given.out, project_name="grid", overwrite=True
    )
    tuner.search(x, y, batch_size=BATCH_SIZE, epochs=given.epochs, validation_data=validation, verbose=2)
    tuner.results_summary()


if __name__ == "__main__":
    main()
