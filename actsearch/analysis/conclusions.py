"""A comparison in words: the verdict of a pair, sentences for a paper, and what they hold for. Pure.

Knows neither the terminal nor HTML; every text here is plain, and the labels in it are the user's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from actsearch.analysis.comparison import MATRIX_UP_TO, VERDICTS, Comparison, Contender, Pair, missing
from actsearch.analysis.requirements import Outcome
from actsearch.analysis.statistics import FEWEST_SEEDS, Forecast, Verdict
from actsearch.core.words import in_words, listed, number_of, point

SELDOM_CHANGED = ("beta_1", "beta_2", "epsilon", "rho", "amsgrad", "centered", "nesterov")
"""Arguments of optimizers that a sentence leaves out; the configuration has them."""
NAMED = 12
"""A sentence names so many candidates, and counts the rest."""


def number(comparison: Comparison, value: float | None) -> str:
    """A value of the metric: accuracies with four digits after the point; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.{_digits(comparison, value)}f}"


def signed(comparison: Comparison, value: float) -> str:
    """A difference of two values."""
    return f"{value:+.{_digits(comparison, value)}f}" if math.isfinite(value) else "-"


def _digits(comparison: Comparison, value: float) -> int:
    """Four after the point; more where that leaves too little of a small margin, or of a small loss."""
    scale = comparison.margin or (0.001 if comparison.measure.is_accuracy else max(abs(value), 1e-9) / 100)
    return min(9, max(4, 1 - math.floor(math.log10(scale))))


def interval(comparison: Comparison, low: float, high: float) -> str:
    """`-0.0008 to +0.0019`."""
    return f"{signed(comparison, low)} to {signed(comparison, high)}" if math.isfinite(low) else "-"


def brief_verdict(pair: Pair, with_forecast: bool = True) -> str:
    """For a table: `undecided: 24 seeds? (15 to 60)`, `tied (but not equal)`, `worse (3 seeds)`, or why none."""
    if pair.verdict is None:
        return f"no verdict: {pair.note}" if pair.note and "verdict" not in pair.note else pair.note or "no verdict"
    if pair.verdict == "undecided":
        if pair.forecast is None or not with_forecast:
            return "undecided"
        return f"undecided: {pair.forecast.seeds} seeds? ({pair.forecast.low} to {pair.forecast.high})"
    told = "tied (but not equal)" if pair.smaller_but_real else str(pair.verdict)
    return f"{told} ({number_of(pair.n, 'seed')})" if pair.note else told


def forecast(comparison: Comparison, found: Forecast | None) -> str:
    """`about 24 seeds in all (15 to 60)`."""
    if found is not None:
        return f"about {found.seeds} seeds in all ({found.low} to {found.high})"
    return "after the last look" if comparison.looks is not None else "how many seeds would tell can't be said"


def looking_again(comparison: Comparison) -> str | None:
    """What it costs to follow a forecast, where one is given: two simulations are in the tests of the statistics."""
    if not any(comparison.pair(i, comparison.reference).forecast is not None for i in comparison.others):
        return None
    return (
        "Adding the seeds that an undecided pair needs and looking again calls equal candidates different in about 10"
        " of 100 studies, and if that is repeated in 20: train so many fresh ones (other seeds), or use run"
        " --until-decided, which pays for its looks."
    )


def simultaneity(comparison: Comparison) -> str:
    """With what the intervals of differences hold together: `hold for all 15 pairs together`."""
    if comparison.looks is not None:
        looks = comparison.looks
        pairs = "the one pair" if looks.family == 1 else f"all {looks.family} pairs"
        at = "its one look" if len(looks.looks) == 1 else f"all {len(looks.looks)} looks"
        return f"hold for {pairs} at {at} together"
    if comparison.family == 1:
        return "are of the one pair there is"
    tables = " of all tables" if comparison.setting else ""
    return f"hold for all {comparison.family} pairs{tables} together"


def rule(comparison: Comparison) -> str:
    """What the verdicts mean, as a sentence with a space before it; empty where there is none."""
    if not comparison.is_judged:
        return ""
    beyond = "etter or worse: it leaves out 0, by however little."
    if not comparison.margin:
        return f" B{beyond}"
    return f" Tied: the whole interval is within {_margin(comparison)}; b{beyond}"


