"""The typed errors and the exit code each one means. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass


class ActsearchError(Exception):
    """Something went wrong that the user should read about in one message, without a traceback."""

    exit_code = 1


class UserError(ActsearchError):
    """The user's input is wrong, or the folder cannot be used. The message names the place and the remedy."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One mistake in an experiment.

    `where` is `file:line` (or the option, as in `--set training.epochs=x`), `key` the dotted key, empty where the
    file as a whole is meant.
    """

    where: str
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.where}: {key}{self.what}; {self.remedy}"


class InvalidExperiment(UserError):
    """An experiment has mistakes; all of them are in `problems`, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UnsuitableSetting(UserError):
    """A setting is well-formed but does not fit the data, which is known only once they are loaded.

    `key` is the dotted key of the experiment file, from which the command line finds the line.
    """

    def __init__(self, key: str, what: str, remedy: str) -> None:
        self.key, self.what, self.remedy = key, what, remedy
        super().__init__(f"{key}: {what}; {remedy}")


class DataError(UserError):
    """A data set is missing, damaged, or not of the form that is asked for."""


class StoreError(UserError):
    """The results folder cannot be used: locked, not writable, or written by a newer version."""


class NothingToShow(UserError):
    """The results hold nothing of what is asked for: no diagnostics, or none of that kind."""


class NoDiagnostics(NothingToShow):
    """No trial of an experiment has diagnostics."""

    def __init__(self, folder: str) -> None:
        remedy = "run the experiment again with them (they are on by default, `diagnostics: false` turns them off)"
        super().__init__(f"no trial in {folder} has diagnostics; {remedy}")
