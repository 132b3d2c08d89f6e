"""Data sets: where they come from, what is checked of them, and how they are divided."""

__all__ = ["conversion", "dataset", "keras_sets", "named_sets", "sources", "splitting", "suitability"]