def requirement(comparison: Comparison, outcome: Outcome) -> str:
    """`holds: gelu >= relu - 0.002 (to spare: +0.0011, -0.0002 to +0.0024; 10 seeds)`."""
    if not math.isfinite(outcome.low):
        return f"{outcome.state}: {outcome.requirement.text} ({number_of(outcome.seeds, 'seed')} in common)"
    spare = f"{signed(comparison, outcome.difference)}, {interval(comparison, outcome.low, outcome.high)}"
    return f"{outcome.state}: {outcome.requirement.text} (to spare: {spare}; {number_of(outcome.seeds, 'seed')})"


def percent(confidence: float) -> str:
    return f"{100 * confidence:.6g} %"


def sentences(comparison: Comparison) -> tuple[str, ...]:
    """What may be concluded, the verdict first, each a sentence that could stand in a paper."""
    found = (_against_baseline if comparison.has_baseline else _ranking)(comparison)
    again = looking_again(comparison)
    told = (*found, *([] if again is None else [again]), *_networks(comparison), *_method(comparison))
    return (*told, *_new_data(comparison), *_test(comparison), scope(comparison))


def headline(comparison: Comparison) -> str:
    """The verdict in one sentence."""
    if not comparison.has_baseline:
        return next(_ranking(comparison))
    parts = [
        f"{wanted or 'without a verdict'} {'is' if len(some) == 1 else 'are'}"
        f" {listed(named([_name(comparison, i) for i in some]))}"
        for wanted, some in _by_verdict(comparison)
    ]
    return f"Against {_name(comparison, comparison.reference)}, {'; '.join(parts)}."


def scope(comparison: Comparison) -> str:
    """What the conclusions hold for."""
    trials = [trial for one in comparison.contenders for trial in one.trials if trial.settings]
    if not trials:
        return "This holds for these data, this network and these settings."
    settings = [trial.settings for trial in trials]
    data, model, training = (_common([one.get(part, {}) for one in settings]) for part in ("data", "model", "training"))
    parts = [f"these data ({_data(comparison, data)})", f"this network ({_network(model)})"]
    return (
        f"This holds for {', '.join(parts)} and these settings ({_settings(training)}); elsewhere it may be otherwise."
    )


def title(comparison: Comparison) -> str:
    """The experiment's name, and the point of the grid that the comparison is about."""
    return f"{comparison.experiment}, {point(comparison.setting)}" if comparison.setting else comparison.experiment


# --- the ranking


def _ranking(comparison: Comparison) -> Iterator[str]:
    leader = comparison.contenders[0]
    what, n = comparison.measure.in_words(), comparison.most_seeds
    value = f"{number(comparison, leader.mean)}, {_over(leader.completed)}"
    most = "highest" if comparison.measure.higher_is_better else "lowest"
    if not comparison.leaders:
        few = "one seed" if n == 1 else f"{n} seeds in common" if n else "no seed in common"
        first = _name(comparison, 0)
        yield f"No verdict: {few} cannot tell chance from difference. {first} has the {most} {what} ({value})."
        return
    group = named([_name(comparison, i) for i in comparison.leaders])
    others = [i for i in range(len(comparison.contenders)) if i not in comparison.leaders]
    if not others:
        inner = [comparison.pair(a, b) for a in comparison.leaders for b in comparison.leaders if a < b]
        k = len(comparison.leaders)
        apart = f"No two of the {k} candidates are separated with {_over_seeds(inner)}: none"
        lost = f"None of the {k} candidates"
        yield (
            f"{apart if all(pair.verdict for pair in inner) else lost} is shown to be worse than any other in {what}."
            f" {_most(comparison)}"
        )
        yield from _inside(comparison)
    elif len(comparison.leaders) == 1:
        first = number(comparison, leader.mean)
        others_first = any(comparison.measure.better(one.mean, leader.mean) for one in comparison.contenders[1:])
        has = f"leads in {what}" if others_first else f"has the {most} {what}"
        yield f"{group[0]} {has} ({first}, {_over(leader.completed)}){_beats(comparison, others)}."
    else:
        yield (
            f"The leading group in {what} is {listed(group)}: none of them is shown to be worse than any other"
            f" candidate. {_most(comparison)}"
        )
        yield from _inside(comparison)
    yield from _losers(comparison, others)


