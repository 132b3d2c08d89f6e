"""The command line: a file a command, the screens, the console, the exit code.

`app` has the group of all commands and turns errors into exit codes. `commands` has a module a command; the parts of
the longer commands lie in the folder of the command's name (`doctor`, `plan`, `plot`, `run`). `screens` builds what a
terminal shows, `json_rows` what `--json` prints. `interruption` handles Ctrl-C, signals and the end of the time.
"""

__all__ = ["app"]
