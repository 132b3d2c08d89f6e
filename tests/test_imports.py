"""What each command loads: a command that loads TensorFlow takes seconds to answer, and megabytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BEGIN = """
import json, sys
before = set(sys.modules)
"""
RUN = """
from actsearch.cli.app import run_command_line
code = run_command_line(sys.argv[1:])
loaded = {name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(json.dumps([code, sorted(loaded)]))
"""


def loaded_by(*arguments: str, cwd: Path, prepare: str = "") -> set[str]:
    """The libraries, of the standard library none, that a command has loaded when it ends."""
    command = [sys.executable, "-c", BEGIN + prepare + RUN, *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    return set(loaded)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"]], ids=" ".join)
def test_help_loads_click_alone(repository: Path, arguments: list[str]) -> None:
    """Help is asked for often, and should be there at once."""
    assert loaded_by(*arguments, cwd=repository) == {"actsearch", "click"}


def test_validate_loads_the_schema_and_no_more(repository: Path) -> None:
    """Editors and hooks call it on every save."""
    loaded = loaded_by("validate", "configs/article.yaml", "configs/sound.yaml", cwd=repository)
    assert {"pydantic", "yaml"} <= loaded
    assert not loaded & {"numpy", "rich", "tensorflow", "keras", "matplotlib", "filelock"}


def test_schema_loads_no_numbers(repository: Path) -> None:
    """As fast as `validate`."""
    assert not loaded_by("schema", cwd=repository) & {"numpy", "rich", "tensorflow", "keras", "matplotlib"}


def test_init_loads_next_to_nothing(repository: Path, hostile: Path) -> None:
    """The first command of a newcomer."""
    assert loaded_by("init", str(hostile / "x.yaml"), cwd=repository) == {"actsearch", "click"}


def test_plot_loads_what_draws(repository: Path, hostile: Path) -> None:
    """Figures are drawn again and again while one looks at results."""
    loaded = loaded_by("plot", "results/article-12", "--out", str(hostile), cwd=repository)
    assert {"matplotlib", "numpy"} <= loaded
    assert not loaded & {"tensorflow", "keras", "scipy", "pydantic", "rich", "yaml"}


def test_plot_of_comparisons_loads_scipy_and_no_more(repository: Path, hostile: Path) -> None:
    """The intervals need SciPy; a figure for a paper must not cost what a training costs."""
    kinds = ("--kind", "ranking", "--kind", "differences", "--kind", "learning-speed")
    loaded = loaded_by("plot", "results/article-12", *kinds, "--out", str(hostile), cwd=repository)
    assert {"matplotlib", "scipy"} <= loaded
    assert not loaded & {"tensorflow", "keras", "pydantic", "rich", "yaml"}


def test_show_loads_no_tensorflow(repository: Path, hostile: Path) -> None:
    """A look at a formula must not cost what a training costs; the table of all needs no SymPy."""
    assert not loaded_by("show", cwd=repository) & {"tensorflow", "keras", "scipy", "matplotlib", "pydantic", "sympy"}
    loaded = loaded_by("show", "relu", "--plot", str(hostile / "x.png"), cwd=repository)
    assert {"sympy", "matplotlib"} <= loaded
    assert not loaded & {"tensorflow", "keras", "scipy", "pydantic"}


def test_status_loads_what_prints(repository: Path) -> None:
    """It is asked while a training runs, and must not take the processor from it."""
    loaded = loaded_by("status", "results", cwd=repository)
    assert not loaded & {"tensorflow", "keras", "scipy", "pydantic", "numpy", "matplotlib", "yaml"}


def test_explain_loads_what_prints(repository: Path, hostile: Path) -> None:
    """Its numbers are few; it should answer like `status`."""
    for file in ("experiment.yaml", "plan.json"):
        (hostile / file).touch()
    prepare = (
        f"sys.path.append({str(Path(__file__).parent)!r})\n"
        "import actsearch.store.writer, fake_diagnostics as fake\n"
        "result = fake.experiment(fake.candidate('relu', fake.trial(fake.diagnostics())))\n"
        "actsearch.store.reader.read_experiment = lambda folder, **_: result\n"
    )
    loaded = loaded_by("explain", str(hostile), cwd=repository, prepare=prepare)
    assert "rich" in loaded
    assert not loaded & {"tensorflow", "keras", "scipy", "sympy", "pydantic", "numpy", "matplotlib", "yaml"}


@pytest.mark.parametrize(
    ("to", "wanted"),
    [("csv", set()), ("parquet", {"pyarrow"}), ("tensorboard", {"tensorboard"}), ("mlflow", {"mlflow"})],
)
def test_export_loads_its_format_and_no_tensorflow(repository: Path, hostile: Path, to: str, wanted: set[str]) -> None:
    """TensorBoard and MLflow would load it where it is installed, with its notices, for a file of a few numbers."""
    loaded = loaded_by("export", "results/theory/clipping", "--to", to, "--out", str(hostile), cwd=repository)
    assert wanted <= loaded
    assert not loaded & {"tensorflow", "keras", "scipy", "matplotlib", "rich"}
    assert loaded & {"pyarrow", "tensorboard", "mlflow", "sqlalchemy"} <= wanted | (
        {"sqlalchemy", "pyarrow"} if to == "mlflow" else set()
    )
    assert to != "csv" or not loaded & {"numpy", "pydantic", "yaml"}


def test_report_loads_what_compares_and_draws(repository: Path, hostile: Path) -> None:
    """A page of results needs no library that trains, and none that checks experiment files."""
    loaded = loaded_by("report", "results/article-12", "--out", str(hostile / "page.html"), cwd=repository)
    assert {"jinja2", "numpy", "scipy"} <= loaded
    assert not loaded & {"tensorflow", "keras", "sympy", "pydantic", "yaml"}


def test_a_dry_run_loads_no_tensorflow(repository: Path, hostile: Path) -> None:
    """What a run would cost is asked before it; an answer must not cost half a minute itself."""
    loaded = loaded_by("run", "configs/smoke.yaml", "--dry-run", "--out", str(hostile), cwd=repository)
    assert not loaded & {"tensorflow", "keras", "matplotlib", "scipy"}


def test_a_plan_without_timing_loads_no_tensorflow(repository: Path, hostile: Path) -> None:
    """On the front node of a cluster one wants to know what a study can find out, and may have no TensorFlow."""
    loaded = loaded_by("plan", "configs/smoke.yaml", "--no-timing", "--out", str(hostile), cwd=repository)
    assert {"numpy", "rich", "scipy"} <= loaded
    assert not loaded & {"tensorflow", "keras", "matplotlib", "sympy"}


def test_a_run_in_worker_processes_loads_no_tensorflow_itself(write_experiment: Callable[..., Path]) -> None:
    """The driver only writes: a third process of 0.7 GB beside two workers would be one worker less."""
    path = write_experiment(activations="[relu]")
    prepare = (
        f"sys.path.append({str(Path(__file__).parent)!r})\n"
        "import actsearch.study.runner, functools, fake_training\n"
        "faults = fake_training.Faults()\n"
        "actsearch.study.runner.loading_trainer = functools.partial(fake_training.loading_trainer, faults)\n"
    )
    loaded = loaded_by("run", path.name, "--jobs", "1", "--no-plots", "--quiet", cwd=path.parent, prepare=prepare)
    assert {"filelock", "numpy"} <= loaded
    assert not loaded & {"tensorflow", "keras", "matplotlib", "scipy", "ray"}
    assert list(path.parent.glob("results/tiny/trials/*/history.json"))


def test_importing_the_package_loads_nothing() -> None:
    """In a notebook `import actsearch` is there at once; each name is loaded when it is used."""
    code = (
        "import sys; before = set(sys.modules); import actsearch;"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names));"
        "assert {'load', 'run', 'read_results', 'gelu'} <= set(dir(actsearch))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['actsearch']"


def test_reading_results_in_a_notebook_needs_no_tensorflow(repository: Path) -> None:
    """Whoever analyses results may have no TensorFlow at all."""
    code = (
        "import sys, actsearch; (result,) = actsearch.read_results('results/article-12');"
        "print(result.name); assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("article-12\n", "")
