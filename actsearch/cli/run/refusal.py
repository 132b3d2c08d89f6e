"""Whether a run would stop because finished trials do not belong to the experiment any more."""

from __future__ import annotations

from actsearch.cli.run.options import RunOptions
from actsearch.core.errors import StoreError
from actsearch.store.writer import Store
from actsearch.study import plans
from actsearch.study.plans import Plan


def would_stop_at(plan: Plan, options: RunOptions) -> StoreError | None:
    """What the run would stop at; None where it would go on."""
    if options.fresh or options.accept_changes:
        return None
    store = Store(options.folder_of(plan))
    stage = plans.ask_now(plan, store)
    return store.refusal(plan.experiment, stage.trials, stage.later)
