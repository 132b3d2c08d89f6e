"""The mathematics of activation functions: the registry, formulas, and what can be computed of them."""

__all__ = [
    "catalogue",
    "formula_derivative",
    "formula_language",
    "formula_tree",
    "formulas",
    "function_pages",
    "graphs",
    "mathml",
    "notation",
    "own_functions",
    "registry",
]
