"""The Ray engine where it differs from the others: nodes, addresses, signals. What all promise: test_engine_contract.

Without it a night's run on a cluster would hang on one dead node, or leave work running there that nobody waits for.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import fake_training
import psutil
import pytest
from child_processes import started

from actsearch.core.errors import UserError
from actsearch.core.events import Checkpoint, Completed, Ending, EpochDone, Event, Lost, Started, Train
from actsearch.core.experiment import Trial
from actsearch.engines import workers
from actsearch.engines.ray import Ray

NO_RAY = importlib.util.find_spec("ray") is None
pytestmark = pytest.mark.skipif(NO_RAY, reason="needs Ray: pip install 'actsearch[ray]'")

Trials = Callable[..., tuple[Trial, ...]]


def slow_train(seconds: float, flaw: str = "") -> Train:
    """A training whose epochs take so long, and that tells where it runs; after the second epoch it may go wrong."""
    import ray

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in fake_training.events_of(trial, checkpoint):
            if isinstance(event, Started):
                place = {"node": ray.get_runtime_context().get_node_id(), "pid": os.getpid()}
                event = replace(event, machine=place)
            yield event
            if isinstance(event, EpochDone):
                time.sleep(seconds)
                if flaw == "aborts" and event.epoch == 2:
                    os.write(2, b"no space in the engine room\n")
                    os.abort()

    return train


@pytest.fixture
def make_trials(make_experiment: Callable[..., Any]) -> Trials:
    def make(n: int = 1, epochs: int = 2) -> tuple[Trial, ...]:
        trials: tuple[Trial, ...] = make_experiment(["relu"], seeds=n, epochs=epochs)[1]
        return trials

    return make


@pytest.fixture
def engines() -> Iterator[list[Ray]]:
    """What is put in here is closed after the test."""
    made: list[Ray] = []
    yield made
    for engine in made:
        engine.close()


def submitted(engine: Ray, trials: Sequence[Trial]) -> Ray:
    for trial in trials:
        engine.submit(trial, nothing)
    return engine


def nothing() -> None:
    """No checkpoint."""


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends within this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def processes_of(folder: Path) -> list[str]:
    """The commands of the living processes of the Rays of a folder."""
    commands = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    return [command[:200] for command in commands if f"{folder}/" in command]


# --- addresses


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "no.such.host.invalid:6379", "somewhere", "127.0.0.1:x"])
def test_an_address_where_nothing_answers_is_told_at_once(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray tries for minutes, in silence; a typo should cost seconds."""
    address = address.format(port=free_port())
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    begun = time.monotonic()
    with pytest.raises(UserError, match=r"cannot be reached: nothing answers there.*ray start --head") as error:
        Ray(fake_training.make_train, address=address)
    assert address in str(error.value)
    assert time.monotonic() - begun < 20


def test_the_address_of_a_ray_client_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fail at the first trial, with Ray's words."""
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with pytest.raises(UserError, match="Ray Client"):
        Ray(fake_training.make_train, address="ray://10.0.0.5:10001")


def test_the_address_may_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has RAY_ADDRESS set expects every Ray program to heed it, not to begin a Ray of its own."""
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{free_port()}")
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with pytest.raises(UserError, match="cannot be reached"):
        Ray(fake_training.make_train)


def test_a_missing_ray_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: many have it not."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match=r"pip install 'actsearch\[ray\]'"):
        Ray(fake_training.make_train)


@pytest.mark.slow
def test_what_is_no_ray_is_told_in_bounded_time(ray_folder: Path) -> None:
    """The port of something else, such as the dashboard: Ray would try for a quarter of an hour."""
    with socket.socket() as silent:
        silent.bind(("0.0.0.0", 0))
        silent.listen()
        driver = start_driver(f"127.0.0.1:{silent.getsockname()[1]}", ray_folder)
        output, _ = driver.communicate(timeout=90)
    assert driver.returncode == 2
    assert output.startswith("the Ray cluster at 127.0.0.1")
    assert len(output.splitlines()) == 1


def test_a_cluster_that_asks_for_a_token_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recent versions do; Ray itself says so in half a page."""

    def init(**_: Any) -> None:
        raise RuntimeError("ray.exceptions.AuthenticationError: RPC error: InvalidAuthToken: Authentication token is")

    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setattr("ray.init", init)
    with pytest.raises(UserError, match=r"asks for a token: export RAY_AUTH_MODE=token, and copy ~/\.ray/auth_token"):
        Ray(fake_training.make_train, address="auto")


