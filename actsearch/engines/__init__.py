"""Where trainings run: in this process, in worker processes, on Ray."""

__all__ = ["in_process", "processes", "ray"]
