"""Places in an experiment file: keys and numbers of items from the top down, or the same as a dotted key."""

from __future__ import annotations

import re

Location = tuple[str | int, ...]
"""`("activations", 3, "alpha")`."""


def dotted(location: Location) -> str:
    """`training.optimizer.name`, `activations[3].alpha`."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def location_of(key: str) -> Location:
    """`training.optimizer.name`, `activations[3].alpha`, `grid.training.batch_size[0]` as places."""
    dotted_within = re.match(r"(grid|activations\[\d+\]\.with)\.([^\[\]]+)", key)
    if dotted_within:  # the dotted key of a grid or a `with` is one key
        outer, inner = dotted_within.groups()
        return (*location_of(outer), inner, *location_of(key[dotted_within.end() :]))
    parts = re.findall(r"([^.\[\]]+)|\[(\d+)\]", key)
    return tuple(int(index) if index else word for word, index in parts)
