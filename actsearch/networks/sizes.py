"""Sizes that decide what a training costs. Imports nothing, so that a plan can read them."""

EVALUATION_BATCH = 128
"""Examples that are evaluated at once. More are slower on a CPU. The last bits of a validation loss depend on it."""
NETWORKS_KEPT = 8
"""How many compiled networks a process keeps."""
