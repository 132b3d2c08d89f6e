"""A module a command: its options and help text, and what it does where that is short.

What is longer stands in the folder that has the command's name (`cli/doctor`, `cli/plan`, `cli/plot`, `cli/run`), what
is shown in `cli/screens`, the rows of `--json` in `cli/json_rows`. `cli/app.py` puts the commands together. `--help`
loads all of these modules, so that they import nothing but click and `cli/options.py`; the rest is imported by the
function that needs it.
"""
