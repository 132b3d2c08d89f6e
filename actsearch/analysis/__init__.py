"""Numbers and sentences from results, without files: statistics, comparisons, conclusions, findings, curves."""

__all__ = [
    "axes",
    "comparison",
    "comparison_curves",
    "conclusions",
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
