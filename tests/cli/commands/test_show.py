"""`actsearch show` as a user types it: on terminals of any width, in a pipe, as JSON, LaTeX and Markdown."""

from __future__ import annotations

import io
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from actsearch.cli.app import run_command_line
from actsearch.cli.screens.functions import FunctionPage, FunctionsTable
from actsearch.functions import latex_output
from actsearch.functions.catalogue import Entry, everything, find_functions
from actsearch.functions.registry import ACTIVATIONS

Run = Callable[..., tuple[int, str, str]]

FORMULAS = ("x * sigmoid(1.702 * x)", "where(x > 0, x, 0.1 * x)", "max(0, x) ** 2", "clip(x, -1, 1) + sin(x) ** 2 / 9")


@pytest.fixture(scope="module")
def all_of_them() -> list[Entry]:
    """The registry's functions, with properties that are computed once, and some formulas."""
    return [*everything({}), *find_functions(FORMULAS, {})]


@pytest.fixture
def show(hostile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`show("relu", "--json")` gives exit code, output and errors."""
    monkeypatch.chdir(hostile)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run_command_line(["show", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


def printed(what: object, width: int) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, highlight=False, force_terminal=False).print(what)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def words(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())


# --- a function


def test_a_page_says_what_one_wants_to_know(show: Run) -> None:
    """Formula, derivative, properties, advice and paper of SELU, whose use depends on all of them."""
    code, out, err = show("selu")
    assert (code, err) == (0, "")
    for text in (
        "SELU  selu",
        "f(x) = 1.0507⋅",
        "f'(x) = 1.0507⋅",
        "for x > 0",
        "(-1.758, ∞)",
        "mean 0, variance 1",
        "for x < -4.605",
        "C0: continuous, with a kink at x = 0",
        "lecun_normal",
        "alpha_dropout",
        "Klambauer",
        "strengths ",
        "weaknesses ",
    ):
        assert text in out


def test_the_derivative_stands_beside_its_name(show: Run) -> None:
    """In two dimensions, with the name on the line of the brace's middle."""
    _, out, _ = show("relu")
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[2:5] == ["         ⎧x  for x > 0", "  f(x) = ⎨", "         ⎩0  otherwise"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_wider_than_the_terminal(all_of_them: list[Entry], width: int) -> None:
    """A formula that is broken by the terminal can't be read."""
    for entry in all_of_them:
        lines = printed(FunctionPage(entry), width)
        assert max(map(len, lines)) <= width, entry.name
        if entry.row:
            assert all(word in words(lines) for word in (*entry.row.strengths.split(), *entry.row.paper.split()))


def test_a_formula_too_wide_for_two_dimensions_takes_lines_of_its_own() -> None:
    (entry,) = find_functions(["x * sigmoid(x) + tanh(x) * softplus(x) / (1 + exp(-x ** 2)) + log(1 + x ** 2)"], {})
    assert any(line.startswith("  f(x) = x * sigmoid(x)") for line in printed(FunctionPage(entry), 40))
    assert not any(line.startswith("  f(x) = x * sigmoid(x)") for line in printed(FunctionPage(entry), 200))


def test_parameters_are_shown_with_values_and_ranges(show: Run) -> None:
    _, out, _ = show("elu", "--set", "alpha=0.2")
    (line,) = (line for line in out.splitlines() if "alpha = 0.2  " in line)
    assert "of at least 0; by default 1" in line
    assert "(-0.2, ∞)" in out


def test_a_formula_of_ones_own_is_shown_as_any_other_function(show: Run) -> None:
    """Mish, written out: the same properties as the registry's."""
    _, mish, _ = show("mish", "--json")
    code, own, _ = show("x * tanh(softplus(beta * x))", "--set", "beta=1", "--json")
    expected, found = json.loads(mish)["properties"], json.loads(own)["properties"]
    assert code == 0
    for name in ("mean", "variance", "lipschitz", "derivative_mean_square", "at_zero"):
        assert found[name] == pytest.approx(expected[name], abs=1e-9)
    assert found["range"]["low"] == pytest.approx(expected["range"]["low"], abs=1e-9)


def test_several_functions_come_with_a_table_to_compare_them(show: Run) -> None:
    code, out, _ = show("relu", "leaky-relu", "x * sin(x)")
    assert code == 0
    assert all(title in out for title in ("ReLU  relu", "Leaky ReLU  leaky_relu", "Formula  x * sin(x)"))
    table = out[out.index("function") :].splitlines()
    assert [line.split("  ")[0] for line in table[1:4]] == ["relu", "leaky_relu", "x * sin(x)"]


def test_without_a_name_all_functions_are_listed(show: Run) -> None:
    code, out, _ = show()
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split()[:2] == ["function", "formula"]
    assert [line.split()[0] for line in lines[1 : 1 + len(ACTIVATIONS)]] == list(ACTIVATIONS)


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (60, "function range saturates f' = 0 mean"),
        (80, "function range saturates f' = 0 mean variance smooth"),
        (120, "function formula range saturates f' = 0 mean variance smooth year"),
        (150, "function formula range saturates f' = 0 mean variance E f'² Lipschitz smooth year"),
    ],
)
def test_the_table_has_the_columns_that_its_width_holds(all_of_them: list[Entry], width: int, headings: str) -> None:
    """Numbers are never cut; the formula is, where it is long."""
    lines = printed(FunctionsTable(all_of_them[: len(ACTIVATIONS)]), width)
    assert words(lines[:1]) == headings
    assert max(map(len, lines)) <= width
    assert not any("…" in line.split("(-", 1)[-1] for line in lines if "selu" in line)


