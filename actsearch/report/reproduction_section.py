"""What the page says of settings, machines and commands, so that everything can be done again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from actsearch.analysis.question import Question
from actsearch.core.results import ExperimentResult
from actsearch.core.words import in_words


def settings_view(result: ExperimentResult) -> dict[str, Any]:
    """What all finished trials were trained with, and what differs between them."""
    rows = [_flat_settings(t.settings) for c in result.candidates for t in c.all_trials if t.settings]
    if not rows:
        return {"shared": [], "varied": []}
    keys = dict.fromkeys(key for row in rows for key in row if key not in ("seed", "version"))
    shared: list[tuple[str, str]] = []
    varied: list[tuple[str, str]] = []
    for key in keys:
        values = list(dict.fromkeys(in_words(row[key]) if key in row else "not set" for row in rows))
        if key.startswith("activation."):
            continue
        (shared if len(values) == 1 else varied).append((key.replace(".arguments.", "."), ", ".join(values)))
    shared += [("grid", f"{key}: {', '.join(in_words(v) for v in values)}") for key, values in result.grid.items()]
    return {"shared": shared, "varied": varied}


def _flat_settings(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in settings.items():
        found |= _flat_settings(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found


def machines_view(result: ExperimentResult) -> list[list[tuple[str, str]]]:
    """Every kind of machine that trained, with how many trials it had a part in."""
    found: dict[str, tuple[Mapping[str, Any], int]] = {}
    for trial in (t for c in result.candidates for t in c.all_trials):
        for one in (trial.machine, *trial.earlier_machines):
            if one:
                known, n = found.setdefault(json.dumps(one, sort_keys=True, default=str), (one, 0))
                found[json.dumps(one, sort_keys=True, default=str)] = known, n + 1
    return [_machine_rows(one, n) for one, n in found.values()]


def _machine_rows(one: Mapping[str, Any], trials: int) -> list[tuple[str, str]]:
    rows = [("trials", str(trials))]
    for key in ("cpu", "architecture", "system", "threads", "gpus"):
        if one.get(key):
            rows.append((key, in_words(one[key])))
    rows += [(name, str(found)) for name, found in one.get("versions", {}).items()]
    if one.get("cpu_flags"):
        rows.append(("arithmetic flags", ", ".join(one["cpu_flags"])))
    return rows


def packages_command(result: ExperimentResult) -> str:
    """Those that compute, in the versions of the last trial, as pip takes them."""
    versions = [t.machine.get("versions", {}) for c in result.candidates for t in c.all_trials if t.machine]
    if not versions:
        return ""
    some = [f"{name}=={versions[-1][name]}" for name in ("tensorflow", "keras", "numpy") if versions[-1].get(name)]
    return f"pip install {' '.join(map(shlex.quote, some))}" if some else ""


def commands_view(result: ExperimentResult, question: Question) -> list[str]:
    folder = f"results/{result.name}"
    default = Question()
    options = []
    for name in ("metric", "at", "margin", "confidence", "baseline", "by", "target"):
        value = getattr(question, name)
        if value != getattr(default, name):
            options += [f"--{name}", repr(float(value)) if isinstance(value, float) else str(value)]  # with all digits
    words = ["actsearch", "report", folder, *options]
    return [shlex.join(["actsearch", "run", f"{result.name}.yaml", *_until_decided(result)]), shlex.join(words)]


def _until_decided(result: ExperimentResult) -> list[str]:
    """The options with which a sequential study was run: without them it is another study."""
    looks = result.looks
    if looks is None:
        return []
    numbers = {"margin": looks.margin, "confidence": looks.confidence, "max-seeds": looks.max_seeds}
    return ["--until-decided", *(text for name, value in numbers.items() for text in (f"--{name}", repr(value)))]
