"""The axis that the page's script chooses is the one that Python chooses, whatever is shown of whatever curves."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from page_browser import script_results

from actsearch.analysis.charts import axes, curves
from actsearch.analysis.charts.axes import YAxis
from actsearch.analysis.charts.curve_axes import curve_axis
from actsearch.analysis.charts.curves import Curve, Divergence, Facet, LearningCurves
from actsearch.core.tasks import MULTICLASS
from actsearch.report.learning_charts import asked_of_axis
from actsearch.report.page_template import embedded_json, page_file

CASES = 600


def a_curve(rng: random.Random, label: str, metric: str, epochs: int) -> Curve:
    """A curve that learns, stays, falls behind or diverges, of one seed or several."""
    start, end, noise = rng.random(), rng.choice([0.5, 0.97, 1.0, rng.random()]), rng.choice([0, 0.001, 0.05])
    length = rng.choice([epochs, epochs, epochs, rng.randint(1, epochs)])
    seeds = rng.choice([1, 5])
    mean = [end + (start - end) * math.exp(-e / 3) + rng.uniform(-noise, noise) for e in range(length)]
    if not MULTICLASS.metric(metric).is_share:
        mean = [10 ** rng.choice([-4, 0, 0, 2]) * (1 - value) for value in mean]
    mean = [min(max(value, 0.0), 1.0 if MULTICLASS.metric(metric).is_share else 1e9) for value in mean]
    counts, diverged = [seeds] * length, ()
    if rng.random() < 0.3:
        last = rng.randint(1, length)
        counts = [seeds if e < last else max(seeds - 1, 1) for e in range(length)]
        diverged = tuple(Divergence(s, last + 1) for s in range(rng.choice([1, seeds])))
        mean[:last] = [value * rng.choice([1, 300]) for value in mean[:last]]
    widths = [rng.uniform(0, 0.1) * value if seeds > 1 else 0.0 for value in mean]
    low = [value - width for value, width in zip(mean, widths, strict=True)]
    high = [value + width for value, width in zip(mean, widths, strict=True)]
    unfinished = rng.choice([0, 0, 0, 1])
    return Curve(
        label, "relu", 0, tuple(range(1, length + 1)), tuple(mean), tuple(low), tuple(high), tuple(counts), seeds,
        epochs, seeds, diverged, unfinished=unfinished,
    )  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What a reader leaves shown, on which axis."""

    table: LearningCurves
    log: bool

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [asked_of_axis(curve, self.table) for curve in self.table.curves]

    @property
    def axis(self) -> YAxis:
        return curve_axis(curves.as_drawn(self.table, self.log), self.log)

    @property
    def metric(self) -> dict[str, Any]:
        return {"most": self.table.kind.most, "higher": self.table.kind.higher_is_better}

    @property
    def call(self) -> str:
        """What the script is asked, from what stands on the page."""
        asked = embedded_json(self.asked)
        return f"logAxis({asked})" if self.log else f"yAxis({asked}, {json.dumps(self.metric)})"


def some_shown(seed: int) -> Shown:
    rng = random.Random(seed)
    metric = rng.choice(["val_accuracy", "val_loss"])
    epochs = rng.choice([1, 2, 8, 40])
    everything = [a_curve(rng, f"c{i}", metric, epochs) for i in range(rng.randint(1, 6))]
    if rng.random() < 0.2:
        everything.append(replace(everything[0], label="a twin"))
    kept = tuple(curve for curve in everything if rng.random() < 0.7)
    return Shown(
        LearningCurves("study", metric, MULTICLASS.metric(metric), False, "mse", (Facet("", kept),)),
        log=rng.random() < 0.3,
    )


def results(calls: Sequence[str]) -> list[Any]:
    """What the functions of `axes.js` answer."""
    return script_results(f"{page_file('axes.js')}\n[{','.join(calls)}]")


def test_the_script_chooses_pythons_axis_for_whatever_is_shown() -> None:
    """A reader who hides a curve and shows it again, or compares page and figure, must not see two axes."""
    cases = [some_shown(seed) for seed in range(CASES)]
    for i, (case, answer) in enumerate(zip(cases, results([case.call for case in cases]), strict=True)):
        axis = case.axis
        if case.log:  # powers with a fraction may differ in the last bit
            assert [answer["low"], answer["high"]] == pytest.approx([axis.low, axis.high], rel=1e-12), i
            assert answer["ticks"] == pytest.approx(axis.ticks, rel=1e-12), i
            assert answer["hasZeros"] == axis.has_zeros, i
        else:
            assert (answer["low"], answer["high"], answer["ticks"]) == (axis.low, axis.high, list(axis.ticks)), i


def test_the_cases_reach_every_branch_of_the_rule() -> None:
    """Curves that diverged, a cut at either end, accuracies near 1, zeros, and nothing at all."""
    cases = [some_shown(seed) for seed in range(CASES)]
    linear = [case for case in cases if not case.log]
    assert any(case.axis.below for case in linear)
    assert any(case.axis.above for case in linear)
    assert any(case.axis.has_zeros for case in cases)
    assert any(not case.table.curves for case in linear)
    drawn = list(itertools.chain.from_iterable(case.table.curves for case in linear))
    assert any(curve.diverged and not curve.cut_short for curve in drawn)
    assert any(curve.cut_short for curve in drawn)
    unsure = [case for case in linear if case.table.drawn and case.table.best(case.table.drawn) is None]
    assert any(any(curve.is_on_its_way for curve in case.table.curves) for case in unsure)


def test_the_scripts_ticks_and_labels_stand_where_pythons_do() -> None:
    """The chart on paper has no script; it must be the one on the screen."""
    rng = random.Random(7)
    spans = [(low := 10 ** rng.uniform(-9, 3), low * 10 ** rng.uniform(0.1, 12)) for _ in range(200)]
    logs = results([f"logTicks({low!r}, {high!r})" for low, high in spans])
    assert logs == [axes.log_ticks(low, high) for low, high in spans]
    counts = [(rng.randint(1, 3000), rng.choice([6, 12])) for _ in range(200)]
    epochs = results([f"epochTicks({last}, {most})" for last, most in counts])
    assert epochs == [axes.epoch_ticks(last, most) for last, most in counts]
    wanted = [sorted((rng.uniform(-10, 300) for _ in range(rng.randint(0, 12))), reverse=True) for _ in range(200)]
    spread = results([f"spread({json.dumps(places)}, 15, 0, 290)" for places in wanted])
    assert spread == [pytest.approx(axes.spread(places, 15, 0, 290)) for places in wanted]


def test_the_script_writes_numbers_as_python_does() -> None:
    """`5e-05` in one drawing and `0.00005` in the next look like two values."""
    values = [0.0, 1.0, 0.9, 0.985, 25000.0, 1e6, 5e-5, 1e-6, 2.5e-7, 1e-12, -0.02, 123456.0]
    texts = results([f"tickText({value!r})" for value in values])
    assert texts == [axes.tick_text(value) for value in values]
    assert texts[4:9] == ["25000", "1000000", "0.00005", "0.000001", "2.5e-7"]