# --- JSON, LaTeX, Markdown


def test_json_has_all_of_it_and_no_infinity(show: Run) -> None:
    """JSON knows no infinity; a reader in another language would stop at the word."""
    code, out, _ = show("--json")
    rows = [json.loads(line, parse_constant=pytest.fail) for line in out.splitlines()]
    assert code == 0
    assert [row["name"] for row in rows] == list(ACTIVATIONS)
    elu = next(row for row in rows if row["name"] == "elu")
    assert elu["formula"] == ACTIVATIONS["elu"].formula
    assert elu["parameters"]["alpha"] == {
        "value": 1.0, "default": 1.0, "learned": False, "minimum": 0.0, "maximum": None,
        "description": ACTIVATIONS["elu"].parameters["alpha"].description,
    }  # fmt: skip
    assert elu["properties"]["range"] == {"low": -1.0, "high": None, "low_closed": False, "high_closed": False}
    assert elu["properties"]["zero_centred"] is False
    assert (elu["year"], elu["kernel_initializer"], elu["dropout_layer"]) == (2016, "glorot_uniform", "dropout")


def test_latex_is_a_block_for_each_function(show: Run) -> None:
    code, out, _ = show("leaky_relu", "hard_tanh", "--set", "negative_slope=0.3", "--latex")
    assert code == 0
    assert out.splitlines()[:4] == [
        "% leaky_relu, negative_slope = 0.3",
        r"\begin{align*}",
        r"f(x) &= \begin{cases} x & \text{for } x > 0 \\ \mathit{negative\_slope} x & \text{otherwise} \end{cases} \\",
        r"f'(x) &= \begin{cases} 1 & \text{for } x > 0 \\ \mathit{negative\_slope} & \text{otherwise} \end{cases}",
    ]
    assert r"\frac{" not in out
    assert r"-1 < x \leq 1" in out


def test_latex_is_well_formed(all_of_them: list[Entry]) -> None:
    """Braces and environments are closed, for every function and for formulas of one's own."""
    for entry in all_of_them:
        text = latex_output.latex_lines(entry)
        assert text.replace(r"\{", "").replace(r"\}", "").count("{") == text.count("}")
        for environment in ("cases", "align*"):
            assert text.count(rf"\begin{{{environment}}}") == text.count(rf"\end{{{environment}}}")
        assert text.count(r"\left") == text.count(r"\right") + text.count(r"\leftarrow")
        assert "Piecewise" not in text


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_latex_compiles(tmp_path: Path, all_of_them: list[Entry]) -> None:
    body = "\n".join(map(latex_output.latex_lines, all_of_them))
    text = f"\\documentclass{{article}}\\usepackage{{amsmath}}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (tmp_path / "x.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "x.tex"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_the_page_of_the_catalogue_is_what_the_program_prints(repository: Path, show: Run) -> None:
    """docs/catalogue.md is generated: actsearch show --markdown > docs/catalogue.md."""
    code, out, _ = show("--markdown")
    assert code == 0
    assert out == (repository / "docs" / "catalogue.md").read_text(encoding="utf-8")


