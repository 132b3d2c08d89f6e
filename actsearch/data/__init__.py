"""Data sets: where they come from, what is checked of them, and how they are divided."""

__all__ = ["conversion", "dataset", "keras_sets", "kinds.named", "source_keys", "sources", "splitting", "suitability"]
