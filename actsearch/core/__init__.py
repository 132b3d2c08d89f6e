"""Frozen values and words: experiment, trial, events, results, measures, errors; files written whole or not at all."""

__all__ = [
    "diagnostics",
    "errors",
    "events",
    "experiment",
    "files",
    "machine",
    "measures",
    "native_output",
    "results",
    "signals",
    "spelling",
    "user_files",
    "words",
]
