"""Frozen values and words: experiment, trial, events, results, measures, errors; files written whole or not at all."""

__all__ = [
    "errors",
    "events",
    "experiment",
    "files",
    "layer_rows",
    "machine",
    "measures",
    "native_output",
    "results",
    "signals",
    "spelling",
    "user_files",
    "words",
]
