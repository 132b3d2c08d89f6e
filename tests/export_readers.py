"""What other programs find in an export: each format read by its own library, and told in one form, for the tests."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Run:
    """A trial as it is found. `metrics`: a name to its values by epoch, None for NaN and for nothing."""

    experiment: str
    label: str
    seed: str
    role: str
    status: str
    metrics: dict[str, dict[int, float | None]] = field(default_factory=dict)


def _none(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def of_tables(trials: Iterable[Mapping[str, Any]], histories: Iterable[Mapping[str, Any]]) -> list[Run]:
    found = {}
    for row in trials:
        run = Run(row["experiment"], row["label"], str(row["seed"]), row["role"], row["status"])
        assert (row["experiment"], row["trial"]) not in found
        found[row["experiment"], row["trial"]] = run
        for column, value in row.items():
            which = re.match(r"test_(last|best)_(?!epoch)", column)
            epoch = row[f"test_{which[1]}_epoch"] if which else None
            if epoch not in ("", None):
                run.metrics[column] = {int(epoch): None if value in ("", None) else _none(float(value))}
    for row in histories:
        values = found[row["experiment"], row["trial"]].metrics.setdefault(row["metric"], {})
        assert int(row["epoch"]) not in values
        values[int(row["epoch"])] = None if row["value"] in ("", None) else float(row["value"])
    return list(found.values())


def csv_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_csv(out: Path) -> list[Run]:
    return of_tables(csv_table(out / "trials.csv"), csv_table(out / "histories.csv"))


def read_parquet(out: Path) -> list[Run]:
    from pyarrow import parquet

    tables = [parquet.ParquetFile(out / f"{name}.parquet").read().to_pylist() for name in ("trials", "histories")]
    return of_tables(*tables)


def read_tensorboard(out: Path) -> list[Run]:
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    read = EventMultiplexer().AddRunsFromDirectory(str(out))
    read.Reload()
    found = []
    for name in read.Runs():
        events = read.GetAccumulator(name)
        content = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
        hparams = HParamsPluginData.FromString(content).session_start_info.hparams
        (text,) = events.Tensors("trial")[0].tensor_proto.string_val
        told = dict(line.split(": ", 1) for line in text.decode("utf-8").split("\n\n"))
        seed = name.rpartition("seed ")[2]
        role = hparams["role"].string_value
        run = Run(name.partition("/")[0], hparams["label"].string_value, seed, role, told["status"])
        for tag in events.Tags()["scalars"]:
            points = events.Scalars(tag)
            run.metrics[tag] = {point.step: _none(point.value) for point in points}
            assert len(run.metrics[tag]) == len(points)
        found.append(run)
    return found


def read_mlflow(out: Path) -> list[Run]:
    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{out.resolve() / 'mlflow.db'}"
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    found = []
    for experiment in client.search_experiments(filter_string="name != 'Default'"):
        for one in client.search_runs([experiment.experiment_id]):
            tags = one.data.tags
            run = Run(experiment.name, tags["label"], tags["seed"], tags["role"], tags["status"])
            for name in one.data.metrics:
                points = client.get_metric_history(one.info.run_id, name)
                run.metrics[name] = {point.step: _none(point.value) for point in points}
                assert len(run.metrics[name]) == len(points)
            found.append(run)
    return found


READERS: Mapping[str, Callable[[Path], list[Run]]] = {
    "csv": read_csv,
    "parquet": read_parquet,
    "tensorboard": read_tensorboard,
    "mlflow": read_mlflow,
}


def names_in_list(out: Path) -> set[str]:
    listed = json.loads((out / "actsearch-export.json").read_bytes())["files"]
    return {name for names in listed.values() for name in names}