def _most(comparison: Comparison) -> str:
    """Whose mean is the highest of all, which may be over other seeds than those of the group."""
    known = [one for one in comparison.contenders if one.completed]
    sign = 1 if comparison.measure.higher_is_better else -1
    first = max(known, key=lambda one: sign * one.mean)
    most = "highest" if comparison.measure.higher_is_better else "lowest"
    value = f"{number(comparison, first.mean)}, {_over(first.completed)}"
    lost = f"; {number_of(first.diverged, 'seed')} diverged" if first.diverged else ""
    return f"{_name(comparison, comparison.contenders.index(first))} has the {most} mean ({value}{lost})."


def _over_seeds(pairs: Sequence[Pair]) -> str:
    """`10 seeds`, or `3 to 10 seeds`: those that these pairs have in common."""
    least, most = min(pair.n for pair in pairs), max(pair.n for pair in pairs)
    return number_of(most, "seed") if least == most else f"{least} to {number_of(most, 'seed')}"


def _name(comparison: Comparison, i: int) -> str:
    return quoted(comparison.contenders[i].name)


def quoted(name: str) -> str:
    """A label that would be lost in a list, in quotes."""
    return (
        f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"
        if "," in name or " and " in name
        else name
    )


def _beats(comparison: Comparison, others: Sequence[int]) -> str:
    pairs = [comparison.pair(0, i) for i in others]
    judged = [pair for pair in pairs if pair.n >= FEWEST_SEEDS]
    which = "every other candidate" if len(judged) == len(pairs) else "every other that could be judged"
    if all(pair.verdict == "better" for pair in judged):
        return f" and is better than {which}" if len(others) > 1 else ""
    return ", and none that could be judged reaches its group"


def _inside(comparison: Comparison) -> Iterator[str]:
    """How the pairs of the leading group stand."""
    places = [i for i in comparison.leaders if i != 0]
    group = comparison.leaders
    inner = [comparison.pair(a, b) for a in group for b in group if a < b]
    if all(pair.verdict == "tied" for pair in inner):
        which = "They are" if len(inner) == 1 else "Every two of them are"
        unequal = sum(pair.smaller_but_real for pair in inner)
        real = (
            f", though {'' if len(inner) == 1 else f'in {unequal} of {len(inner)} pairs '}not equal" if unequal else ""
        )
        yield f"{which} tied within a margin of {_margin(comparison)}{real}."
        return
    leader = _name(comparison, 0)
    for wanted, words in (
        ("tied", "tied with"),
        ("undecided", "undecided against"),
        (None, "without a verdict against"),
    ):
        some = [i for i in places if comparison.pair(0, i).verdict == wanted]
        if some:
            yield f"{leader} is {words} {_told(comparison, some, 0)}."


def _losers(comparison: Comparison, others: Sequence[int]) -> Iterator[str]:
    worse = [i for i in others if comparison.pair(i, 0).verdict == "worse"]
    rest = [i for i in others if i not in worse and comparison.contenders[i].completed]
    none = [i for i in others if not comparison.contenders[i].completed]
    leader = _name(comparison, 0)
    if worse:
        yield f"Worse than {leader}: {_told(comparison, worse, 0)}."
    lost = [i for i in rest if comparison.pair(i, 0).verdict is None and comparison.pair(i, 0).n >= FEWEST_SEEDS]
    if lost:
        yield f"{leader} is without a verdict against {_told(comparison, lost, 0)}."
    rest = [i for i in rest if i not in lost]
    beaten = [i for i in rest if comparison.worse[i].any()]
    for some, words in (
        (beaten, f"not separated from {leader} itself, but worse than another candidate"),
        ([i for i in rest if i not in beaten], "not judged: too few seeds in common with the others"),
    ):
        if some:
            names = listed(named([_name(comparison, i) for i in some]))
            yield f"{names} {'is' if len(some) == 1 else 'are'} {words}."
    if none:
        told = [f"{_name(comparison, i)} ({incomplete(comparison.contenders[i]) or 'no trials'})" for i in none]
        yield f"Without a value, and so not judged: {listed(named(told))}."


def _told(comparison: Comparison, places: Sequence[int], reference: int) -> str:
    """`elu (-0.0031, -0.0050 to -0.0012)`: by how much each differs from the reference."""
    told = []
    for i in places[:NAMED]:
        pair = comparison.pair(i, reference)
        text = f"{signed(comparison, pair.difference)}, {interval(comparison, pair.low, pair.high)}"
        if pair.verdict == "undecided":
            told_by = "" if pair.forecast is None else " would tell"
            text += "" if comparison.looks is not None else f"; {forecast(comparison, pair.forecast)}{told_by}"
        elif pair.note:
            text += f"; {pair.note}"
        told.append(f"{_name(comparison, i)} ({text})")
    return listed([*told, *([f"{len(places) - NAMED} more"] if len(places) > NAMED else [])])


