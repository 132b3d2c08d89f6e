"""Moves files and folders out of the way, under a name that says why and when. Nothing is deleted."""

from __future__ import annotations

import shutil
import time
from pathlib import Path


def move_aside(path: Path, why: str, name: str | None = None) -> Path:
    """Moves a file or folder to `<name>.<why>-<time>`, its own name by default, and returns where it went."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{name or path.name}.{why}-{stamp}")
    n = 1
    while target.exists():
        n += 1
        target = path.with_name(f"{name or path.name}.{why}-{stamp}-{n}")
    shutil.move(path, target)
    return target
