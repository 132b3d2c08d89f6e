"""The finding that nothing is remarkable, with the number that says most."""

from __future__ import annotations

from collections.abc import Mapping

from actsearch.analysis.findings.finding import (
    Finding,
    _finding,
)
from actsearch.analysis.findings.gradients import (
    _early_ratio,
    _when,
    _with_gradients,
)
from actsearch.analysis.readings import Readings
from actsearch.analysis.spreads import multiple
from actsearch.core.words import listed

ORDINARY: Mapping[str, str] = {
    "gradients": "gradient_norm_kernel",
    "updates": "update_ratio_kernel",
    "saturation": "saturated",
    "dead units": "dead",
}
"""What is looked at before it is said that nothing is remarkable."""


def _nothing(one: Readings) -> Finding:
    """What was looked at, with the number that says most."""
    ratio, layers = _early_ratio(one), _with_gradients(one)
    known = [name for name, quantity in ORDINARY.items() if one.when("most", quantity)]
    if not known:
        text = f"nothing is known of its layers: {listed(list(ORDINARY))} have no value in any epoch"
        return _finding(one, "nothing", text, epochs=(0, one.last))
    gradient = "" if ratio is None else f" (in {layers[0]} {multiple(ratio)} {layers[-1]}'s {_when(one, 'kernel')})"
    looked = listed([f"gradients{gradient}" if name == "gradients" else name for name in known])
    verb = "is" if known == ["saturation"] else "are"
    text = f"nothing remarkable: {looked} {verb} within ordinary limits"
    return _finding(one, "nothing", text, ratio, epochs=(0, one.last))
