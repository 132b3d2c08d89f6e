"""`experiment.yaml` and the modules beside it: the experiment as it was run, so that it can be run again from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from actsearch.core.activation import Activation
from actsearch.core.experiment import Experiment
from actsearch.core.files import write_if_changed
from actsearch.store.layout import EXPERIMENT_FILE


def kept_document(folder: Path) -> dict[str, Any] | None:
    """The experiment on disk; None where it cannot be read."""
    import yaml

    try:
        return dict(yaml.safe_load((folder / EXPERIMENT_FILE).read_bytes()))
    except (OSError, ValueError, TypeError, yaml.YAMLError):
        return None


def document_to_bytes(experiment: Experiment) -> bytes:
    import yaml

    text: str = yaml.safe_dump(dict(experiment.document), sort_keys=False, allow_unicode=True, width=100)
    return text.encode("utf-8")


def keep_sources(folder: Path, experiment: Experiment) -> None:
    """The modules of the user's functions, beside the experiment, where they are found when it is run from here."""
    for candidate in experiment.candidates:
        if candidate.activation.kind == "function":
            _keep_source(folder, candidate.activation)


def _keep_source(folder: Path, activation: Activation) -> None:
    if activation.source is not None:
        module = activation.name.partition(":")[0]
        path = folder / f"{module.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_if_changed(path, activation.source.encode("utf-8"))
