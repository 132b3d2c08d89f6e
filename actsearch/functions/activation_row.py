"""What a row of the registry says of an activation function, and what follows from its formula.

Knows nothing of Keras, whose functions come in as a namespace; NumPy is imported when values are asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from actsearch.functions.formula_derivative import differentiate
from actsearch.functions.formula_kernels import Numbers, kernel_values, numpy_kernel, numpy_kernel_gradient
from actsearch.functions.formula_reader import read_tree
from actsearch.functions.formula_tree import written

if TYPE_CHECKING:
    from actsearch.functions.arrays import Array


@dataclass(frozen=True)
class Parameter:
    """A parameter of an activation function: Keras's name and default, and the range in which it makes sense.

    The range is [`minimum`, `maximum`]; a parameter whose default is a bool, a switch, has none.
    """

    default: float | bool
    description: str
    minimum: float = -math.inf
    maximum: float = math.inf
    trainable: bool = True
    """False where the gradient says nothing about it: the place of a jump. Switches cannot be trained either."""


@dataclass(frozen=True)
class Kept:
    """A function of `kept_kernels.py`, written by hand since what follows from the formula is not as good."""

    kernel: Callable[..., Any]
    why: str
    """What was measured, or what would change; `benchmarks/kernels.py` measures it again."""


@dataclass(frozen=True)
class ActivationFunction:
    """One row of the registry: all that there is to write of a function.

    `formula` is an expression in Python's spelling, of x and the parameters, with the functions of the formula
    language. The function and its gradient in NumPy, the one in Keras, and the name in the package follow from it.
    """

    title: str
    formula: str
    paper: str
    """Where it was proposed; of functions that nobody proposed as an activation, what they are known from."""
    year: int
    """Of the publication that `paper` names."""
    strengths: str
    weaknesses: str
    derivative: str = ""
    """As it is shown, at a kink with the left derivative; empty: as the rules of calculus have it."""
    summary: str = ""
    """What `help(actsearch.NAME)` says; empty: the formula and the paper, or what a kept kernel's docstring says."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    learned: tuple[str, ...] = ()
    """The parameters that are always trained, one value per channel or unit; theirs in the table is the initial one."""
    formula_when: Mapping[str, str] = field(default_factory=dict)
    """What stands in place of `formula` when a switch is on, by the switch's name."""
    derivative_when: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    kernel_initializer: str = "glorot_uniform"
    """What `kernel_initializer: auto` means with this function; Keras's default unless its paper asks for another."""
    dropout_layer: str = "dropout"
    """What `dropout_layer: auto` means with this function: `dropout` or `alpha_dropout`."""
    largest_input: float = math.inf
    """Beyond it the value itself is no float32 any more, in whatever form it is computed."""
    article: Mapping[str, float | bool] | None = None
    """The parameters with which the article drew it; None of a function that the article does not have."""
    computed: str = ""
    """The formula as it is computed, if digits would be lost in the form that is shown."""
    numpy: Kept | None = None
    """`(x, **numbers)` in place of what follows from `formula`; a switch's formula has none."""
    numpy_gradient: Kept | None = None
    keras: Kept | None = None
    """`(ops, x, **parameters)` in place of what follows from `formula` and those of switches."""

    def written(self, parameters: Mapping[str, object]) -> tuple[str, str]:
        """The formula and the derivative that hold with these parameters: a switch may select others."""
        switch = self._switch(parameters)
        if switch:
            return self.formula_when[switch], self.derivative_when[switch]
        return self.formula, self.derivative or written(differentiate(read_tree(self.formula)))

    def function(self, x: Array, /, **parameters: float | bool) -> Array:
        """The reference in NumPy, element-wise, of x's shape and floating dtype; holds for |x| up to 1e4 and beyond."""
        return self.reference(parameters)(x)

    def gradient(self, x: Array, /, **parameters: float | bool) -> Array:
        """f' likewise. At a kink it is the left derivative; at a jump the slope of the branch that f takes there."""
        return self.reference_gradient(parameters)(x)

    def reference(self, parameters: Mapping[str, float | bool]) -> Callable[[Array], Array]:
        """`function` with these parameters. Raises TypeError for one that the function does not have."""
        return self._reference(self.numpy, numpy_kernel, parameters)

    def reference_gradient(self, parameters: Mapping[str, float | bool]) -> Callable[[Array], Array]:
        """`gradient` likewise."""
        return self._reference(self.numpy_gradient, numpy_kernel_gradient, parameters)

    def _reference(
        self,
        kept: Kept | None,
        derive: Callable[[str, Numbers], Callable[[Array], Array]],
        parameters: Mapping[str, float | bool],
    ) -> Callable[[Array], Array]:
        text, numbers = self._to_compute(parameters)
        return partial(kept.kernel, **dict(numbers)) if kept and text == self.formula else derive(text, numbers)

    def in_keras(self, ops: Any, x: Any, parameters: Mapping[str, Any]) -> Any:
        """f with the functions of `keras.ops`; `parameters` has all of them, of which some may be tensors."""
        if self.keras:
            return self.keras.kernel(ops, x, **parameters)
        plain = {name: value for name, value in parameters.items() if isinstance(value, int | float)}
        text, numbers = self._to_compute(plain)
        return kernel_values(text, x, ops, parameters, numbers)

    def _to_compute(self, parameters: Mapping[str, float | bool]) -> tuple[str, Numbers]:
        """The text to compute f from, and each parameter but switches with its value."""
        unknown = parameters.keys() - self.parameters.keys()
        if unknown:
            raise TypeError(f"{self.title} has no parameter {', '.join(sorted(unknown))}")
        values = {name: parameters.get(name, known.default) for name, known in self.parameters.items()}
        numbers = tuple((name, float(value)) for name, value in values.items() if not isinstance(value, bool))
        switch = self._switch(values)
        return (self.formula_when[switch] if switch else self.computed or self.formula), numbers

    def _switch(self, parameters: Mapping[str, object]) -> str | None:
        """The switch that is on."""
        return next((name for name in self.formula_when if parameters.get(name) is True), None)


def can_be_learned(row: ActivationFunction, parameter: str) -> bool:
    """Whether a gradient reaches a parameter: not a switch, nor the place of a jump."""
    known = row.parameters[parameter]
    return known.trainable and not isinstance(known.default, bool)
