"""What to train next and what it costs: proposers, the runner, the plan, the timing."""

__all__ = [
    "disk",
    "foreseen_stages",
    "outlook",
    "plans",
    "proposer",
    "proposers",
    "rounds",
    "runner",
    "schedule",
    "timing",
    "trial_costs",
    "until_decided",
]
