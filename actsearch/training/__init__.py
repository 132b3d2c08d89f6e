"""One trial as a generator of events: batches, steps, evaluation, checkpoints, diagnostics."""

__all__ = ["batches", "callback", "checkpoint_pace", "devices", "loop", "observation"]
