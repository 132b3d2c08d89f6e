"""Which files of a folder an export wrote, so that the next one replaces those and no others.

Knows neither results nor formats.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path, PurePosixPath

from actsearch.core.errors import UserError
from actsearch.core.files import write_atomically

LIST_FILE = "actsearch-export.json"
"""Lies in the folder of an export and names its files."""
LIST_VERSION = 1


@contextmanager
def replacing_files(out: Path, group: str, names: Sequence[str]) -> Iterator[None]:
    """While it lasts, files of these names may be written below `out`, a folder.

    Afterwards, files that the group had before and that are not among them are gone, with folders that are empty then.
    The list names what may be there at any moment: an export that was killed is made good by the next one.

    Args:
        out: the folder of the export.
        group: what is exported again as a whole.
        names: relative to `out`, with slashes.

    Raises:
        UserError: something lies in the place of one of them that no export wrote.
        OSError: the folder cannot be written.
    """
    groups = _listed_files(out)
    ours = set(chain.from_iterable(groups.values()))
    for name in names:
        if name not in ours and (out / name).exists():
            raise UserError(f"{out / name}: is there already, and not from an export; give another --out")
    before = groups.get(group, [])
    _write_list(out, {**groups, group: sorted({*before, *names})})
    yield
    for name in sorted(set(before) - set(names)):
        _remove(out, name)
    _write_list(out, {**groups, group: sorted(names)})


def _listed_files(out: Path) -> dict[str, list[str]]:
    """The files by group. A list that is missing or damaged names none: nothing is replaced then."""
    path = out / LIST_FILE
    try:
        content = json.loads(path.read_bytes())
        version, groups = content["format_version"], content["files"]
        if version == LIST_VERSION:
            return {str(group): [name for name in names if _is_below(name)] for group, names in groups.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    raise UserError(f"{path}: is from another version of actsearch; give another --out")


def _is_below(name: object) -> bool:
    """Whether it is a name that an export may have written: an edited list gets nothing else removed."""
    path = PurePosixPath(name) if isinstance(name, str) and "\0" not in name and "\\" not in name else None
    return path is not None and path.parts != () and not path.is_absolute() and ".." not in path.parts


def _write_list(out: Path, groups: Mapping[str, Sequence[str]]) -> None:
    content = {"format_version": LIST_VERSION, "files": {group: names for group, names in groups.items() if names}}
    write_atomically(out / LIST_FILE, json.dumps(content, indent=1, sort_keys=True).encode("ascii"))


def _remove(out: Path, name: str) -> None:
    path = out / name
    path.unlink(missing_ok=True)
    with suppress(OSError):  # it holds something else
        for parent in path.relative_to(out).parents[:-1]:
            (out / parent).rmdir()
