"""What to train next and what it costs: stages, looks, the runner, the plan, the timing."""

__all__ = ["disk", "outlook", "planning", "runner", "stages", "timing"]
