"""Frozen values and words: experiment, trial, events, results, measures, errors; files written whole or not at all."""

__all__ = [
    "capacity",
    "diagnostics",
    "dotted_keys",
    "errors",
    "events",
    "experiment",
    "files",
    "identity",
    "json_values",
    "looks_record",
    "machine",
    "measures",
    "native_output",
    "results",
    "signals",
    "spelling",
    "tables",
    "trial_results",
    "user_files",
    "words",
]