# --- one node


@pytest.mark.slow
def test_more_than_any_node_has_is_told(local_ray: ModuleType) -> None:
    """Ray would wait for ever for a node that is big enough."""
    for needs in ({"cpus": 1000}, {"gpus": 64}, {"memory": 10**15}):
        with pytest.raises(UserError, match="big enough") as error:
            Ray(fake_training.make_train, **needs)  # type: ignore[arg-type]
        assert any(amount in str(error.value) for amount in ("1000 CPUs", "64 GPUs", "1,000,000,000,000,000 bytes"))
    assert local_ray.is_initialized()


@pytest.mark.slow
@pytest.mark.usefixtures("local_ray")
def test_a_killed_worker_costs_its_trial_a_restart(engines: list[Ray], make_trials: Trials) -> None:
    """The system kills it when memory runs out: the trial goes on from its checkpoint, the others never notice."""
    engines.append(Ray(partial(slow_train, 0.1)))
    trials = make_trials(3, epochs=4)
    killed, events = "", defaultdict[str, list[Event]](list)
    pids: dict[str, int] = {}
    checkpoints: dict[str, bytes] = {}
    for event in submitted(engines[0], trials).events():
        events[event.trial_id].append(event)
        if isinstance(event, Started):
            pids[event.trial_id] = event.machine["pid"]
        if isinstance(event, Checkpoint) and event.epoch == 2 and not killed:
            killed = event.trial_id
            checkpoints[killed] = event.content
            os.kill(pids[killed], signal.SIGKILL)
        if isinstance(event, Lost):
            assert event.trial_id == killed
            assert "killed" in event.cause
            assert len(event.cause.splitlines()) == 1
            engines[0].submit(next(trial for trial in trials if trial.id == killed), partial(checkpoints.get, killed))
    assert sum(isinstance(event, Lost) for event in events[killed]) == 1
    assert all(isinstance(of_one[-1], Completed) for of_one in events.values())
    (again,) = [event for event in events[killed][1:] if isinstance(event, Started)]
    assert [epoch.epoch for epoch in again.resumed] == [1, 2]


@pytest.mark.slow
@pytest.mark.usefixtures("local_ray")
def test_a_crash_is_told_with_the_last_words(engines: list[Ray], make_trials: Trials) -> None:
    """They say what happened, and are on a machine that the user may not even know."""
    engines.append(Ray(partial(slow_train, 0.1, "aborts")))
    *_, lost = submitted(engines[0], make_trials(epochs=3)).events()
    assert isinstance(lost, Lost)
    assert "crashed" in lost.cause
    assert "no space in the engine room" in lost.output


@pytest.mark.slow
def test_a_worker_that_cannot_begin_is_told(local_ray: ModuleType, engines: list[Ray], make_trials: Trials) -> None:
    """A node without the package would take trial after trial, and lose it."""
    elsewhere = ModuleType("only_on_the_driver")
    exec("def make_train(): pass", elsewhere.__dict__)
    sys.modules[elsewhere.__name__] = elsewhere
    try:
        engines.append(Ray(elsewhere.make_train))
    finally:
        del sys.modules[elsewhere.__name__]
    with pytest.raises(UserError, match=r"only_on_the_driver.*pip install"):
        list(submitted(engines[0], make_trials()).events())
    assert local_ray.is_initialized()


