"""The folders of results that a command is given: each once, and one that is no good stops no other. Prints."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from actsearch.core.errors import StoreError, UserError

if TYPE_CHECKING:
    from actsearch.core.measures import ScoresAsked
    from actsearch.core.results import ExperimentResult
    from actsearch.store.reader import ExperimentFolder


def folders(paths: Sequence[Path]) -> list[ExperimentFolder]:
    """The experiments at or below the paths, each once, however often and in whatever spelling its folder is given.

    Raises:
        UserError: below one of them there is none, or no such path.
    """
    from actsearch.store.reader import find_experiments

    experiments: dict[Path, ExperimentFolder] = {}
    for path in paths:
        for experiment in find_experiments(path):
            experiments.setdefault(experiment.folder.resolve(), experiment)
    return list(experiments.values())


def targets(experiments: Sequence[ExperimentFolder], out: Path, what: str, suffix: str = "") -> dict[Path, Path]:
    """By each experiment's folder, the place below `out` of what is made of it: its name there, with a suffix.

    Raises:
        UserError: two of them would have one place, upper and lower case aside: then `what` of one would be lost.
    """
    places: dict[Path, Path] = {}
    taken = set()
    for folder, below in experiments:
        place = out / (folder.resolve().name if below == Path() else below)
        place = place.with_name(place.name + suffix)
        if str(place).casefold() in taken:
            remedy = "give each an --out of its own"
            raise UserError(f"{folder}: {place} would hold another experiment's {what} too; {remedy}")
        taken.add(str(place).casefold())
        places[folder] = place
    return places


class OneByOne:
    """Does something with each of the folders; what cannot be done with one is told when all others are done.

    As a note, which changes no exit code, where there is nothing to do with it; as the error of the command where its
    results cannot be read, where it can be done with none of them, or where they are `all_needed`. Used with `with`,
    which tells.
    """

    def __init__(self, experiments: Sequence[ExperimentFolder], all_needed: bool = False) -> None:
        self._experiments, self._all_needed = experiments, all_needed
        self._errors: list[tuple[str, UserError]] = []

    def results(
        self, diagnostics: bool = False, scores: Collection[ScoresAsked] = (), *, tell_problems: bool = False
    ) -> Iterator[ExperimentResult]:
        """What came out of each, for `store.read_experiment`; those that can be read.

        `tell_problems` notes which of their files could not be, for pages that do not say so themselves.

        Raises:
            UserError: after the last one, if there is nothing else to do.
        """
        from actsearch.store.reader import read_experiment

        for folder, _ in self._experiments:
            try:
                result = read_experiment(folder, diagnostics=diagnostics, scores=scores)
            except StoreError as error:
                self._errors.append((str(folder), error))
            else:
                for problem in result.problems if tell_problems else ():
                    click.echo(f"note: {problem}", err=True)
                yield result
        self._raise_if_in_vain()

    @contextlib.contextmanager
    def attempt(self, result: ExperimentResult) -> Iterator[None]:
        """What is done with one of them. What cannot be written ends the command, for it concerns them all."""
        try:
            yield
        except StoreError:
            raise
        except UserError as error:
            self._errors.append((result.folder, error))

    def tell(self) -> None:
        """Tells what could not be done.

        Raises:
            UserError: some results cannot be read, or nothing could be done.
        """
        self._raise_if_in_vain()
        if any(isinstance(error, StoreError) for _, error in self._errors):
            raise UserError("\n".join(self._messages()))
        for what in self._messages():
            click.echo(f"note: {what}", err=True)

    def __enter__(self) -> OneByOne:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None:
            self.tell()

    def _raise_if_in_vain(self) -> None:
        if self._errors and (self._all_needed or len(self._errors) == len(self._experiments)):
            raise UserError("\n".join(self._messages()))

    def _messages(self) -> list[str]:
        """Each error with its folder, unless it names that; what holds of all of them alike is told once."""
        texts = list(dict.fromkeys(str(error) for _, error in self._errors))
        if len(texts) == 1 and len(self._errors) == len(self._experiments):
            return texts
        return [_with_folder(str(error), folder) for folder, error in self._errors]


def _with_folder(text: str, folder: str) -> str:
    """The text, after the folder unless it names the experiment: by its folder, or by its name alone."""
    is_named = folder in text or re.search(rf"(?<!\w){re.escape(Path(folder).name)}(?!\w)", text) is not None
    return text if is_named else f"{folder}: {text}"
