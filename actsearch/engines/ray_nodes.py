"""The nodes of a Ray cluster as the driver sees them: which are alive, and how many actors they have room for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from actsearch.core.errors import UserError
from actsearch.engines.ray_connection import answers

LOOK = 2
"""Seconds between two looks at the cluster."""
PATIENCE = 30
"""Seconds in which a head that does not answer, or nodes when none is left, may come back."""


class Nodes:
    """Looks at the nodes now and then.

    Args:
        ray: the module, connected.
        needs: what an actor needs of a node, by Ray's names.

    Raises:
        UserError: no node is big enough for an actor.
    """

    def __init__(self, ray: Any, needs: Mapping[str, float]) -> None:
        self._ray, self._needs = ray, needs
        context = ray.get_runtime_context()
        self._head, self._own_node = context.gcs_address, context.get_node_id()
        self._sizes: list[dict[str, float]] = []
        """What each living node has in all."""
        self._alive: dict[str, float] = {}
        """When each node was last seen alive."""
        self._tried = 0.0
        self._looked = self._had_room = time.monotonic()
        self.look()
        if not self.room():
            raise UserError(self._too_small())

    def look(self, at_once: bool = False) -> None:
        """Notes which nodes the cluster has, if the last look was a while ago.

        Raises:
            UserError: the cluster is lost.
        """
        now = time.monotonic()
        if now < self._tried + LOOK and not at_once:
            return
        self._tried = now
        if answers(self._head):  # else asking for the nodes would block
            nodes = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
            self._sizes = list(nodes.values())
            self._alive |= dict.fromkeys(nodes, now)
            self._looked = now
        if now > self._looked + PATIENCE or self._alive.get(self._own_node, now) < self._looked:
            raise UserError(
                f"the connection to the Ray cluster at {self._head} is lost; finished trials are kept: when it is up "
                "again, run the same command to go on"
            )

    def is_gone(self, node: str) -> bool:
        """Whether the last look did not see a node any more."""
        return self._alive.get(node, self._looked) < self._looked

    def is_long_gone(self, node: str) -> bool:
        return self._alive.get(node, self._looked) < self._looked - PATIENCE / 3

    def room(self) -> int:
        """How many actors the nodes could hold if nobody else used them."""
        return sum(int(min(size.get(name, 0) / n for name, n in self._needs.items()) + 1e-6) for size in self._sizes)

    def check_room(self, now: float, in_use: bool) -> None:
        """To be called again and again; `in_use` where there are actors.

        Raises:
            UserError: for a while there has been no room for any actor.
        """
        if in_use or self.room():
            self._had_room = now
        elif now > self._had_room + PATIENCE:
            raise UserError(self._too_small())

    def _too_small(self) -> str:
        formats = {"CPU": "{:g} CPUs", "GPU": "{:g} GPUs", "memory": "{:,.0f} bytes of memory"}
        needed, *had = (
            ", ".join(formats[name].format(size.get(name, 0)) for name in self._needs)
            for size in (self._needs, *self._sizes[:5])
        )
        return f"no node of the Ray cluster is big enough for a trial, which needs {needed}; the nodes have " + (
            "; ".join(had) or "gone"
        )
