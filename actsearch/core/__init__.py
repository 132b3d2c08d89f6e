"""Frozen values and words: experiment, trial, identity, events, results, tables, measures, errors; whole files."""

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
