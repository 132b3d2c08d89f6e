"""What each command loads: a command that loads TensorFlow takes seconds to answer, and megabytes.

All commands run in one process, each in a fork of its own that begins without any library: the interpreter starts once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

RESULTS = "results/article-12"
COMPARISONS = ["--kind", "ranking", "--kind", "differences", "--kind", "learning-speed"]
COMMANDS: Mapping[str, list[str]] = {
    "--help": ["--help"],
    "--version": ["--version"],
    "run --help": ["run", "--help"],
    "validate": ["validate", "configs/article.yaml", "configs/sound.yaml"],
    "schema": ["schema"],
    "init": ["init", "{folder}/x.yaml"],
    "plot": ["plot", RESULTS, "--out", "{folder}/plot"],
    "show": ["show"],
    "show --plot": ["show", "relu", "--plot", "{folder}/relu.png"],
    "status": ["status", "results"],
    "explain": ["explain", "results/theory/clipping"],
    "csv": ["export", "results/theory/clipping", "--to", "csv", "--out", "{folder}/csv"],
    "report": ["report", RESULTS, "--out", "{folder}/page.html"],
    "dry run": ["run", "configs/smoke.yaml", "--dry-run", "--out", "{folder}/results"],
    "plan": ["plan", "configs/smoke.yaml", "--no-timing", "--out", "{folder}/results"],
}
LONGER_COMMANDS: Mapping[str, list[str]] = {
    "plot comparisons": ["plot", RESULTS, *COMPARISONS, "--out", "{folder}/comparisons"],
    "parquet": ["export", "results/theory/clipping", "--to", "parquet", "--out", "{folder}/parquet"],
    "tensorboard": ["export", "results/theory/clipping", "--to", "tensorboard", "--out", "{folder}/tensorboard"],
    "mlflow": ["export", "results/theory/clipping", "--to", "mlflow", "--out", "{folder}/mlflow"],
}
"""Those that load much, or draw much."""
IN_PYTHON: Mapping[str, str] = {
    "import actsearch": "import actsearch; assert {'load', 'run', 'read_results', 'gelu'} <= set(dir(actsearch))",
    "read_results": f"import actsearch; assert actsearch.read_results({RESULTS!r})[0].name == 'article-12'",
}
"""What a notebook does."""

EACH_IN_A_FORK = """
import json, os, sys

