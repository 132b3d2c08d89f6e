"""The table of the kinds of network. Loads neither NumPy nor Keras."""

from __future__ import annotations

from collections.abc import Mapping

from actsearch.networks.architecture_keys import ArchitectureKeys
from actsearch.networks.kinds.cnn import CnnModel
from actsearch.networks.kinds.mlp import MlpModel

ARCHITECTURES: Mapping[str, type[ArchitectureKeys]] = {"cnn": CnnModel, "mlp": MlpModel}
"""By `model.kind`. The first one is meant where an experiment file names none: all its keys have defaults."""
