"""Results on disk: the layout of a folder, its one writer, its reader, and exports for other programs."""

__all__ = ["export", "layout", "lock", "reader", "resuming", "survey", "writer"]