def test_the_page_has_a_section_for_every_function_and_links_to_it(show: Run) -> None:
    _, out, _ = show("--markdown")
    anchors = [line[3:].lower().replace(" ", "-") for line in out.splitlines() if line.startswith("## ")]
    assert len(anchors) == len(ACTIVATIONS)
    assert all(f"](#{anchor})" in out for anchor in anchors)
    assert out.count("```math\n") == 2 * len(ACTIVATIONS)
    assert all(row.paper in out and row.strengths in out for row in ACTIVATIONS.values())


# --- mistakes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rellu"], "no function is called 'rellu'; did you mean 'relu'?"),
        (["x * y"], "column 5: no parameter is called 'y'; give it a value, --set NAME=VALUE, or write x"),
        (["elu", "--set", "alpha=much"], "--set alpha=much: 'much' is no number"),
        (["elu", "--set", "alpha"], "--set alpha: write NAME=VALUE"),
        (["--set", "alhpa=1"], "did you mean 'alpha'?"),
        (["relu", "--json", "--latex"], "--json and --latex: give one of them"),
        (["relu", "--plot", "x.gif"], "--plot x.gif: no format has the ending '.gif'; write .png, .svg or .pdf"),
        (["--plot", "x.png"], "--plot: which functions?"),
        (["--article"], "--article: into which folder? Add --out DIR"),
        (["relu", "--article", "--out", "x"], "leave out names, --set and --plot"),
        (["relu", "--out", "x"], "--out is for --article"),
        (["relu", "--style", "dark"], "--style is for figures; add --plot FILE"),
        ([*ACTIVATIONS, "--plot", "x.png"], "are too many for one figure; name at most 12"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(show: Run, arguments: list[str], message: str) -> None:
    code, _, err = show(*arguments)
    assert code == 2
    assert message in err
    assert err.startswith("Error: ")
    assert len(err.splitlines()) == 1


# --- figures


def test_a_figure_is_written_where_it_was_asked_for(show: Run, hostile: Path) -> None:
    code, out, _ = show("relu", "gelu", "--plot", "two functions.svg")
    assert code == 0
    assert out.splitlines()[-1] == "two functions.svg"
    assert (hostile / "two functions.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_json_stays_json_beside_a_figure(show: Run, hostile: Path) -> None:
    _, out, err = show("relu", "--json", "--plot", "x.png")
    assert (json.loads(out)["name"], err) == ("relu", "x.png\n")
    assert (hostile / "x.png").exists()


def test_the_articles_twelve_figures_come_out(show: Run, hostile: Path) -> None:
    code, out, _ = show("--article", "--out", "figures")
    names = [name for row in list(ACTIVATIONS)[:6] for name in (f"{row}.png", f"{row}-derivative.png")]
    assert code == 0
    assert out.splitlines() == [str(Path("figures") / name) for name in names]
    assert sorted(path.name for path in (hostile / "figures").iterdir()) == sorted(names)


# --- the process


def in_a_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "actsearch", "show", *arguments]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, **environment})


def test_a_page_in_a_pipe_is_utf_8_whatever_the_locale() -> None:
    """`show --markdown > page.md` must give a page that GitHub reads, on Windows too."""
    done = in_a_process("relu", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr
    assert "[0, ∞)" in done.stdout.decode("utf-8")
    assert not any(line.endswith(b" ") and line.strip() == b"" for line in done.stdout.splitlines())


def test_numbers_are_the_same_in_every_output(show: Run) -> None:
    """Rounded for people, whole for programs."""
    _, out, _ = show("gelu", "--json")
    mean = json.loads(out)["properties"]["mean"]
    assert mean == pytest.approx(1 / (2 * math.sqrt(math.pi)), abs=1e-9)
    assert f"mean {mean:.4g}," in show("gelu")[1]
