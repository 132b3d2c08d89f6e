"""The mathematics of activation functions: the registry, formulas, and what can be computed of them."""

__all__ = [
    "activation_row",
    "catalogue",
    "catalogue_page",
    "descriptions",
    "formula_derivative",
    "formula_language",
    "formula_tree",
    "formulas",
    "function_json",
    "graphs",
    "latex_output",
    "mathml",
    "notation",
    "own_functions",
    "registry",
]
