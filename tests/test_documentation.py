"""What the documentation says is so: keys, commands, links, modules, and the examples in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from actsearch.cli.app import commands
from actsearch.config.diagnostics_section import DiagnosticsSection
from actsearch.config.experiment_file import ExperimentFile
from actsearch.config.loading import load_experiment
from actsearch.config.optimizers import OPTIMIZER_MODELS
from actsearch.config.reference import configuration_page
from actsearch.config.training_section import TrainingSection
from actsearch.data.sources import SOURCES
from actsearch.networks.architectures import ARCHITECTURES
from actsearch.networks.kinds.hidden_layer_settings import L1L2
from actsearch.networks.kinds.initializers import INITIALIZERS, INITIALIZERS_WITH_ARGUMENTS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").glob("*.md")
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_every_key_of_the_experiment_file_is_documented():
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    sections = (*SOURCES.values(), *ARCHITECTURES.values(), TrainingSection, *OPTIMIZER_MODELS.values())
    models = (ExperimentFile, *sections)
    models += (L1L2, DiagnosticsSection, *INITIALIZERS_WITH_ARGUMENTS.values())
    keys = {key for model in models for key in model.model_fields}
    missing = [word for word in sorted({*keys, *INITIALIZERS, *OPTIMIZER_MODELS}) if f"`{word}`" not in page]
    assert not missing


def test_the_page_on_the_experiment_file_is_what_the_schema_makes():
    """A key that was added, or a default that was changed, would be told wrongly."""
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == configuration_page()


def test_every_command_and_option_is_in_the_readme():
    for name, command in commands.commands.items():
        assert f"actsearch {name}" in README, name
        for option in (p for p in command.params if isinstance(p, click.Option)):
            assert any(spelling in README for spelling in option.opts), f"{name} {option.opts}"


def test_every_example_experiment_is_in_the_readme():
    for path in (ROOT / "configs").rglob("*.yaml"):
        assert f"`{path.name}`" in README


def test_the_readmes_experiment_is_valid(tmp_path):
    (text,) = blocks("yaml")
    (tmp_path / "my-images.npz").write_bytes(b"")
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    assert len(load_experiment(tmp_path / "x.yaml").experiment.candidates) == 10


def test_the_readme_begins_with_the_two_commands():
    first, second, *_ = blocks("bash")
    assert first.strip().endswith("actsearch run configs/quickstart.yaml")
    assert second.strip().endswith("python -m pytest")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_design_names_every_room_and_no_other():
    """It is the map that a newcomer starts with."""
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "actsearch").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)/` \|", page, flags=re.MULTILINE)) == rooms


@pytest.mark.slow
def test_the_readmes_python_runs(tmp_path):
    (code,) = blocks("python")
    for path in ("configs/smoke.yaml", "results/sound"):
        assert path in code
        code = code.replace(path, (ROOT / path).as_posix())
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.match(r"relu \[0\.\d+\]\nselu \[0\.\d+\]\n\['relu', 'gelu'\] \w+ ", done.stdout), done.stdout
