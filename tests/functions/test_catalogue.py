"""What names and formulas stand for when they are shown, and the mistakes in them."""

from __future__ import annotations

import numpy as np
import pytest
from tables import check_each

from actsearch.core.errors import UserError
from actsearch.functions.catalogue import everything, find_functions, of_the_article, setting
from actsearch.functions.registry import ACTIVATIONS, ALIASES, ARTICLE

X = np.linspace(-3, 3, 13)


def test_every_name_and_every_other_spelling_is_found() -> None:
    """Whoever has learned a name from a paper, Keras or the article can use it here."""
    assert [entry.name for entry in everything({})] == list(ACTIVATIONS)
    assert [entry.name for entry in find_functions(list(ALIASES), {})] == list(dict.fromkeys(ALIASES.values()))
    assert [entry.name for entry in find_functions(["leaky-relu", "hard-sigmoid"], {})] == [
        "leaky_relu",
        "hard_sigmoid",
    ]
    assert [entry.name for entry in find_functions(["swish", "silu", "relu"], {})] == ["silu", "relu"]


def test_a_parameter_goes_to_the_functions_that_have_it() -> None:
    relu, elu, own = find_functions(["relu", "elu", "where(x > 0, x, alpha * x)"], {"alpha": 0.2})
    assert (relu.label, elu.label) == ("relu", "elu, alpha = 0.2")
    assert elu.function(X) == pytest.approx(np.where(X > 0, X, 0.2 * np.expm1(X)))
    assert own.function(X) == pytest.approx(np.where(X > 0, X, 0.2 * X))
    assert own.gradient(X) == pytest.approx(np.where(X > 0, 1, 0.2))


def test_a_switch_selects_the_formula() -> None:
    (gelu,) = find_functions(["gelu"], {"approximate": True})
    assert gelu.label == "gelu, approximate"
    assert "tanh" in gelu.formula_text
    assert "tanh" in gelu.derivative_text


def test_the_articles_functions_are_the_articles() -> None:
    """Its ELU and Leaky ReLU are at 0.2, its GELU is the tanh form."""
    changed = {"elu": {"alpha": 0.2}, "leaky_relu": {"negative_slope": 0.2}, "gelu": {"approximate": True}}
    assert [entry.name for entry in of_the_article()] == list(ARTICLE)
    for entry in of_the_article():
        assert entry.parameters == changed.get(entry.name, {})


MISTAKES: list[tuple[list[str], dict, str]] = [
    (["rellu"], {}, "no function is called 'rellu'; did you mean 'relu'?"),
    (["ReLU"], {}, "no function is called 'ReLU'; did you mean 'relu'?"),
    (["leaky-rely"], {}, "no function is called 'leaky-rely'; did you mean 'leaky-relu'?"),
    (["qqqqq"], {}, "no function is called 'qqqqq'; actsearch show lists them; or write a formula in x"),
    ([""], {}, "'': column 1: the formula is empty"),
    (["x * y"], {}, "'x * y': column 5: no parameter is called 'y'; give it a value, --set NAME=VALUE, or write x"),
    (["x-y"], {}, "'x-y': column 3: no parameter is called 'y'"),
    (["sigmoyd(x)"], {}, "'sigmoyd(x)': column 1: no function is called 'sigmoyd'; did you mean 'sigmoid'?"),
    (["x ^ 2"], {}, "'x ^ 2': column 3: '^' has no meaning in a formula; write ** for a power"),
    (["1 / x"], {}, "'1 / x': column 1: "),
    (["2 + 0 * x"], {}, "'2 + 0 * x': column 1: the formula is 2 at every x in [-10, 10]"),
    (["x * exp(x)"], {"exp": 2.0}, "a parameter cannot be called 'exp'"),
    (["relu"], {"alpha": 0.2}, "--set alpha=0.2: relu has no parameter 'alpha'; remove it"),
    (["elu"], {"alhpa": 0.2}, "--set alhpa=0.2: elu has no parameter 'alhpa'; did you mean 'alpha'?"),
    (["elu", "snake"], {"b": 2.0}, "--set b=2: none of these has a parameter 'b'; there are alpha, frequency"),
    (["elu"], {"alpha": -1.0}, "--set alpha=-1: alpha of elu is out of range; write a number of at least 0"),
    (["leaky_relu"], {"negative_slope": 2.0}, "is out of range; write a number from 0 to 1"),
    (["elu"], {"alpha": True}, "alpha of elu is a number; write for example alpha=1"),
    (["gelu"], {"approximate": 1.0}, "approximate of gelu is a switch; write approximate=true"),
    (["x" * 600], {}, "no function is called"),
    (["x+" * 300 + "x"], {}, "characters long"),
]


def test_a_mistake_is_told_in_a_line_with_its_remedy() -> None:
    def check(texts: list[str], settings: dict, message: str) -> None:
        with pytest.raises(UserError) as error:
            find_functions(texts, settings)
        assert message in str(error.value)
        assert "\n" not in str(error.value)
        assert len(str(error.value)) < 300

    check_each(MISTAKES, check)


SETTINGS = [
    ("alpha=0.2", ("alpha", 0.2)),
    (" alpha = 2e-1 ", ("alpha", 0.2)),
    ("approximate=true", ("approximate", True)),
    ("approximate=False", ("approximate", False)),
]


def test_settings_are_read() -> None:
    def check(text: str, expected: tuple[str, float | bool]) -> None:
        assert setting(text) == expected

    check_each(SETTINGS, check)


def test_settings_that_cannot_be_read() -> None:
    def check(text: str) -> None:
        with pytest.raises(UserError, match=r"^--set .*; write for example|write NAME=VALUE"):
            setting(text)

    check_each(["alpha", "=2", "alpha=", "alpha=nan", "alpha=inf", "alpha=1e999", "alpha=x"], check)
