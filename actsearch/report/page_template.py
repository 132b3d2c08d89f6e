"""The page's template, style and script, and what makes text safe to stand on it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

import jinja2

from actsearch.core.results import ExperimentResult

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def page_environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(page_file),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_file(name: str) -> str:
    return (files("actsearch.report") / "page_files" / name).read_text(encoding="utf-8")


def printable(text: str) -> str:
    """Without control characters, half characters, and such as turn the direction of writing."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def policy(style: str, script: str) -> str:
    """Forbids the page every request, and every style and script but its own."""
    return (
        f"default-src 'none'; style-src '{_sha256(style)}'; script-src '{_sha256(script)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _sha256(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def embedded_json(data: Any) -> str:
    """JSON that can stand in a `script` element, whatever is in it."""
    text = json.dumps(data, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def without_folder(text: str, result: ExperimentResult) -> str:
    """Where the results lay on this machine is nobody else's business."""
    return text.replace(result.folder, result.name) if result.folder else text