@pytest.mark.slow
@pytest.mark.usefixtures("local_ray")
def test_engines_take_turns(engines: list[Ray], make_trials: Trials) -> None:
    """Two experiments on one cluster: the one that comes second gets what the first no longer needs."""
    engines += [Ray(partial(slow_train, 0.1)) for _ in range(2)]
    first, second = (submitted(engine, make_trials(2)).events() for engine in engines)
    next(first)
    rest = [list(first), list(second)]
    assert [sum(isinstance(event, Completed) for event in of_one) for of_one in rest] == [2, 2]


@pytest.mark.slow
@pytest.mark.usefixtures("local_ray")
def test_a_worker_that_has_grown_is_replaced(
    engines: list[Ray], make_trials: Trials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TensorFlow keeps memory of every network; Ray would end the actor in the middle of an innocent trial."""
    monkeypatch.setattr(workers, "LIMIT", -(10**15))
    engines.append(Ray(partial(slow_train, 0), jobs=1))
    events = list(submitted(engines[0], make_trials(3)).events())
    assert len({event.machine["pid"] for event in events if isinstance(event, Started)}) == 3
    assert sum(isinstance(event, Completed) for event in events) == 3


# --- two nodes


@pytest.fixture
def cluster(ray_folder: Path) -> Iterator[Any]:  # noqa: ARG001  (what it sets must be set)
    """A cluster of two nodes with one processor each; they are processes of this machine."""
    import ray
    from ray.cluster_utils import Cluster

    ray.shutdown()
    begun = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    begun.add_node(num_cpus=1)
    yield begun
    ray.shutdown()
    begun.shutdown()


def kill_node(node: Any) -> None:
    """As when the power fails."""
    (raylet,) = node.all_processes["raylet"]
    victims = [psutil.Process(raylet.process.pid)]
    for process in [*victims, *victims[0].children(recursive=True)]:
        process.kill()


@pytest.mark.slow
def test_a_node_that_goes_down_and_one_that_comes(cluster: Any, engines: list[Ray], make_trials: Trials) -> None:
    """Its trials go on elsewhere from their checkpoints, and nothing is trained twice or missing."""
    engines.append(Ray(partial(slow_train, 0.3), address=cluster.address))
    trials = {trial.id: trial for trial in make_trials(100, epochs=5)}
    more = iter(trials.values())
    events = defaultdict[str, list[Event]](list)
    checkpoints: dict[str, bytes] = {}
    nodes: dict[str, str] = {}
    used: set[str] = set()
    down = ""
    for event in submitted(engines[0], [next(more) for _ in range(6)]).events():
        events[event.trial_id].append(event)
        if isinstance(event, Started):
            nodes[event.trial_id] = event.machine["node"]
            used.add(nodes[event.trial_id])
        if isinstance(event, Completed) and len(used) < 3:  # Ray takes 15 seconds or more to notice
            submitted(engines[0], [next(more)])
        if isinstance(event, Checkpoint):
            checkpoints[event.trial_id] = event.content
            (second,) = [node.node_id for node in cluster.worker_nodes if not down] or [""]
            if event.epoch == 2 and nodes[event.trial_id] == second:
                down = event.trial_id
                kill_node(cluster.worker_nodes.pop())
                cluster.add_node(num_cpus=1)
        if isinstance(event, Lost):
            assert event.trial_id == down
            assert "went down" in event.cause
            engines[0].submit(trials[down], partial(checkpoints.get, down))
    assert sum(isinstance(event, Lost) for event in events[down]) == 1
    assert len(used) == 3
    for of_one in events.values():
        assert isinstance(of_one[-1], Completed)
        assert sum(isinstance(event, get_args(Ending)) for event in of_one) == 1
        starts = [event for event in of_one if isinstance(event, Started)]
        epochs = [event.epoch for event in of_one if isinstance(event, EpochDone)]
        assert sorted(set(epochs)) == [1, 2, 3, 4, 5]
        assert (len(starts), len(starts[-1].resumed) >= 2) == ((2, True) if of_one is events[down] else (1, False))


# --- the driver


DRIVER = """
import sys, signal, time
from functools import partial
import fake_training, conftest
from engines import test_ray_engine
from actsearch.engines.ray import Ray
from actsearch.core.errors import UserError
from actsearch.core.events import EpochDone, Started
from actsearch.core.experiment import DataSpec, Experiment
from actsearch.core.identity import expand
from actsearch.data.kinds.named import NamedSource

signal.signal(signal.SIGTERM, signal.default_int_handler)
before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
engine = None
try:
    candidates = (conftest.candidate("relu", 1000),)
    trials = expand(Experiment("tiny", "", (0, 1), DataSpec(NamedSource("mnist")), candidates, {}), "0" * 64)
    engine = Ray(partial(test_ray_engine.slow_train, 0.5), address=sys.argv[1] or None)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    for trial in trials:
        engine.submit(trial, test_ray_engine.nothing)
    for event in engine.events():
        if isinstance(event, Started):
            print(event.machine["pid"], flush=True)
except KeyboardInterrupt:
    begun = time.monotonic()
    engine.close()
    print("interrupted; closed in", time.monotonic() - begun)
    sys.exit(130)
except UserError as error:
    print(error)
    if engine is not None:
        engine.close()
    sys.exit(2)
"""


def start_driver(address: str, folder: Path) -> subprocess.Popen[str]:
    """A process that trains two endless trials, and prints the ids of the processes that do it."""
    return started(
        [sys.executable, "-c", DRIVER, address],
        env={**os.environ, "RAY_TMPDIR": str(folder)},
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def pids(driver: subprocess.Popen[str]) -> list[int]:
    assert driver.stdout is not None
    lines = [driver.stdout.readline() for _ in range(2)]
    assert all(line.strip().isdigit() for line in lines), "".join(lines) + driver.communicate(timeout=60)[0]
    return [int(line) for line in lines]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_driver_that_ends_leaves_nothing_of_a_local_ray(ray_folder: Path, number: signal.Signals) -> None:
    """Ctrl-C reaches every process of the terminal; whatever way it ends, no process may stay and train on."""
    folder = ray_folder / f"d{number}"
    driver = start_driver("", folder)
    workers = pids(driver)
    assert processes_of(folder)
    if number == signal.SIGINT:
        os.killpg(driver.pid, number)
    else:
        driver.send_signal(number)
    output, _ = driver.communicate(timeout=15)
    if number != signal.SIGKILL:
        assert driver.returncode == 130
        assert output.startswith("interrupted; closed in")
        assert len(output.splitlines()) == 1, "Ray wrote to the terminal"
    assert all(gone(pid) for pid in workers)
    end = time.monotonic() + 20
    while processes_of(folder) and time.monotonic() < end:
        time.sleep(0.2)
    assert processes_of(folder) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_driver_that_ends_leaves_nothing_on_the_cluster(
    cluster: Any, ray_folder: Path, number: signal.Signals
) -> None:
    """Nobody would notice for days that the cluster still trains what nobody waits for."""
    driver = start_driver(cluster.address, ray_folder)
    workers = pids(driver)
    driver.send_signal(number)
    driver.communicate(timeout=15)
    assert driver.returncode == (130 if number == signal.SIGINT else -number)
    assert all(gone(pid) for pid in workers)
    assert len(cluster.list_all_nodes()) == 2
    assert cluster.remaining_processes_alive()


@pytest.mark.slow
def test_a_lost_head_is_told(cluster: Any, ray_folder: Path) -> None:
    """Ray itself would end the run a minute later, in silence."""
    driver = start_driver(cluster.address, ray_folder)
    pids(driver)
    cluster.head_node.kill_gcs_server()
    output, _ = driver.communicate(timeout=90)
    assert driver.returncode == 2, output
    assert "finished trials are kept" in output
    assert len(output.splitlines()) == 1, "Ray wrote to the terminal"
