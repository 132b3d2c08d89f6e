"""What a verdict asks for: how much confidence, what margin, how many seeds. Imports nothing."""

from __future__ import annotations

CONFIDENCE = 0.95
"""With which all intervals of a comparison hold together, unless the user says otherwise."""
FEWEST_SEEDS = 3
"""With fewer there is no verdict."""
ENOUGH_SEEDS = 5
"""With fewer a verdict comes with a warning."""