def _against_baseline(comparison: Comparison) -> Iterator[str]:
    base = comparison.contenders[comparison.reference]
    value = f"{comparison.measure.in_words()} {number(comparison, base.mean)}, {_over(base.completed)}"
    yield f"Against {quoted(base.name)} ({value}):"
    for wanted, some in _by_verdict(comparison):
        yield f"{wanted or 'no verdict'}: {_told(comparison, some, comparison.reference)}."


def _by_verdict(comparison: Comparison) -> Iterator[tuple[Verdict | None, list[int]]]:
    """The contenders by their verdicts against the reference."""
    wanted: Verdict | None
    for wanted in (*VERDICTS, None):
        some = [i for i in comparison.others if comparison.pair(i, comparison.reference).verdict == wanted]
        if some:
            yield wanted, some


# --- what is behind it


def _method(comparison: Comparison) -> Iterator[str]:
    if comparison.choices:
        seeds = listed([str(seed) for seed in comparison.choices[0].seeds])
        yield (
            f"Each is compared at its own setting ({_chosen(comparison)}), which had the best mean validation accuracy"
            f" on the tuning seeds {seeds}; these seeds are not among those compared."
        )
    if comparison.most_seeds < 2:
        return
    k = sum(one.completed > 0 for one in comparison.contenders)
    looks = comparison.looks
    if looks is not None:
        yield (
            f"Seeds were added at looks fixed beforehand ({listed([str(n) for n in looks.looks])} seeds), of which"
            f" {len(looks.taken)} {'was' if len(looks.taken) == 1 else 'were'} taken; paired by seed, the"
            f" {percent(comparison.confidence)} t intervals {simultaneity(comparison)}.{rule(comparison)}"
        )
        return
    told = [pair for pair in comparison.pairs() if pair.n]
    seeds = _over_seeds(told) if told else number_of(comparison.most_seeds, "seed")
    yield (
        f"Differences are paired by seed; their {percent(comparison.confidence)} t intervals {simultaneity(comparison)}"
        f" ({k} candidates, {seeds}).{rule(comparison)}"
    )


def _networks(comparison: Comparison) -> Iterator[str]:
    """With one seed, what can be said of the networks that were trained, which is nothing of their activations."""
    if comparison.most_seeds > 1:
        return
    told = []
    for i in range(len(comparison.contenders)):
        pair = comparison.pair(i, comparison.reference) if i != comparison.reference else None
        if pair is not None and pair.n == 1 and pair.examples is not None and pair.examples.mcnemar_p is not None:
            told.append(f"{_name(comparison, i)} p = {pair.examples.mcnemar_p:.2g}")
    if told:
        pairs = f", times {comparison.family} for as many pairs" if comparison.family > 1 else ""
        yield (
            f"Of these trained networks alone, against {_name(comparison, comparison.reference)}'s by McNemar's test"
            f"{pairs}: {listed(named(told))}. It says nothing of other seeds."
        )


def _chosen(comparison: Comparison) -> str:
    """`learning_rate 0.0003 for sigmoid, 0.001 for the others`: the commonest setting without names."""
    settings = [
        ", ".join(f"{key.rpartition('.')[2]} {in_words(value)}" for key, value in choice.setting.items())
        for choice in comparison.choices
    ]
    commonest = max(settings, key=settings.count)
    labels: dict[str, list[str]] = {}
    for choice, setting in zip(comparison.choices, settings, strict=True):
        labels.setdefault(setting, []).append(quoted(choice.label))
    others = [f"{setting} for {listed(some)}" for setting, some in labels.items() if setting != commonest]
    return ", ".join([*others, f"{commonest} for {'the others' if others else 'all'}"])


