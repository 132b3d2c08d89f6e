"""Pictures of results and of functions, with Matplotlib."""

__all__ = ["comparison_plots", "function_plots", "layer_plots", "learning_plots"]
