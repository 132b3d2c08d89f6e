"""The command line: a file a command, the screens, the console, the exit code."""

__all__ = ["app"]
