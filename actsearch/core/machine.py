"""The machine: what a training ran on, recorded with every trial, and how much it can do at once.

Imports nothing heavy.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

_NUMERIC_FLAG = re.compile(r"^(sse|ssse|avx|fma|f16c|amx|asimd|sve|neon|bf16)")
"""The processor flags that choose between arithmetic kernels, and so may change the last bits."""


def describe(threads: int, gpus: Sequence[str] = ()) -> dict[str, Any]:
    """Versions of what computes, the processor's model and arithmetic flags, and the GPUs. No host name, no path."""
    return {
        "versions": {name: version(name) for name in ("actsearch", "tensorflow", "keras", "numpy")}
        | {"python": platform.python_version()},
        "system": platform.system(),
        "architecture": platform.machine(),
        "cpu": cpu_model(),
        "cpu_flags": cpu_flags(),
        "threads": threads,
        **({"gpus": list(gpus)} if gpus else {}),
    }


def cpu_model() -> str:
    return _cpuinfo("model name") or platform.processor() or platform.machine()


def cpu_flags() -> list[str]:
    """The flags that matter to arithmetic, sorted; empty where the system does not tell."""
    flags = (_cpuinfo("flags") or _cpuinfo("Features") or "").split()
    return sorted(flag for flag in flags if _NUMERIC_FLAG.match(flag))


def _cpuinfo(key: str) -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    line = re.search(rf"^{key}\s*:\s*(.*)$", text, flags=re.MULTILINE)
    return line.group(1).strip() if line else ""


def kind(machine: Mapping[str, Any]) -> dict[str, Any]:
    """Of a description, what the last bits of a result depend on: processor and versions of what computes."""
    versions = {name: machine.get("versions", {}).get(name) for name in ("tensorflow", "keras", "numpy")}
    return {**versions, **{key: machine.get(key) for key in ("architecture", "cpu", "cpu_flags", "gpus")}}
