"""What the page says of settings, machines and commands, so that everything can be done again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from itertools import chain
from typing import Any

from actsearch.analysis.comparisons.question import Question
from actsearch.core.results import ExperimentResult
from actsearch.core.words import in_words
from actsearch.report.trials_section import all_trials

COMPUTING = ("tensorflow", "keras", "numpy")
"""The packages whose versions decide about the numbers."""
SEPARATE_SETTINGS = ("seed", "version")
"""What differs from trial to trial by its nature, or stands elsewhere."""


# --- settings


def settings_view(result: ExperimentResult) -> dict[str, Any]:
    """What all finished trials were trained with, and what differs between them."""
    rows = [_flat_settings(trial.settings) for trial in all_trials(result) if trial.settings]
    if not rows:
        return {"shared": [], "varied": []}
    shared: list[tuple[str, str]] = []
    varied: list[tuple[str, str]] = []
    for key in dict.fromkeys(chain.from_iterable(rows)):
        if key in SEPARATE_SETTINGS or key.startswith("activation."):
            continue
        values = list(dict.fromkeys(in_words(row[key]) if key in row else "not set" for row in rows))
        (shared if len(values) == 1 else varied).append((key.replace(".arguments.", "."), ", ".join(values)))
    shared += [("grid", f"{key}: {', '.join(map(in_words, values))}") for key, values in result.grid.items()]
    return {"shared": shared, "varied": varied}


def _flat_settings(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat_settings(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


# --- machines


def machines_view(result: ExperimentResult) -> list[list[tuple[str, str]]]:
    """Every kind of machine that trained, with how many trials it had a part in."""
    machines: dict[str, Mapping[str, Any]] = {}
    counts: dict[str, int] = {}
    for trial in all_trials(result):
        for machine in filter(None, (trial.machine, *trial.earlier_machines)):
            key = json.dumps(machine, sort_keys=True, default=str)
            machines.setdefault(key, machine)
            counts[key] = counts.get(key, 0) + 1
    return [_machine_rows(machine, counts[key]) for key, machine in machines.items()]


def _machine_rows(machine: Mapping[str, Any], trials: int) -> list[tuple[str, str]]:
    rows = [("trials", str(trials))]
    known = [key for key in ("cpu", "architecture", "system", "threads", "gpus") if machine.get(key)]
    rows += [(key, in_words(machine[key])) for key in known]
    rows += [(name, str(version)) for name, version in machine.get("versions", {}).items()]
    if machine.get("cpu_flags"):
        rows.append(("arithmetic flags", ", ".join(machine["cpu_flags"])))
    return rows


# --- commands


def packages_command(result: ExperimentResult) -> str:
    """Those that compute, in the versions of the last trial, as pip takes them."""
    machines = [trial.machine for trial in all_trials(result) if trial.machine]
    versions = machines[-1].get("versions", {}) if machines else {}
    packages = [f"{name}=={versions[name]}" for name in COMPUTING if versions.get(name)]
    return f"pip install {shlex.join(packages)}" if packages else ""


def commands_view(result: ExperimentResult, question: Question) -> list[str]:
    """How to train the study, and how to make this page of it."""
    run = ["actsearch", "run", f"{result.name}.yaml", *_until_decided(result)]
    report = ["actsearch", "report", f"results/{result.name}", *_options_of(question)]
    return [shlex.join(run), shlex.join(report)]


def _options_of(question: Question) -> list[str]:
    """What was asked otherwise than by default, with all digits."""
    default = Question()
    options = []
    for name in ("metric", "at", "margin", "confidence", "baseline", "by", "target"):
        value = getattr(question, name)
        if value != getattr(default, name):
            options += [f"--{name}", repr(float(value)) if isinstance(value, float) else str(value)]
    return options


def _until_decided(result: ExperimentResult) -> list[str]:
    """The options with which a sequential study was run: without them it is another study."""
    looks = result.looks
    if looks is None:
        return []
    numbers = {"margin": looks.margin, "confidence": looks.confidence, "max-seeds": looks.max_seeds}
    options = chain.from_iterable((f"--{name}", repr(value)) for name, value in numbers.items())
    return ["--until-decided", *options]
