"""Evaluates a network on the test set and on the validation set. Imports TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.networks.compiled_networks import CompiledNetwork
from actsearch.networks.evaluation import evaluate_batches
from actsearch.networks.sizes import EVALUATION_BATCH
from actsearch.training.batches import Batches, Pipelines

Split = Literal["validation", "test"]


@dataclass(frozen=True)
class SplitExamples:
    """Which examples of its part of the data set a split has, (examples,), and their y as the data set has them."""

    index: np.ndarray
    y: np.ndarray


class SplitEvaluation:
    """Evaluates one network on the splits of a data set.

    Attributes:
        splits: those that are evaluated. Validation comes first, always: which graph TensorFlow traces for the second
            split depends on that of the first, and in a training that goes on after its last epoch this order alone
            decides.
        validation: the split that validates after each epoch; the test set, where none is held out.
    """

    def __init__(self, network: CompiledNetwork, pipelines: Pipelines, dataset: Dataset, splits: Splits) -> None:
        self._network, self._pipelines = network, pipelines
        self.splits: dict[Split, SplitExamples] = {}
        if splits.validation is not None:
            self.splits["validation"] = SplitExamples(splits.validation, dataset.y_train[splits.validation])
        self.splits["test"] = SplitExamples(np.arange(len(dataset.y_test)), dataset.y_test)
        self.validation: Split = "test" if splits.validation is None else "validation"
        self._batches(self.validation)

    def evaluate(self, split: Split) -> tuple[Mapping[str, float], np.ndarray]:
        """Keras's metrics, and the outputs (examples, outputs)."""
        batches, index = self._batches(split), self.splits[split].index
        return evaluate_batches(self._network.model, self._network.evaluate_batch, batches.of(index), batches.steps)

    def _batches(self, split: Split) -> Batches:
        part: Literal["train", "test"] = "test" if split == "test" else "train"
        return self._pipelines.batches(part, EVALUATION_BATCH, len(self.splits[split].index))