def loaded_by(work):
    # The libraries that a piece of work has loaded when it ends, and its exit code; of the standard library none.
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        before = set(sys.modules)
        try:
            code = work()
        except BaseException as error:
            code = repr(error)
        names = {name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
        os.write(writing, json.dumps([code, sorted(names)]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.wait()
    return json.loads(text)

def command(arguments):
    def work():
        from actsearch.cli.app import run_command_line
        return run_command_line(arguments)
    return work

def python(code):
    return lambda: exec(code, {})

commands, scripts = json.loads(sys.argv[1])
answers = {name: loaded_by(command(arguments)) for name, arguments in commands.items()}
answers |= {name: loaded_by(python(code)) for name, code in scripts.items()}
print(json.dumps(answers))
"""


def loaded_libraries(repository: Path, commands: Mapping[str, list[str]], folder: Path) -> Mapping[str, set[str]]:
    """The libraries, of the standard library none, that each command has loaded when it ends."""
    filled = {name: [part.format(folder=folder) for part in parts] for name, parts in commands.items()}
    arguments = [sys.executable, "-c", EACH_IN_A_FORK, json.dumps([filled, IN_PYTHON])]
    done = subprocess.run(arguments, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    failed = {name: code for name, (code, _) in answers.items() if code not in (0, None)}
    assert not failed, done.stderr
    return {name: set(loaded) for name, (_, loaded) in answers.items()}


@pytest.fixture(scope="module")
def libraries(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[str]]:
    return loaded_libraries(repository, COMMANDS, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def libraries_of_longer(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[str]]:
    return loaded_libraries(repository, LONGER_COMMANDS, tmp_path_factory.mktemp("longer"))


pytestmark = [
    pytest.mark.xdist_group("imports"),  # so that the commands run once
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, which this system does not have"),
]


@pytest.mark.parametrize("command", ["--help", "--version", "run --help"])
def test_help_loads_click_alone(libraries: Mapping[str, set[str]], command: str) -> None:
    """Help is asked for often, and should be there at once."""
    assert libraries[command] == {"actsearch", "click"}


def test_validate_loads_the_schema_and_no_more(libraries: Mapping[str, set[str]]) -> None:
    """Editors and hooks call it on every save."""
    assert {"pydantic", "yaml"} <= libraries["validate"]
    assert not libraries["validate"] & {"numpy", "rich", "tensorflow", "keras", "matplotlib", "filelock"}


def test_schema_loads_no_numbers(libraries: Mapping[str, set[str]]) -> None:
    """As fast as `validate`."""
    assert not libraries["schema"] & {"numpy", "rich", "tensorflow", "keras", "matplotlib"}


def test_init_loads_next_to_nothing(libraries: Mapping[str, set[str]]) -> None:
    """The first command of a newcomer."""
    assert libraries["init"] == {"actsearch", "click"}


def test_plot_loads_what_draws(libraries: Mapping[str, set[str]]) -> None:
    """Figures are drawn again and again while one looks at results."""
    assert {"matplotlib", "numpy"} <= libraries["plot"]
    assert not libraries["plot"] & {"tensorflow", "keras", "scipy", "pydantic", "rich", "yaml"}


@pytest.mark.slow
def test_plot_of_comparisons_loads_scipy_and_no_more(libraries_of_longer: Mapping[str, set[str]]) -> None:
    """The intervals need SciPy; a figure for a paper must not cost what a training costs."""
    assert {"matplotlib", "scipy"} <= libraries_of_longer["plot comparisons"]
    assert not libraries_of_longer["plot comparisons"] & {"tensorflow", "keras", "pydantic", "rich", "yaml"}


def test_show_loads_no_tensorflow(libraries: Mapping[str, set[str]]) -> None:
    """A look at a formula must not cost what a training costs; the table of all needs no SymPy."""
    assert not libraries["show"] & {"tensorflow", "keras", "scipy", "matplotlib", "pydantic", "sympy"}
    assert {"sympy", "matplotlib"} <= libraries["show --plot"]
    assert not libraries["show --plot"] & {"tensorflow", "keras", "scipy", "pydantic"}


def test_status_loads_what_prints(libraries: Mapping[str, set[str]]) -> None:
    """It is asked while a training runs, and must not take the processor from it."""
    assert not libraries["status"] & {"tensorflow", "keras", "scipy", "pydantic", "numpy", "matplotlib", "yaml"}


def test_explain_loads_what_prints(libraries: Mapping[str, set[str]]) -> None:
    """Its numbers are few; it should answer like `status`."""
    assert "rich" in libraries["explain"]
    heavy = {"tensorflow", "keras", "scipy", "sympy", "pydantic", "numpy", "matplotlib", "yaml"}
    assert not libraries["explain"] & heavy


def test_export_of_tables_loads_nothing_of_numbers(libraries: Mapping[str, set[str]]) -> None:
    """It should answer like `status`."""
    heavy = {"numpy", "scipy", "matplotlib", "pyarrow", "pydantic", "yaml", "rich"}
    assert not libraries["csv"] & heavy


@pytest.mark.slow
@pytest.mark.parametrize(
    ("to", "wanted"), [("parquet", {"pyarrow"}), ("tensorboard", {"tensorboard"}), ("mlflow", {"mlflow"})]
)
def test_export_loads_its_format_and_no_tensorflow(
    libraries_of_longer: Mapping[str, set[str]], to: str, wanted: set[str]
) -> None:
    """TensorBoard and MLflow would load it where it is installed, with its notices, for a file of a few numbers."""
    loaded = libraries_of_longer[to]
    assert wanted <= loaded
    assert not loaded & {"tensorflow", "keras", "scipy", "matplotlib", "rich"}
    allowed = wanted | ({"sqlalchemy", "pyarrow"} if to == "mlflow" else set())
    assert loaded & {"pyarrow", "tensorboard", "mlflow", "sqlalchemy"} <= allowed


def test_report_loads_what_compares_and_draws(libraries: Mapping[str, set[str]]) -> None:
    """A page of results needs no library that trains, and none that checks experiment files."""
    assert {"jinja2", "numpy", "scipy"} <= libraries["report"]
    assert not libraries["report"] & {"tensorflow", "keras", "sympy", "pydantic", "yaml"}


def test_a_dry_run_loads_no_tensorflow(libraries: Mapping[str, set[str]]) -> None:
    """What a run would cost is asked before it; an answer must not cost half a minute itself."""
    assert not libraries["dry run"] & {"tensorflow", "keras", "matplotlib", "scipy"}


def test_a_plan_without_timing_loads_no_tensorflow(libraries: Mapping[str, set[str]]) -> None:
    """On the front node of a cluster one wants to know what a study can find out, and may have no TensorFlow."""
    assert {"numpy", "rich", "scipy"} <= libraries["plan"]
    assert not libraries["plan"] & {"tensorflow", "keras", "matplotlib", "sympy"}


def test_importing_the_package_loads_nothing(libraries: Mapping[str, set[str]]) -> None:
    """In a notebook `import actsearch` is there at once; each name is loaded when it is used."""
    assert libraries["import actsearch"] == {"actsearch"}


def test_reading_results_in_a_notebook_needs_no_tensorflow(libraries: Mapping[str, set[str]]) -> None:
    """A machine that analyses results may have no TensorFlow at all."""
    assert not libraries["read_results"] & {"tensorflow", "keras", "matplotlib"}


A_RUN = """
import json, sys
before = set(sys.modules)
import functools, fake_training
from actsearch.cli.app import run_command_line
from actsearch.study import runner
runner.loading_trainer = functools.partial(fake_training.loading_trainer, fake_training.Faults())
code = run_command_line(sys.argv[1:])
loaded = {name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(json.dumps([code, sorted(loaded)]))
"""


def test_a_run_in_worker_processes_loads_no_tensorflow_itself(write_experiment: Callable[..., Path]) -> None:
    """The driver only writes: a third process of 0.7 GB beside two workers would be one worker less."""
    path = write_experiment(activations="[relu]")
    tests = str(Path(__file__).parent)
    command = [sys.executable, "-c", f"import sys; sys.path.append({tests!r})\n{A_RUN}"]
    command += ["run", path.name, "--jobs", "1", "--no-plots", "--quiet"]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=True)
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    assert {"filelock", "numpy"} <= set(loaded)
    assert not set(loaded) & {"tensorflow", "keras", "matplotlib", "scipy", "ray"}
    assert list(path.parent.glob("results/tiny/trials/*/history.json"))
