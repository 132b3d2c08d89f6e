"""A file that the user names is written there, and nothing of an experiment is lost by a slip of the hand."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from actsearch.core import user_files
from actsearch.core.errors import StoreError, UserError


def test_a_file_is_written_over_an_older_one_and_through_a_link(tmp_path: Path) -> None:
    """A link to a folder that is shared stays one."""
    target, link = tmp_path / "shared" / "table.csv", tmp_path / "table.csv"
    target.parent.mkdir()
    link.symlink_to(target)
    for content in (b"a", b"b"):
        user_files.write_for_user(link, content, "--csv")
        assert target.read_bytes() == content
    assert link.is_symlink()
    assert [path.name for path in target.parent.iterdir()] == ["table.csv"]


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    """`--csv /dev/stdout` and `--csv >(command)` are written to; replaced, a device would be gone for all."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    user_files.write_for_user(pipe, b"table", "--csv")
    reader.join(10)
    assert read == [b"table"]
    assert pipe.is_fifo()


def test_a_pipe_without_a_name_is_written_to(tmp_path: Path) -> None:
    """What `>(command)` and a piped /dev/stdout are."""
    reading, writing = os.pipe()
    try:
        link = tmp_path / "out"
        link.symlink_to(f"/proc/self/fd/{writing}")
        user_files.write_for_user(link, b"table", "--csv")
        assert os.read(reading, 100) == b"table"
    finally:
        os.close(reading)
        os.close(writing)


def test_what_is_printed_stays_before_the_table(tmp_path: Path) -> None:
    """`--json --csv /dev/stdout > file`: the table must not take the place of the JSON."""
    code = (
        "import sys; from pathlib import Path; from actsearch.core import user_files as outputs\n"
        "print('json', flush=True); outputs.write_for_user(Path('/proc/self/fd/1'), b'table', '--csv')"
    )
    with (tmp_path / "both").open("wb") as file:
        subprocess.run([sys.executable, "-c", code], stdout=file, check=True)
    assert (tmp_path / "both").read_bytes() == b"json\ntable"


@pytest.mark.parametrize("name", ["mine.yaml", "my_functions.py", "data.npz"])
def test_what_the_user_wrote_is_not_written_over(tmp_path: Path, name: str) -> None:
    """An experiment of one's own is in no other place; where there is none, nothing is lost."""
    path = tmp_path / name
    user_files.write_for_user(path, b"new", "--csv")
    with pytest.raises(UserError, match="give another --csv FILE"):
        user_files.write_for_user(path, b"table", "--csv")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("name", ["plan.json", "experiment.yaml", "looks.json", "trials/relu/history.json", "trials"])
def test_what_an_experiment_is_read_from_is_not_written_over(tmp_path: Path, name: str) -> None:
    """Its trials took a night."""
    path = tmp_path / "results" / "mine" / name
    path.parent.mkdir(parents=True)
    (tmp_path / "results" / "mine" / "plan.json").write_text("{}")
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(UserError, match="the results of an experiment are read from this; give another --csv FILE"):
        user_files.write_for_user(path, b"table", "--csv")
    assert (path.read_bytes() if path.is_file() else None) == before


def test_beside_the_results_there_is_room(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    user_files.write_for_user(tmp_path / "table.csv", b"table", "--csv")
    (tmp_path / "elsewhere" / "trials").mkdir(parents=True)
    user_files.write_for_user(tmp_path / "elsewhere" / "trials" / "table.csv", b"table", "--csv")
    user_files.write_for_user(tmp_path / "elsewhere" / "plan.json", b"mine", "--csv")


def test_what_cannot_be_written_is_one_line_with_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"can't be written, Not a directory; give another --out FILE"):
        user_files.write_for_user(tmp_path / "file" / "page.html", b"", "--out")
    with pytest.raises(UserError, match="give the name of a file"):
        user_files.write_for_user(Path(), b"", "--csv")
