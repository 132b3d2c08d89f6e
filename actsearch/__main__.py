"""`python -m actsearch` and the console script: one boundary between the commands and the exit code."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with its code."""
    from actsearch.cli.app import run_command_line

    sys.exit(run_command_line())


if __name__ == "__main__":
    main()
