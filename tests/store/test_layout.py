"""Names in a folder of results: what is the experiment's own is guarded, and what was moved aside is passed over."""

from __future__ import annotations

import pytest

from actsearch.core import user_files
from actsearch.store import layout


def test_no_page_or_table_takes_the_place_of_an_experiments_own_files() -> None:
    """`core` does not know the store: its list of names must grow with the store's."""
    own = {layout.EXPERIMENT_FILE, layout.PLAN_FILE, layout.LOOKS_FILE, layout.DECISIONS_FILE}
    own |= {layout.HOLDER_FILE, layout.LOCK_FILE, layout.TRIALS_FOLDER}
    assert set(user_files.OF_AN_EXPERIMENT) == own


@pytest.mark.parametrize(
    ("name", "is_aside"),
    [
        ("tiny", False),
        ("tiny.old-20250101-000000", True),
        ("tiny.old-20250101-000000-2", True),
        ("relu-0.damaged-20250101-000000", True),
        ("relu-0.differs-20250101-000000", True),
        ("relu-0.again", True),
        ("relu-0.again-and-again", False),
    ],
)
def test_what_was_moved_aside_is_known_by_its_name(name: str, is_aside: bool) -> None:
    """It must be neither compared nor listed as left out."""
    assert bool(layout.SET_ASIDE.search(name)) is is_aside
