"""What the quick commands cost beyond the interpreter's own start.

    python benchmarks/startup.py [--runs 11]

Each command runs in turn with a bare `python -c pass`; the difference is taken pair by pair. The plot is of six
histories of 100 epochs, two figures. Also says which of the heavy libraries a command loaded.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from intervals import median_with_interval

CONFIGS = Path(__file__).parent.parent / "configs"
HEAVY = ("tensorflow", "keras", "numpy", "matplotlib", "rich", "pydantic", "scipy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        write_histories(results)
        commands = {
            "--help": ["--help"],
            "validate": ["validate", str(CONFIGS / "article.yaml")],
            "plot": ["plot", str(results), "--out", folder],
            "status": ["status", str(results)],
        }
        print(f"{'command':10}{'beyond the start':>18}   95 % interval      loads")
        for name, arguments in commands.items():
            extra = [timed(["-m", "actsearch", *arguments]) - timed(["-c", "pass"]) for _ in range(runs + 1)][1:]
            middle, low, high = median_with_interval(extra)
            print(f"{name:10}{middle:>16.3f} s   {low:.3f} to {high:.3f} s   {', '.join(loaded(arguments))}")


def timed(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def loaded(arguments: list[str]) -> list[str]:
    """Which heavy libraries a command has imported when it ends."""
    code = (
        "import sys; from actsearch.cli.app import run_command_line as run; run(sys.argv[1:]);"
        f" print('LOADED', *(m for m in {HEAVY!r} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.rsplit("LOADED", 1)[1].split()


def write_histories(results: Path) -> None:
    """An experiment of six finished trials of 100 epochs, as a run would have left it."""
    from actsearch.config import loading
    from actsearch.core.events import Diverged, EpochDone, Started
    from actsearch.core.tasks import MULTICLASS
    from actsearch.store.writer import Store
    from actsearch.study import plans

    loaded_file = loading.load_experiment(CONFIGS / "article.yaml")
    plan = plans.make_plan(loaded_file.experiment, loaded_file.folder)
    store = Store(results / plan.experiment.name)
    with store.locked():
        store.begin(plan.experiment, plan.trials)
        for i, trial in enumerate(plan.trials):
            store.record(Started(trial.id, {}), trial)
            for epoch in range(1, 101):
                loss = 0.4 * math.exp(-epoch / (3 + 3 * i)) + 0.01 * (i + 1) / epoch + 0.02
                values = {name: loss if "loss" in name else 1 - loss / 2 for name in MULTICLASS.history_metrics}
                store.record(EpochDone(trial.id, epoch, values, 1.0), trial)
            store.record(Diverged(trial.id, 101), trial)
    assert json.loads((store.folder / "plan.json").read_bytes())["candidates"]


if __name__ == "__main__":
    main()
