"""Numbers and sentences from results, without files: statistics, comparisons, conclusions, findings, curves."""

__all__ = [
    "axes",
    "comparison",
    "comparison_curves",
    "conclusions",
    "curve_axes",
    "curves",
    "findings",
    "layer_curves",
    "pens",
    "pooling",
    "power",
    "requirements",
    "statistics",
    "tuning",
]
