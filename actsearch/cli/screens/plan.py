"""What a plan will cost and can find out, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from actsearch.analysis.statistics.power import POWER, Power
from actsearch.analysis.statistics.study_noise import Noise
from actsearch.cli.plan.advice import plan_advice
from actsearch.cli.screens.numbers import (
    duration_range,
    points,
    points_range,
    size_text,
    step_time,
    step_time_beside,
)
from actsearch.cli.screens.tables import plain_table
from actsearch.cli.screens.text import Paragraph, cut_text, printable_text
from actsearch.core.words import number_of
from actsearch.study.disk import Disk
from actsearch.study.outlook import Outlook
from actsearch.study.schedule import Seconds
from actsearch.study.trial_costs import Timed


def plan_lines(outlook: Outlook) -> Iterator[RenderableType]:
    """The page, to be printed one after the other."""
    yield Paragraph(f"{outlook.experiment} ({outlook.folder})", style="bold")
    yield _cost_table(outlook)
    yield Text()
    yield _networks_table(outlook)
    yield Paragraph(_where_the_times_are_from(outlook), style="dim")
    if outlook.power is not None:
        yield Text()
        yield _detectable_table(outlook, outlook.power)
        yield Paragraph(_meaning_of_the_table(outlook.power), style="dim")
        yield Paragraph(_noise_sentence(outlook.power.noise), style="dim")
    yield Text()
    for sentence in plan_advice(outlook):
        yield Paragraph(sentence, " > ", mark_style="cyan")
    for note in outlook.notes:
        yield Paragraph(note, "note: ", style="dim", mark_style="dim")


def _cost_table(outlook: Outlook) -> Table:
    table = plain_table(show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for stage in outlook.stages:
        finished = f", {stage.trials - stage.left} of them finished" if stage.left < stage.trials else ""
        what = "candidate" if stage.role == "tuning" or len(outlook.stages) == 1 else "activation"
        product = f"{number_of(stage.candidates, what)} x {number_of(stage.seeds, 'seed')}"
        table.add_row(stage.role, f"{product} = {number_of(stage.trials, 'trial')}{finished}")
    table.add_row("time", _time_of_what_is_left(outlook))
    needed = f"{size_text(outlook.jobs * outlook.worker_memory)} for {number_of(outlook.jobs, 'worker')}"
    table.add_row("memory", f"{needed}; {size_text(outlook.available_memory)} are free")
    table.add_row("disk", f"{size_text(outlook.disk.results)}; {_checkpoints(outlook.disk)}")
    return table


def _checkpoints(disk: Disk) -> str:
    if disk.checkpoints is None:
        return "how much more for checkpoints is unknown before the network is built"
    return f"while it runs, up to {size_text(disk.checkpoints)} more for checkpoints"


def _time_of_what_is_left(outlook: Outlook) -> str:
    if not outlook.left:
        return "none, all is finished"
    if outlook.seconds is None:
        return "unknown without timing"
    return f"{duration_range(*outlook.seconds)} with {number_of(outlook.jobs, 'worker')}"


def _where_the_times_are_from(outlook: Outlook) -> str:
    if any(network.trial is None for network in outlook.networks):
        return "What these networks compute is unknown before they are built: plan without --no-timing to time them."
    return f"From {outlook.basis}."


def _duration_cell(seconds: Seconds | None) -> str:
    return "unknown" if seconds is None else duration_range(*seconds)


def _networks_table(outlook: Outlook) -> Table:
    timed = any(network.timed is not None for network in outlook.networks)
    numbers = ("to begin", "a step", "evaluation step", "a trial") if timed else ("a trial",)
    table = plain_table("candidate", *numbers, right=numbers)
    for network in outlook.networks:
        steps = _step_cells(network.timed) if network.timed is not None else []
        table.add_row(cut_text(printable_text(network.name)), *steps, _duration_cell(network.trial))
    return table


def _step_cells(timed: Timed) -> list[str]:
    """What was timed of a network: its beginning, a training step with the quartiles, an evaluation step."""
    low, high = (step_time_beside(seconds, timed.step) for seconds in (timed.low, timed.high))
    return [step_time(timed.start), f"{step_time(timed.step)} ({low} to {high})", step_time(timed.evaluation)]


def _detectable_table(outlook: Outlook, power: Power) -> Table:
    numbers = ("seeds", "trials", "time", "finds a difference of")
    table = plain_table(*numbers, "", right=numbers)
    for row in power.rows:
        cost = outlook.by_seeds[row.seeds]
        cells = [str(row.seeds), str(cost.trials), _duration_cell(cost.seconds)]
        cells.append("no verdict" if row.detectable is None else points_range(row.detectable))
        if row.seeds == power.planned:
            table.add_row(*cells, "as in the file", style="bold")
        else:
            table.add_row(*cells, "")
    return table


def _meaning_of_the_table(power: Power) -> str:
    which = f"comparisons with {printable_text(power.baseline)}" if power.baseline else "pairs"
    n = f"all {power.family} {which} together" if power.family > 1 else "the one pair"
    return (
        f"Time: the whole study from its beginning. Found: called better or worse in {POWER:.0%} of studies if the true"
        f" difference is so large, with {100 * power.confidence:.4g} % confidence for {n}. Points are percentage points"
        " of accuracy; ranges are as wide as the noise is uncertain."
    ).replace("80%", "80 %")


def _noise_sentence(noise: Noise) -> str:
    is_range = noise.sd.low < noise.sd.high
    limits = f" ({points(noise.sd.low)} to {points(noise.sd.high)})" if is_range else ""
    words = f"Noise: a standard deviation over seeds of {points(noise.sd.value)} points{limits} and a correlation of"
    remedy = "" if noise.source.startswith("as given") else "; --sd X and --correlation R put others in their place"
    return f"{words} {noise.correlation:.2f} between candidates, {noise.source}{remedy}."
