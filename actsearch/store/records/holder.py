"""`run.json`: which process holds an experiment's folder. It means something only while the lock is held."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actsearch.core.json_values import to_json
from actsearch.store.layout import HOLDER_FILE
from actsearch.store.records.guards import indented_json


@dataclass(frozen=True)
class Holder:
    """A process that drives an experiment. None is what a damaged file does not say."""

    host: str | None
    pid: int | None
    start: str | None
    """The time at which it took the folder."""

    @classmethod
    def this_process(cls) -> Holder:
        return cls(platform.node(), os.getpid(), time.strftime("%Y-%m-%d %H:%M:%S %Z"))

    @classmethod
    def from_json(cls, content: Any) -> Holder:
        known = content if isinstance(content, dict) else {}
        return cls(known.get("host"), known.get("pid"), known.get("start"))

    @property
    def run(self) -> str:
        """What tells its run from all others."""
        return f"{self.pid} {self.start}"

    def to_bytes(self) -> bytes:
        return indented_json(to_json(self))

    def in_words(self) -> str:
        if None in (self.host, self.pid, self.start):
            return "another process is running this experiment"
        return f"process {self.pid} on {self.host} has been running this experiment since {self.start}"


def read_holder(folder: Path) -> Holder | None:
    """Who wrote `run.json` last; None where there is none, or it cannot be read."""
    try:
        return Holder.from_json(json.loads((folder / HOLDER_FILE).read_bytes()))
    except (OSError, ValueError):
        return None
