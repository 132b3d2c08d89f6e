"""Small pieces of sentences that several pages share. Imports nothing heavy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from actsearch.core.json_values import canonical_json


def listed(names: Sequence[str], most: int | None = None) -> str:
    """`a, b and c`; of more than `most`, how many more: `a, b and 4 more`. Of none, nothing."""
    entries = [*names] if most is None or len(names) <= most else [*names[:most], f"{len(names) - most} more"]
    return " and ".join([", ".join(entries[:-1]), entries[-1]] if len(entries) > 1 else entries)


def point(setting: Mapping[str, Any], keys: Iterable[str] = ()) -> str:
    """`learning_rate = 0.001`: a point of the grid, by the last part of each key where that is enough to know it.

    `keys` are others that it stands beside.
    """
    last = Counter(key.rpartition(".")[2] for key in {*setting, *keys})
    names = {key: tail if last[tail := key.rpartition(".")[2]] == 1 else key for key in setting}
    return ", ".join(f"{names[key]} = {in_words(value)}" for key, value in setting.items())


def candidate_name(label: str, setting: Mapping[str, Any]) -> str:
    """The label, with the point of the grid by the last parts of its keys: `relu learning_rate=0.001`."""
    return " ".join([label, *(f"{key.rpartition('.')[2]}={in_words(value)}" for key, value in setting.items())])


def number_of(n: int, what: str) -> str:
    """`1 seed`, `5 seeds`."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def plain(text: str) -> str:
    """One line that every format can hold: control characters, line breaks and half characters become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with the beginning and the end, where names usually differ."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"


def short_names(names: Sequence[str], limit: int) -> dict[str, str]:
    """Names that fit; two that became alike get a number."""
    short: dict[str, str] = {}
    for name in names:
        text = shortened(plain(name), limit) or "?"
        n = sum(earlier == text or earlier.startswith(f"{text} #") for earlier in short.values())
        short[name] = f"{text} #{n + 1}" if n else text
    return short


def in_words(value: Any) -> str:
    """The value of a setting, for tables and figures: `sgd clipvalue=0.5` for a mapping with a name."""
    if isinstance(value, Mapping):
        name = [str(value["name"])] if "name" in value else []
        rest = [f"{key}={in_words(entry)}" for key, entry in value.items() if key != "name"]
        return " ".join([*name, *rest]) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else canonical_json(value).replace(",", ", ")
