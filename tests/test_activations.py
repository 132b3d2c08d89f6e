"""The registry of activation functions: its rows, and its NumPy references against formulas written here."""

from __future__ import annotations

import math
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext

import numpy as np
import pytest

from actsearch.activations import ACTIVATIONS, ALIASES, SELU_ALPHA, SELU_LAMBDA

CASES = [
    ("sigmoid", {}),
    ("relu", {}),
    ("elu", {}),
    ("elu", {"alpha": 0.2}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.1}),
    ("selu", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
]
POINTS = [0.0, *(sign * x for x in (1e-6, 1e-3, 0.3, 1.0, 2.5, 5.0, 10.0, 1e4) for sign in (-1, 1))]

every_case = pytest.mark.parametrize(("name", "parameters"), CASES, ids=str)

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")
L = Decimal("1.0507009873554804934193349852946")
ALPHA = Decimal("1.6732632423543772848170429916717")


def _exact(name: str, at: float, alpha: float = 1.0, negative_slope: float = 0.2, approximate: bool = False) -> float:
    """f(x) to some 80 digits, from the papers' formulas, rounded once at the end."""
    with localcontext(Context(prec=100, Emax=MAX_EMAX, Emin=MIN_EMIN)):
        x = Decimal(at)
        match name:
            case "sigmoid":
                value = 1 / (1 + (-x).exp())
            case "relu":
                value = max(Decimal(0), x)
            case "elu":
                value = x if x > 0 else Decimal(alpha) * (x.exp() - 1)
            case "leaky_relu":
                value = x if x > 0 else Decimal(negative_slope) * x
            case "selu":
                value = L * x if x > 0 else L * ALPHA * (x.exp() - 1)
            case "gelu" if approximate:
                e = (2 * (2 / PI).sqrt() * (x + Decimal("0.044715") * x**3)).exp()
                value = x / 2 * (1 + (e - 1) / (e + 1))
            case "gelu":
                value = x * _phi(x)
        return float(value)


def _phi(x: Decimal) -> Decimal:
    """The standard normal's distribution function: 1/2 plus the density times x + x^3/3 + x^5/(3 5) + ..."""
    if abs(x) > 100:  # Phi(-100) is below 10^-2000
        return Decimal(1 if x > 0 else 0)
    term = total = x
    n = 1
    while abs(term) > Decimal(10) ** -99:
        n += 2
        term *= x * x / n
        total += term
    return Decimal("0.5") + total * (-x * x / 2).exp() / (2 * PI).sqrt()


def _difference(name: str, at: float, parameters: dict) -> float:
    """f'(x) as a difference quotient of the reference, of second order: from the left at 0, central elsewhere."""
    h = 1e-5 * max(1.0, abs(at))

    def f(*xs: float) -> np.ndarray:
        return ACTIVATIONS[name].function(np.array(xs, np.float64), **parameters)

    if at == 0:
        far, near, here = f(-2 * h, -h, 0.0)
        return (3 * here - 4 * near + far) / (2 * h)
    h = min(h, abs(at) / 4)
    left, right = f(at - h, at + h)
    return (right - left) / (2 * h)


def test_the_six_functions_of_the_article_are_there_in_its_order() -> None:
    """A user reproduces the article's experiment with the names of its table, and finds its lines in its order."""
    assert list(ACTIVATIONS) == ["sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu"]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_row_says_what_the_function_is_and_where_it_comes_from(name: str) -> None:
    """A user reads a function's title, formula, derivative, paper and parameters in tables and documentation."""
    row = ACTIVATIONS[name]
    assert all(text.strip() for text in (row.title, row.formula, row.derivative))
    assert any(str(year) in row.paper for year in range(1980, 2020)), "a paper has its year"
    for key, parameter in row.parameters.items():
        assert key in row.formula, "a parameter that the formula does not mention explains nothing"
        assert parameter.description
        if not isinstance(parameter.default, bool):
            assert parameter.minimum <= parameter.default <= parameter.maximum


def test_titles_tell_the_functions_apart() -> None:
    assert len({row.title for row in ACTIVATIONS.values()}) == len(ACTIVATIONS)


def test_an_alias_means_one_function_only() -> None:
    """An experiment with a function under its other name would silently train another one."""
    aliases = [alias for row in ACTIVATIONS.values() for alias in row.aliases]
    assert len(set(aliases)) == len(aliases)
    assert not set(aliases) & set(ACTIVATIONS)
    assert set(ALIASES) == set(aliases)
    assert all(alias in ACTIVATIONS[name].aliases for alias, name in ALIASES.items())


def test_the_articles_spelling_of_leaky_relu_is_understood() -> None:
    assert ALIASES["leaky-relu"] == "leaky_relu"


def test_only_selu_asks_for_its_own_initializer_and_dropout() -> None:
    """SELU normalises itself only with `lecun_normal` and AlphaDropout; the other five keep Keras's defaults."""
    asked = {name: (row.kernel_initializer, row.dropout_layer) for name, row in ACTIVATIONS.items()}
    assert asked.pop("selu") == ("lecun_normal", "alpha_dropout")
    assert set(asked.values()) == {("glorot_uniform", "dropout")}


