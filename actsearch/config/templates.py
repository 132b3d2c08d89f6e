"""The example experiments that come with the package, and writing one of them out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from actsearch.core.errors import StoreError, UserError
from actsearch.core.spelling import did_you_mean

PACKAGE_FOLDER = Path(__file__).parent.parent
SCHEMA_NAME = "experiment.schema.json"
_SCHEMA_TITLE = '"title": "actsearch experiment"'
_MODELINE = re.compile(r"\$schema=\S+")


def available_templates() -> dict[str, str]:
    """The names of the examples, each with the first sentence of its comment."""
    folder = _templates_folder()
    paths = sorted(folder.rglob("*.yaml"), key=lambda path: (len(path.parts), path))
    return {path.relative_to(folder).with_suffix("").as_posix(): _first_comment(path) for path in paths}


def write_template(template: str, path: Path) -> list[Path]:
    """Writes an example to `path`, and the schema beside it for editors; returns what was written.

    Raises:
        UserError: no such example, or the file exists already.
        StoreError: the folder cannot be written.
    """
    names = list(available_templates())
    if template not in names:
        raise UserError(f"--template {template}: no such example; {did_you_mean(template, names)}")
    if path.is_dir():
        path = path / "experiment.yaml"
    if path.exists():
        raise UserError(f"{path}: exists already and is left as it is; give another name: actsearch init NAME.yaml")
    text = (_templates_folder() / f"{template}.yaml").read_text(encoding="utf-8")
    schema = path.with_name(SCHEMA_NAME)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_for_user(text, path), encoding="utf-8")
        if not schema.exists() or _SCHEMA_TITLE in schema.read_text(encoding="utf-8", errors="replace"):
            schema.write_bytes((PACKAGE_FOLDER / SCHEMA_NAME).read_bytes())
            return [path, schema]
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror}); give a path in a folder of yours") from error
    return [path]


def _for_user(text: str, path: Path) -> str:
    """The example as the user's own file: the schema beside it, and the commands naming it."""
    text = _MODELINE.sub(f"$schema={SCHEMA_NAME}", text, count=1)
    return re.sub(r"configs/[\w./-]+\.yaml", lambda _: shlex.quote(str(path)), text)


def _templates_folder() -> Path:
    """`configs/`: inside the package when installed from a wheel, beside it in a checkout."""
    inside = PACKAGE_FOLDER / "configs"
    return inside if inside.is_dir() else PACKAGE_FOLDER.parent / "configs"


def _first_comment(path: Path) -> str:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    comments = [line[2:].strip() for line in lines if "yaml-language-server" not in line]
    return comments[0] if comments else ""