def _new_data(comparison: Comparison) -> Iterator[str]:
    """What the noise of the examples makes of the verdicts: of all pairs, or with many of those with the reference."""
    of_all = comparison.has_baseline or len(comparison.contenders) <= MATRIX_UP_TO
    pairs = [*(comparison.pairs() if of_all else (comparison.pair(i, comparison.reference) for i in comparison.others))]
    known = [pair.examples for pair in pairs if pair.examples is not None and pair.n >= FEWEST_SEEDS]
    if not known:
        return
    examples, split = known[0].examples, comparison.measure.split
    changed = [p for p in pairs if p.examples and p.verdict is not None and p.examples.verdict != p.verdict]
    against = "" if of_all else f" for the differences to {_name(comparison, comparison.reference)}"
    yield (
        f"That is about new seeds on these {examples} {split} examples. About new examples of the same kind as well,"
        f" {_changed(comparison, changed)}{against}."
    )
    if not all(one.can_show_tie for one in known):
        widths = [one.left_open for one in known]
        least, most = number(comparison, min(widths)), number(comparison, max(widths))
        span = least if least == most else f"{least} to {most}" if min(widths) > 0 else f"up to {most}"
        yield (
            f"The {split} set alone leaves these differences uncertain by {span}, which more seeds"
            f" cannot reduce: it can't show every tie within {_margin(comparison)} on new data."
        )


def _test(comparison: Comparison) -> Iterator[str]:
    """The test values of what was compared on held-out examples: told once, and nothing is chosen by them."""
    known = [one for one in comparison.contenders if one.test_mean is not None]
    if known and comparison.role == "comparison":
        told = named([f"{quoted(one.name)} {number(comparison, one.test_mean)}" for one in known])
        name = comparison.measure.metric.removeprefix("val_").replace("_", " ")
        yield f"On the test set, by which nothing was chosen here, the mean {name} is: {listed(told)}."


def _changed(comparison: Comparison, pairs: Sequence[Pair]) -> str:
    if not pairs:
        return "the same is concluded"
    told = [
        f"{_name(comparison, pair.a)} against {_name(comparison, pair.b)} is {pair.examples.verdict} instead of"
        f" {pair.verdict}"
        for pair in pairs
        if pair.examples is not None
    ]
    return listed(named(told))


def _margin(comparison: Comparison) -> str:
    return f"{comparison.margin:g}"


def _over(n: int) -> str:
    return "one seed" if n == 1 else f"the mean of {number_of(n, 'seed')}"


def named(names: Sequence[str]) -> Sequence[str]:
    """The names, or the first of them and how many more there are."""
    return names if len(names) <= NAMED else [*names[:NAMED], f"{len(names) - NAMED} more"]


# --- what it holds for


def _common(mappings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The keys that all have with one value; of mappings, such keys in them."""
    found: dict[str, Any] = {}
    for key in mappings[0]:
        values = [one.get(key) for one in mappings]
        if all(isinstance(value, dict) for value in values):
            found[key] = _common([value for value in values if isinstance(value, dict)])
        elif all(value == values[0] for value in values):
            found[key] = values[0]
    return found


def _data(comparison: Comparison, data: dict[str, Any]) -> str:
    sha256 = str(data.get("sha256", ""))[:12]
    size = data.get("train_size") or data.get("train_first")
    parts = [f"SHA-256 {sha256}…", f"{size} training examples" if size else "the whole training set"]
    examples = comparison.measure.split
    return ", ".join([*parts, f"judged on the {examples} set"])


def _network(model: dict[str, Any]) -> str:
    kind = {"cnn": "convolutional", "mlp": "dense"}.get(str(model.get("kind")), "various")
    layers = [f"filters {in_words(model['filters'])}"] if "filters" in model else []
    return ", ".join([kind, *layers, *([f"dense {in_words(model['dense'])}"] if "dense" in model else [])])


def _settings(training: dict[str, Any]) -> str:
    told = []
    optimizer = training.get("optimizer")
    if isinstance(optimizer, dict):
        arguments = optimizer.get("arguments", {})
        some = {key: value for key, value in arguments.items() if key not in SELDOM_CHANGED}
        told.append(f"{optimizer.get('name')} {in_words(some)}".removesuffix(" none"))
    told += [str(training["loss"])] if "loss" in training else []
    told += [f"{training[key]} epochs" for key in ("epochs",) if key in training]
    return ", ".join([*told, *([f"batches of {training['batch_size']}"] if "batch_size" in training else [])])


def incomplete(one: Contender) -> str:
    """`2 diverged, 1 failed`: what is missing of a contender; empty where nothing is."""
    return ", ".join(missing(one))
