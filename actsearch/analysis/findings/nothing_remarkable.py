"""The finding that nothing is remarkable, with the number that says most."""

from __future__ import annotations

from collections.abc import Mapping

from actsearch.analysis.findings.finding import Finding, finding_from
from actsearch.analysis.findings.gradients import early_ratio, layers_with_gradients, when_compared
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.findings.spreads import multiple_text
from actsearch.core.sentences import findings
from actsearch.core.words import listed

ORDINARY: Mapping[str, str] = {
    "gradients": "gradient_norm_kernel",
    "updates": "update_ratio_kernel",
    "saturation": "saturated",
    "dead units": "dead",
}
"""What is looked at before it is said that nothing is remarkable."""


def nothing_remarkable(readings: Readings) -> Finding:
    """What was looked at."""
    epochs = (0, readings.last)
    known = [name for name, quantity in ORDINARY.items() if readings.when("most", quantity)]
    if not known:
        text = findings.NOTHING_KNOWN(quantities=listed(list(ORDINARY)))
        return finding_from(readings, "nothing", text, epochs=epochs)
    looked_at = [_gradients_looked_at(readings) if name == "gradients" else name for name in known]
    text = findings.NOTHING_REMARKABLE(quantities=listed(looked_at), plural=known != ["saturation"])
    return finding_from(readings, "nothing", text, early_ratio(readings), epochs=epochs)


def _gradients_looked_at(readings: Readings) -> str:
    """`gradients (in conv_1 0.64 times dense_1's during epochs 1-3)`."""
    ratio = early_ratio(readings)
    if ratio is None:
        return "gradients"
    first, *_, last = layers_with_gradients(readings)
    when = when_compared(readings, "kernel")
    return findings.GRADIENTS_COMPARED(first=first, multiple=multiple_text(ratio), last=last, when=when)