def test_selus_constants_are_the_papers() -> None:
    """With other constants mean 0 and variance 1 would not be SELU's fixed point (Klambauer et al., equation 14)."""
    # Both from the conditions mean 0 and variance 1 of f(z) for a standard normal z, by their closed forms.
    half_e, half_e2 = math.exp(0.5) * math.erfc(1 / math.sqrt(2)), math.exp(2) * math.erfc(math.sqrt(2))
    alpha = math.sqrt(2 / math.pi) / (1 - half_e)
    variance = 0.5 + alpha**2 * (half_e2 / 2 - half_e + 0.5)
    assert pytest.approx(alpha, rel=1e-14) == SELU_ALPHA
    assert pytest.approx(1 / math.sqrt(variance), rel=1e-14) == SELU_LAMBDA


@every_case
@pytest.mark.parametrize("x", POINTS)
def test_the_reference_is_the_papers_function(name: str, parameters: dict, x: float) -> None:
    """Figures of the functions, and the check of the Keras functions, would be wrong."""
    computed = ACTIVATIONS[name].function(np.array([x]), **parameters)[0]
    # Relative, except in tails that float64 loses to cancellation: 1 + tanh(x) for x far below 0.
    assert computed == pytest.approx(_exact(name, x, **parameters), rel=1e-13, abs=5e-16)


@every_case
@pytest.mark.parametrize("x", POINTS)
def test_the_gradient_is_the_references_slope(name: str, parameters: dict, x: float) -> None:
    """Figures of the derivatives, and the check of what Keras trains with, would be wrong; at a kink the left one."""
    computed = ACTIVATIONS[name].gradient(np.array([x]), **parameters)[0]
    assert computed == pytest.approx(_difference(name, x, parameters), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(
    ("name", "parameters", "left"),
    [
        ("relu", {}, 0.0),
        ("leaky_relu", {}, 0.2),
        ("leaky_relu", {"negative_slope": 0.1}, 0.1),
        ("elu", {"alpha": 0.2}, 0.2),
        ("selu", {}, 1.0507009873554805 * 1.6732632423543772),
    ],
    ids=str,
)
def test_the_gradient_at_a_kink_is_the_left_one(name: str, parameters: dict, left: float) -> None:
    """Blank pixels put a fresh network exactly on the kink: which side is taken decides what it learns from them."""
    assert ACTIVATIONS[name].gradient(np.zeros(1), **parameters)[0] == left


@every_case
def test_the_defaults_are_those_of_the_row(name: str, parameters: dict) -> None:
    """What a user reads as a parameter's default is what a function without parameters computes."""
    row, x = ACTIVATIONS[name], np.array(POINTS)
    defaults = {key: parameter.default for key, parameter in row.parameters.items()}
    np.testing.assert_array_equal(row.function(x), row.function(x, **defaults))
    np.testing.assert_array_equal(row.gradient(x), row.gradient(x, **defaults))
    if parameters:
        assert not np.array_equal(row.function(x), row.function(x, **parameters))
        assert not np.array_equal(row.gradient(x), row.gradient(x, **parameters))


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_type_are_kept_without_overflow(name: str, parameters: dict, dtype: type) -> None:
    """A float32 array of any shape can be put in, far from 0 as well, without a warning on the user's terminal."""
    x = np.array([[[-1e4, -100, -1], [0, 1, 1e4]]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for computed in (ACTIVATIONS[name].function(x, **parameters), ACTIVATIONS[name].gradient(x, **parameters)):
            assert (computed.shape, computed.dtype) == (x.shape, x.dtype)
            assert np.isfinite(computed).all()


def _shown(name: str, approximate: bool = False) -> str:
    """A row's formula as Python: without the words that explain its constants."""
    formula = ACTIVATIONS[name].formula.replace("^", "**")
    if name == "gelu":
        exact, _, approximation = formula.partition("approximate:")
        return approximation.strip() if approximate else exact.partition(", Phi")[0]
    return formula.partition(", l =")[0]


@every_case
def test_the_formula_that_is_shown_is_what_is_computed(name: str, parameters: dict) -> None:
    """`formula` stands in tables and the schema; a user who evaluates it must find the function."""
    row = ACTIVATIONS[name]
    values = {key: parameters.get(key, parameter.default) for key, parameter in row.parameters.items()}
    names = {f: getattr(math, f) for f in ("exp", "tanh", "sqrt", "pi")} | {
        "Phi": lambda x: math.erfc(-x / math.sqrt(2)) / 2,
        "max": max,
        "l": 1.0507009873554805,
        "alpha": 1.6732632423543772,
    }
    for x in (-10.0, -1.0, -1e-3, 0.0, 1e-3, 1.0, 10.0):
        shown = eval(_shown(name, bool(values.get("approximate"))), {**names, **values, "x": x})
        assert row.function(np.array([x]), **parameters)[0] == pytest.approx(shown, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "parameters"), [case for case in CASES if case[0] != "gelu"], ids=str
)  # gelu's derivative is told in words
def test_the_derivative_that_is_shown_is_the_gradient(name: str, parameters: dict) -> None:
    row = ACTIVATIONS[name]
    values = {key: parameters.get(key, parameter.default) for key, parameter in row.parameters.items()}
    names = {"exp": math.exp, "l": 1.0507009873554805, "alpha": 1.6732632423543772, "f": lambda x: _exact(name, x)}
    for x in (-10.0, -1.0, -1e-3, 0.0, 1e-3, 1.0, 10.0):
        shown = eval(row.derivative, {**names, **values, "x": x})
        assert row.gradient(np.array([x]), **parameters)[0] == pytest.approx(shown, rel=1e-9)
