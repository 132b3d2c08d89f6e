"""The HTML page on a study."""

__all__ = ["page"]
