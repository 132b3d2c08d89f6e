"""The article's own loop, in plain Keras.

    python benchmarks/competitors/article_loop.py --out FOLDER [--images 10000] [--epochs 2]

One network after the other in one process, with TensorFlow's own threads. It keeps the histories; the article's figures
are left out.
"""

from __future__ import annotations

import keras
from common import ACTIVATIONS, BATCH_SIZE, mnist, network, options, write_history


def main() -> None:
    given = options(__doc__)
    (x, y), validation = mnist(given.images)
    for activation in ACTIVATIONS:
        model = network(activation)
        done = model.fit(
            x, y, batch_size=BATCH_SIZE, epochs=given.epochs, validation_data=validation, shuffle=True, verbose=2
        )
        write_history(given.out, activation, done.history)
        keras.backend.clear_session()
        del model


if __name__ == "__main__":
    main()
