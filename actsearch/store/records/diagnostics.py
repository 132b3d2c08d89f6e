"""`diagnostics.json`: what a trial's hidden layers did, a line a layer's quantity. See `core.diagnostics`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from actsearch.core.diagnostics import DiagnosticsRecord, LayerRow, ProbeRecord, assembled
from actsearch.core.events import Diagnosed
from actsearch.core.experiment import DiagnosticsSpec
from actsearch.core.json_values import to_json


def diagnostics_to_bytes(diagnosed: Sequence[Diagnosed], asked: DiagnosticsSpec) -> bytes:
    """Of what was seen, at least one look."""
    probe = ProbeRecord(diagnosed[0].examples, asked.every, asked.training)
    return _to_bytes(assembled([LayerRow(look.epoch, look.layers) for look in diagnosed], probe))


def _to_bytes(record: DiagnosticsRecord) -> bytes:
    layers = ",\n".join(f"  {json.dumps(name)}: {_layer_text(layer)}" for name, layer in record.layers.items())
    head = f' "probe": {json.dumps(to_json(record.probe))},\n "epochs": {json.dumps(record.epochs)},\n'
    return f'{{\n{head} "layers": {{\n{layers}\n }}\n}}\n'.encode("ascii")


def _layer_text(quantities: Mapping[str, Any]) -> str:
    lines = [f"   {json.dumps(name)}: {json.dumps(values, allow_nan=False)}" for name, values in quantities.items()]
    return "{\n" + ",\n".join(lines) + "\n  }"
