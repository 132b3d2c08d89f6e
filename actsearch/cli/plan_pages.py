"""What a plan will cost and can find out, on a terminal and as JSON. Renders values; `cli.py` prints them.

Loads neither TensorFlow nor Keras, and reads nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from actsearch.analysis.power import MORE_THAN_ANYBODY_TRAINS, POWER, Power
from actsearch.analysis.sample_sizes import advised_seeds
from actsearch.analysis.standards import ENOUGH_SEEDS, FEWEST_SEEDS
from actsearch.analysis.study_noise import Noise, Range
from actsearch.cli.terminal import Paragraph, printable, span
from actsearch.core.words import number_of
from actsearch.study.outlook import Outlook

MANY = 8
"""Above so many activations all pairs are too many for one study."""


# --- the terminal


def lines(outlook: Outlook) -> Iterator[RenderableType]:
    """The page, to be printed one after the other."""
    yield Paragraph(f"{outlook.experiment} ({outlook.folder})", style="bold")
    yield _trials(outlook)
    yield Text()
    yield _networks(outlook)
    yield Paragraph(_basis(outlook), style="dim")
    if outlook.power is not None:
        yield Text()
        yield _detectable(outlook, outlook.power)
        yield Paragraph(_meaning(outlook.power), style="dim")
        yield Paragraph(_noise(outlook.power.noise), style="dim")
    yield Text()
    for sentence in advice(outlook):
        yield Paragraph(sentence, " > ", mark_style="cyan")
    for note in outlook.notes:
        yield Paragraph(note, "note: ", style="dim", mark_style="dim")


def _plain_table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False, show_header=bool(columns))
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=column in right)
    return table


def _trials(outlook: Outlook) -> Table:
    table = _plain_table()
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for stage in outlook.stages:
        finished = f", {stage.trials - stage.left} of them finished" if stage.left < stage.trials else ""
        what = "candidate" if stage.role == "tuning" or len(outlook.stages) == 1 else "activation"
        product = f"{number_of(stage.candidates, what)} x {number_of(stage.seeds, 'seed')}"
        table.add_row(stage.role, f"{product} = {number_of(stage.trials, 'trial')}{finished}")
    table.add_row("time", _time_left(outlook))
    needed = f"{size(outlook.jobs * outlook.worker_memory)} for {number_of(outlook.jobs, 'worker')}"
    table.add_row("memory", f"{needed}; {size(outlook.available_memory)} are free")
    checkpoints = f"; while it runs, up to {size(outlook.disk.checkpoints)} more for checkpoints"
    table.add_row("disk", f"{size(outlook.disk.results)}{checkpoints}")
    return table


def _time_left(outlook: Outlook) -> str:
    if not outlook.left:
        return "none, all is finished"
    return f"{span(*outlook.seconds)} with {number_of(outlook.jobs, 'worker')}"


def _networks(outlook: Outlook) -> Table:
    timed = any(network.timed is not None for network in outlook.networks)
    numbers = ("to begin", "a step", "evaluation step", "a trial") if timed else ("a trial",)
    table = _plain_table("candidate", *numbers, right=numbers)
    for network in outlook.networks:
        cells = [span(*network.trial)]
        if (one := network.timed) is not None:
            step = f"{short(one.step)} ({_alike(one.low, one.step)} to {_alike(one.high, one.step)})"
            cells = [short(one.start), step, short(one.evaluation), *cells]
        table.add_row(Text(printable(network.name), no_wrap=True, overflow="ellipsis"), *cells)
    return table


def _basis(outlook: Outlook) -> str:
    return f"From {outlook.basis}."


def _detectable(outlook: Outlook, power: Power) -> Table:
    numbers = ("seeds", "trials", "time", "finds a difference of")
    table = _plain_table(*numbers, "", right=numbers)
    for row in power.rows:
        cost = outlook.by_seeds[row.seeds]
        told = "no verdict" if row.detectable is None else _points_with_range(row.detectable)
        is_planned = row.seeds == power.planned
        table.add_row(
            str(row.seeds), str(cost.trials), span(*cost.seconds), told, "as in the file" if is_planned else "",
            style="bold" if is_planned else "",
        )  # fmt: skip
    return table


def _meaning(power: Power) -> str:
    which = f"comparisons with {printable(power.baseline)}" if power.baseline else "pairs"
    n = f"all {power.family} {which} together" if power.family > 1 else "the one pair"
    return (
        f"Time: the whole study from its beginning. Found: called better or worse in {POWER:.0%} of studies if the true"
        f" difference is so large, with {100 * power.confidence:.4g} % confidence for {n}. Points are percentage points"
        " of accuracy; ranges are as wide as the noise is uncertain."
    ).replace("80%", "80 %")


def _noise(noise: Noise) -> str:
    is_range = noise.sd.low < noise.sd.high
    limits = f" ({_points(noise.sd.low)} to {_points(noise.sd.high)})" if is_range else ""
    words = f"Noise: a standard deviation over seeds of {_points(noise.sd.value)} points{limits} and a correlation of"
    remedy = "" if noise.source.startswith("as given") else "; --sd X and --correlation R put others in their place"
    return f"{words} {noise.correlation:.2f} between candidates, {noise.source}{remedy}."


# --- what to do


def advice(outlook: Outlook) -> list[str]:
    """What the numbers mean for who plans, the most important first."""
    power = outlook.power
    told = []
    if outlook.jobs * outlook.worker_memory > outlook.available_memory:
        fitting = max(1, outlook.available_memory // outlook.worker_memory)
        told.append(f"{number_of(outlook.jobs, 'worker')} may take more memory than is free: give --jobs {fitting}.")
    if power is None:
        return [*told, "One activation: there is nothing to compare it with; add another."]
    told.append(_with_the_files_seeds(power))
    k = len(power.contenders)
    advised = advised_seeds(k)
    if power.planned < advised:
        told.append(f"As a rule of thumb, {k} activations are compared with {advised} seeds to begin with.")
    told += _for_the_margin(outlook, power)
    if power.baseline is None:
        told.append("Seeds can also be added until it is decided, and no further: actsearch run FILE --until-decided.")
    if k > MANY and power.baseline is None:
        told.append(
            f"{k} activations make {power.family} pairs: screen them first in a study with other seeds, and compare the"
            " best few here; or name a baseline beforehand (--baseline NAME)."
        )
    if power.examples_to_tie is not None and power.smallest_tie is not None:
        told.append(
            f"{power.examples:,} evaluated examples cannot show a tie within {_points(power.margin)} points that holds"
            f" on new data, however many the seeds: their choice leaves ±{_points(power.smallest_tie)} points open."
            f" About {_rounded(power.examples_to_tie)} examples most likely would."
        )
    if power.least_deviation is not None:
        told.append(
            f"Differences are counted to vary by {_points(power.least_deviation)} points at the least, as"
            f" {power.examples:,} evaluated examples show no less."
        )
    for name, sd in power.noise.noisier:
        told.append(f"{printable(name)} varied more there ({_points(sd)} points): pairs with it need more seeds.")
    return told


def _with_the_files_seeds(power: Power) -> str:
    n, detectable = power.planned, power.row(power.planned).detectable
    if detectable is None:
        fewest = FEWEST_SEEDS
        return f"With {number_of(n, 'seed')} there will be no verdict; from {fewest} seeds on there is one."
    care = " With so few seeds a verdict is to be taken with care." if n < ENOUGH_SEEDS else ""
    return (
        f"With {n} seeds a true difference of {_points_with_range(detectable)} will most likely be found; smaller ones"
        f" may stay undecided.{care}"
    )


def _for_the_margin(outlook: Outlook, power: Power) -> Iterator[str]:
    """How many seeds the margin needs, and what they would cost."""
    margin = f"{_points(power.margin)} points"
    if power.to_tie is None or power.to_detect is None:
        yield f"No number of seeds that anybody trains shows what is within {margin}: give a larger --margin."
        return
    if power.planned >= power.to_tie.high:
        yield f"That is enough to call activations that are alike tied within {margin}, too."
        return
    time = _time_for(outlook, power.to_tie.value)
    yield (
        f"To call activations that are alike tied within {margin} takes {_seeds(power.to_tie)}{time}; to tell a"
        f" difference of {margin}, {_seeds(power.to_detect)}."
    )
    fewer = power.to_tie_a_baseline
    if fewer is not None and fewer.value < power.to_tie.value:
        yield f"With a baseline named beforehand (--baseline NAME) such a tie takes {_seeds(fewer)}."


def _time_for(outlook: Outlook, seeds: float) -> str:
    cost = outlook.by_seeds.get(round(seeds)) if math.isfinite(seeds) else None
    return "" if cost is None else f", {span(*cost.seconds)} in all"


def _seeds(seeds: Range) -> str:
    value, low, high = (_rounded(n) for n in (seeds.value, seeds.low, seeds.high))
    about = "" if math.isinf(seeds.value) else "about "
    return f"{about}{value} seeds" + (f" ({low} to {high})" if low != high else "")


def _rounded(count: float) -> str:
    """A count that is an estimate: two digits of a large one."""
    if math.isinf(count):
        return f"more than {MORE_THAN_ANYBODY_TRAINS:,}"
    n = round(count)
    if n < 1000:
        return str(n)
    unit = 10 ** (len(str(n)) - 2)
    return f"{round(n / unit) * unit:,}"


# --- JSON


def as_json(outlook: Outlook) -> dict[str, Any]:
    """The same for other programs: accuracies as shares of 1, times in seconds, sizes in bytes."""
    power = outlook.power
    row: dict[str, Any] = {
        "experiment": outlook.experiment,
        "folder": outlook.folder,
        "trials": outlook.trials,
        "left": outlook.left,
        "stages": [asdict(stage) for stage in outlook.stages],
        "jobs": outlook.jobs,
        "seconds": {**_low_high(outlook.seconds), "basis": outlook.basis},
        "memory": {"worker": outlook.worker_memory, "all": outlook.jobs * outlook.worker_memory,
                   "available": outlook.available_memory},
        "disk": asdict(outlook.disk),
        "candidates": [
            {"candidate": one.name, "timed": None if one.timed is None else asdict(one.timed),
             "trial_seconds": _low_high(one.trial)}
            for one in outlook.networks
        ],
        "power": None,
    }  # fmt: skip
    if power is not None:
        row["power"] = {
            "contenders": list(power.contenders),
            "baseline": power.baseline,
            "family": power.family,
            "confidence": power.confidence,
            "margin": power.margin,
            "power": POWER,
            "noise": {**asdict(power.noise), "noisier": dict(power.noise.noisier)},
            "by_seeds": [
                {"seeds": one.seeds, "trials": outlook.by_seeds[one.seeds].trials,
                 "seconds": _low_high(outlook.by_seeds[one.seeds].seconds),
                 "detectable": _range(one.detectable)}
                for one in power.rows
            ],
            "planned_seeds": power.planned,
            "seeds_to_tie": _range(power.to_tie),
            "seeds_to_detect_the_margin": _range(power.to_detect),
            "seeds_to_tie_with_a_baseline": _range(power.to_tie_a_baseline),
            "examples": power.examples,
            "smallest_tie_on_new_data": power.smallest_tie,
            "examples_to_tie_on_new_data": power.examples_to_tie,
        }  # fmt: skip
    return {**row, "advice": advice(outlook), "notes": list(outlook.notes)}


def _range(one: Range | None) -> dict[str, float | None] | None:
    """A range of numbers; null for what is too large to be told."""
    if one is None:
        return None
    return {key: value if math.isfinite(value) else None for key, value in asdict(one).items()}


def _low_high(seconds: tuple[float, float]) -> dict[str, float]:
    return {"low": seconds[0], "high": seconds[1]}


# --- numbers


def short(seconds: float) -> str:
    """A part of a second, or some seconds."""
    if seconds < 0.0995:
        return f"{1000 * seconds:.2g} ms"
    return f"{1000 * seconds:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def _alike(seconds: float, other: float) -> str:
    """As `short`, without the unit where that is the other's."""
    number, _, unit = short(seconds).partition(" ")
    return number if short(other).endswith(f" {unit}") else f"{number} {unit}"


def size(n: int) -> str:
    """Bytes in decimal units."""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if n >= bytes_:
            return f"{n / bytes_:.1f} {unit}" if n < 10 * bytes_ else f"{n / bytes_:.0f} {unit}"
    return f"{n / 1e3:.0f} kB"


def _points(share: float) -> str:
    """A difference of accuracies in percentage points."""
    points = 100 * share
    return f"{points:.2f}" if points >= 0.1 else f"{points:.2g}"


def _points_with_range(one: Range) -> str:
    limits = f" ({_points(one.low)} to {_points(one.high)})" if one.low < one.high else ""
    return f"{_points(one.value)} points{limits}"
