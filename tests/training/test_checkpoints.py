"""A training's state as bytes: what comes back is what went in, and what is no checkpoint is said to be none."""

from __future__ import annotations

from dataclasses import replace

import ml_dtypes
import numpy as np
import pytest

from actsearch.core.events import EpochDone
from actsearch.core.tasks import MULTICLASS
from actsearch.training.checkpoints import TrainingState, pack, unpack

pytestmark = pytest.mark.xdist_group("tensorflow")

RNG = np.random.default_rng(0)
VARIABLES = [
    RNG.normal(size=(3, 4)).astype(np.float32),
    np.array([2**32 - 1, 7], np.uint32),
    np.array(5, np.int64),
    np.array(1e-3, np.float32),
    np.zeros((0, 3), np.float32),
]
BEST = [value + 1 for value in VARIABLES[:2]]
EPOCHS = tuple(
    EpochDone(
        "relu-1",
        epoch,
        {name: float(value) for name, value in zip(MULTICLASS.history_metrics, RNG.random(6), strict=True)},
        0.1,
    )
    for epoch in (1, 2, 3)
)
MACHINES = ({"cpu": "ü", "versions": {"keras": "3"}, "threads": 1}, {"cpu": "another"})
STATE = TrainingState(EPOCHS, MACHINES, VARIABLES, 1, BEST)


def test_everything_comes_back_to_the_bit() -> None:
    """A learning rate, a dropout state or a digit of the history that is off by one bit is another training."""
    back = unpack(pack(STATE), "relu-1")
    assert (back.epochs, back.machines, back.best_epoch) == (EPOCHS, MACHINES, 1)
    for found, expected in ((back.variables, VARIABLES), (back.best_variables, BEST)):
        assert [(value.dtype, value.shape) for value in found] == [(value.dtype, value.shape) for value in expected]
        assert [value.tobytes() for value in found] == [value.tobytes() for value in expected]


def test_more_than_ten_variables_come_back_in_their_order() -> None:
    """By name `variable_10` stands before `variable_2`."""
    many = [np.array(i) for i in range(25)]
    assert [int(value) for value in unpack(pack(replace(STATE, variables=many)), "relu-1").variables] == [*range(25)]


def test_bfloat16_comes_back_exactly() -> None:
    """NumPy cannot store it; what it is stored as must hold every such number."""
    every = np.arange(2**16, dtype=np.uint16).view(ml_dtypes.bfloat16)
    numbers = every[np.isfinite(every.astype(np.float32))]
    (back,) = unpack(pack(replace(STATE, variables=[numbers])), "relu-1").variables
    assert back.astype(ml_dtypes.bfloat16).tobytes() == numbers.tobytes()


def test_the_epochs_become_those_of_the_trial_that_goes_on() -> None:
    """A longer trial goes on from a shorter one's checkpoint; events under the other's id would be recorded there."""
    back = unpack(pack(STATE), "relu-2")
    assert {done.trial_id for done in back.epochs} == {"relu-2"}
    assert [done.metrics for done in back.epochs] == [done.metrics for done in EPOCHS]


def test_the_best_epochs_weights_are_left_out_where_they_are_the_last() -> None:
    """Half the bytes while a training still gets better with every epoch."""
    assert unpack(pack(replace(STATE, best_variables=[])), "relu-1").best_variables == []


CONTENT = pack(STATE)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no zip", CONTENT[1:], b"\x00" * len(CONTENT), CONTENT.replace(b"rest", b"tser")]
)
def test_what_is_no_checkpoint_is_said_to_be_none(content: bytes) -> None:
    """One kind of error, whatever zip, NumPy and JSON make of it; and no network from nonsense."""
    with pytest.raises(ValueError, match="these bytes are no checkpoint"):
        unpack(content, "relu-1")


def test_no_beginning_of_a_checkpoint_is_one() -> None:
    """What a full disk leaves."""
    for size in range(0, len(CONTENT), 5):
        with pytest.raises(ValueError, match="these bytes are no checkpoint"):
            unpack(CONTENT[:size], "relu-1")


def test_a_flipped_bit_ends_in_no_other_error() -> None:
    """The store checks the SHA-256 first; should that be passed by, a trial fails with a plain message at worst."""
    refused = 0
    for place in range(0, len(CONTENT), 3):
        damaged = bytearray(CONTENT)
        damaged[place] ^= 1 << place % 8
        try:
            unpack(bytes(damaged), "relu-1")
        except ValueError:
            refused += 1
    assert refused > len(CONTENT) / 3 / 2
