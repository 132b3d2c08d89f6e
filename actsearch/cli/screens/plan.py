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
    bare_difference,
    difference_range,
    difference_text,
    duration_range,
    size_text,
    step_time,
    step_time_beside,
)
from actsearch.cli.screens.tables import plain_table
from actsearch.cli.screens.text import Paragraph, cut_text, printable_text
from actsearch.core.metrics import Metric
from actsearch.core.sentences import plans
from actsearch.study.disk import Disk
from actsearch.study.outlook import Outlook, StageCost
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
        yield Paragraph(_noise_sentence(outlook.power.metric, outlook.power.noise), style="dim")
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
        table.add_row(stage.role, _trials_of_stage(stage, is_the_only_one=len(outlook.stages) == 1))
    table.add_row("time", _time_of_what_is_left(outlook))
    needed, free = size_text(outlook.jobs * outlook.worker_memory), size_text(outlook.available_memory)
    table.add_row("memory", plans.MEMORY_OF_WORKERS(needed=needed, workers=outlook.jobs, free=free))
    table.add_row("disk", _needed_disk_text(outlook.disk))
    return table


def _needed_disk_text(disk: Disk) -> str:
    results = size_text(disk.results)
    if disk.checkpoints is None:
        return plans.DISK_WITHOUT_CHECKPOINTS(results=results)
    return plans.DISK_OF_RESULTS(results=results, checkpoints=size_text(disk.checkpoints))


def _trials_of_stage(stage: StageCost, is_the_only_one: bool) -> str:
    """`6 candidates x 5 seeds = 30 trials, 12 of them finished`."""
    values = {"candidates": stage.candidates, "seeds": stage.seeds, "trials": stage.trials}
    of_candidates = stage.role == "tuning" or is_the_only_one
    if stage.left == stage.trials:
        return (plans.STAGE_OF_CANDIDATES if of_candidates else plans.STAGE_OF_ACTIVATIONS)(**values)
    begun = plans.STAGE_OF_CANDIDATES_BEGUN if of_candidates else plans.STAGE_OF_ACTIVATIONS_BEGUN
    return begun(**values, finished=stage.trials - stage.left)


def _time_of_what_is_left(outlook: Outlook) -> str:
    if not outlook.left:
        return plans.ALL_IS_FINISHED()
    if outlook.seconds is None:
        return plans.TIME_UNKNOWN()
    return plans.TIME_WITH_WORKERS(time=duration_range(*outlook.seconds), workers=outlook.jobs)


def _where_the_times_are_from(outlook: Outlook) -> str:
    if any(network.trial is None for network in outlook.networks):
        return plans.NETWORKS_UNKNOWN()
    return plans.BASIS_OF_TIMES(basis=outlook.basis)


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
        cells.append("no verdict" if row.detectable is None else difference_range(power.metric, row.detectable))
        if row.seeds == power.planned:
            table.add_row(*cells, "as in the file", style="bold")
        else:
            table.add_row(*cells, "")
    return table


def _meaning_of_the_table(power: Power) -> str:
    values: dict[str, object] = {
        "power": f"{100 * POWER:.0f} %",
        "confidence": f"{100 * power.confidence:.4g} %",
        "is_share": power.metric.is_share,
        "metric": power.metric.with_unit,
    }
    if power.family <= 1:
        return plans.MEANING_FOR_ONE_PAIR(**values)
    if power.baseline:
        baseline = printable_text(power.baseline)
        return plans.MEANING_FOR_BASELINE(**values, pairs=power.family, baseline=baseline)
    return plans.MEANING_FOR_PAIRS(**values, pairs=power.family)


def _noise_sentence(metric: Metric, noise: Noise) -> str:
    sd = noise.sd
    values = {"sd": difference_text(metric, sd.value), "correlation": noise.correlation, "source": noise.source}
    if noise.source.startswith(plans.NOISE_GIVEN()):
        return plans.NOISE_AS_GIVEN(**values)
    if sd.low < sd.high:
        return plans.NOISE_RANGE(**values, low=bare_difference(metric, sd.low), high=bare_difference(metric, sd.high))
    return plans.NOISE(**values)
