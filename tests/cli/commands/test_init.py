"""`actsearch init`: the first command of a newcomer."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Done


def test_init_writes_an_experiment_that_is_valid(actsearch_: Callable[..., Done], hostile: Path) -> None:
    """The newcomer's second command must work on what the first one wrote."""
    done = actsearch_("init")
    assert done.code == 0
    assert {path.name for path in hostile.iterdir()} == {"experiment.yaml", "experiment.schema.json"}
    assert "actsearch run experiment.yaml" in done.out
    assert actsearch_("validate", "experiment.yaml").code == 0
    text = (hostile / "experiment.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=experiment.schema.json\n")
    assert "actsearch run experiment.yaml" in text
    assert "configs/" not in text


def test_init_overwrites_nothing(actsearch_: Callable[..., Done], hostile: Path) -> None:
    """Neither a user's experiment nor a file that happens to be called like the schema."""
    (hostile / "experiment.yaml").write_text("mine", encoding="utf-8")
    done = actsearch_("init")
    assert done.code == 2
    assert "exists already and is left as it is" in done.err
    (hostile / "experiment.schema.json").write_text("mine too", encoding="utf-8")
    assert actsearch_("init", "other.yaml").code == 0
    assert (hostile / "experiment.yaml").read_text(encoding="utf-8") == "mine"
    assert (hostile / "experiment.schema.json").read_text(encoding="utf-8") == "mine too"


def test_init_lists_and_writes_every_example(actsearch_: Callable[..., Done], repository: Path) -> None:
    """All examples that come with the package are there, described, and valid where they are written."""
    done = actsearch_("init", "--list")
    listed = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    configs = repository / "configs"
    assert set(listed) == {p.relative_to(configs).with_suffix("").as_posix() for p in configs.rglob("*.yaml")}
    assert all(len(description) > 20 for description in listed.values())
    for name in listed:
        assert actsearch_("init", f"new folder/{name}.yaml", "--template", name).code == 0
    assert actsearch_("validate", *(f"new folder/{name}.yaml" for name in listed)).code == 0


@pytest.mark.parametrize("name", ["a b.yaml", "back\\1slash\\g<0>.yaml", "ü.yaml", "sub folder/x.yaml"])
def test_inits_comments_name_the_users_file(actsearch_: Callable[..., Done], hostile: Path, name: str) -> None:
    """The command in the first lines can be copied into a shell as it stands."""
    assert actsearch_("init", name).code == 0
    text = (hostile / name).read_text(encoding="utf-8")
    (command,) = re.findall(r"^# Command: (.*)$", text, flags=re.MULTILINE)
    assert shlex.split(command) == ["actsearch", "run", name]


def test_init_of_an_unknown_example_suggests_one(actsearch_: Callable[..., Done], hostile: Path) -> None:
    """A typo gets the right name back, and writes nothing."""
    done = actsearch_("init", "--template", "artcile")
    assert done.code == 2
    assert "did you mean 'article'?" in done.err
    assert "there are article" in actsearch_("init", "--template", "zzz").err
    assert list(hostile.iterdir()) == []


def test_init_where_nothing_can_be_written(actsearch_: Callable[..., Done], hostile: Path) -> None:
    """One line that names the path."""
    (hostile / "file").write_bytes(b"")
    done = actsearch_("init", "file/x.yaml")
    assert done.code == 2
    assert "file/x.yaml" in done.err
    assert len(done.err.splitlines()) == 1
