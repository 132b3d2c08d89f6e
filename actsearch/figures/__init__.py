"""Pictures of results and of functions, with Matplotlib."""

__all__ = ["comparisons", "functions", "layers", "learning"]
