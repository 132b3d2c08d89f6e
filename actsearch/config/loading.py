"""The experiment file, loaded: `load` checks it and reports every mistake at once with its line.

Imports pydantic and PyYAML, neither NumPy nor Rich nor Keras.
"""

from __future__ import annotations

import copy
import itertools
import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from actsearch.config.mistakes import in_plain_words, name_location
from actsearch.config.schema import (
    ENTRIES,
    FIRST_TUNING_SEED,
    INITIALIZERS_WITH_ARGUMENTS,
    OPTIMIZERS,
    OWN_ENTRIES,
    CnnModel,
    DiagnosticsSection,
    ExperimentFile,
    First,
    Last,
    MlpModel,
    Model,
    NamedData,
    NpzData,
    TrainingSection,
)
from actsearch.config.yaml_source import Location, Source, dotted, parse, read, survives
from actsearch.core.errors import InvalidExperiment, Problem
from actsearch.core.experiment import (
    Activation,
    Candidate,
    Cnn,
    DataSpec,
    DiagnosticsSpec,
    Experiment,
    Initializer,
    Mlp,
    Optimizer,
    Training,
)
from actsearch.core.spelling import did_you_mean
from actsearch.core.words import in_words
from actsearch.functions import formulas, own_functions
from actsearch.functions.registry import ACTIVATIONS, ALIASES, ARTICLE, can_be_learned

OTHER_NAMES = {"training.optimizer.lr": "training.optimizer.learning_rate"}
"""What others call a setting, where another key is spelled more like it."""
MOST_CANDIDATES = 10_000
TRAINING_SIZES = {"mnist": 60_000, "fashion_mnist": 60_000, "cifar10": 50_000}


@dataclass(frozen=True)
class Loaded:
    """An experiment, and where each of its keys stands."""

    experiment: Experiment
    path: Path
    folder: Path
    """The file's folder: a relative path of data starts there."""
    source: Source
    overrides: Mapping[Location, str]

    def where(self, key: str) -> str:
        """`file:line` of a dotted key, or the option that overrode it."""
        return _where(self.path, self.source, self.overrides, _location(key))


def load(path: Path, overrides: Sequence[str] = ()) -> Loaded:
    """Reads and checks an experiment file.

    Args:
        path: the YAML file.
        overrides: `KEY=VALUE` texts, the value as YAML, each of which replaces a key of the file.

    Raises:
        InvalidExperiment: with every mistake there is.
    """
    source = read(path)
    checker = _Checker(path, source)
    experiment = checker.experiment(checker.overridden(overrides))
    if checker.problems or experiment is None:
        raise InvalidExperiment(checker.in_order())
    return Loaded(experiment, path, path.parent, source, checker.overrides)


@dataclass(frozen=True)
class _Setting:
    """A dotted key with the value that the grid or a `with` gives it, and where that value stands."""

    key: str
    value: Any
    at: Location


class _Checker:
    """Checks one file, collecting problems with their places."""

    def __init__(self, path: Path, source: Source) -> None:
        self.path, self.source = path, source
        self.overrides: dict[Location, str] = {}
        self.problems: list[Problem] = []
        self._ranks: list[tuple[int, int]] = []
        self._options: dict[str, tuple[int, int]] = {}
        self._positions = {location: i for i, location in enumerate(source.lines)}
        self._sections: dict[tuple[Location, ...], Any] = {}
        self._flat: list[str] = []
        """The formulas that no gradient passes, by their labels."""
        self._broken: set[int] = set()
        """Activations with mistakes of their own: another one is not told to be like them."""
        for line, problem in source.problems:
            self._tell((line, 0), problem)

    def in_order(self) -> list[Problem]:
        """The problems in the order of the file, each once; those of options come first."""
        ordered = [problem for _, problem in sorted(zip(self._ranks, self.problems, strict=True), key=lambda p: p[0])]
        return list(dict.fromkeys(ordered))

    def problem(self, location: Location, what: str, remedy: str) -> None:
        where = _where(self.path, self.source, self.overrides, location)
        near = location
        while near and near not in self._positions:
            near = near[:-1]
        rank = (self.source.line(location), self._positions.get(near, 0))
        self._tell(self._options.get(where, rank), Problem(where, dotted(location), what, remedy))

    def _tell(self, rank: tuple[int, int], problem: Problem) -> None:
        self._ranks.append(rank)
        self.problems.append(problem)

    def overridden(self, overrides: Sequence[str]) -> dict[str, Any]:
        """The file's content with the overrides in place.

        Raises:
            InvalidExperiment: the file's content has no keys at all, so that there is nothing to go on with.
        """
        if not isinstance(self.source.value, dict):
            self.problem((), "is not a list of keys with values", "begin with for example name: my-experiment")
            raise InvalidExperiment(self.in_order())
        raw: dict[str, Any] = copy.deepcopy(self.source.value)
        for text in overrides:
            self._override(raw, text)
        given = raw.get("grid")
        grid = [key for key in given if isinstance(key, str)] if isinstance(given, dict) else []
        for location in self.overrides:
            key = dotted(location)
            varied = [known for known in grid if key == known or key.startswith(f"{known}.")]
            if varied:
                remedy = f"write --set 'grid.{varied[0]}=[...]'"
                self.problem(location, "the grid varies it, so this has no effect", remedy)
        return raw

    def _override(self, raw: dict[str, Any], text: str) -> None:
        option = f"--set {text}"
        rank = self._options.setdefault(option, (0, len(self._options)))
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not re.fullmatch(r"[\w-]+(?:\[\d+\])?(?:\.[\w-]+(?:\[\d+\])?)*", key):
            self._tell(rank, Problem(option, "", "is not KEY=VALUE", "write for example training.epochs=2"))
            return
        location = _location(key)
        try:
            parsed = parse(value, option) if value else Source(None, {})
            mistakes = [problem for _, problem in parsed.problems]
        except InvalidExperiment as error:
            mistakes = error.problems
        for mistake in mistakes:
            self._tell(rank, Problem(option, key, mistake.what, mistake.remedy))
        if mistakes:
            return
        self.overrides[location] = option
        if not _put(raw, location, parsed.value):
            self.problem(location, "there is no such place in the file", "override a key that can stand there")
        elif location[0] == "data" and isinstance(raw["data"], dict):
            self._point_to_data(raw["data"], location)

    def _point_to_data(self, data: dict[str, Any], location: Location) -> None:
        """An overridden `npz` replaces a name and the other way round; its path starts where the shell is."""
        validation = data.get("validation")
        if location[:2] == ("data", "validation") and isinstance(validation, dict) and len(location) == 3:
            validation.pop("holdout" if location[2] == "last" else "last", None)
        if location in (("data", "npz"), ("data", "name")):
            data.pop("name" if location[1] == "npz" else "npz", None)
        if location in (("data", "npz"), ("data",)) and isinstance(data.get("npz"), str) and "\0" not in data["npz"]:
            path = Path(data["npz"])
            if not path.is_absolute():
                # Kept relative, and to the file's folder as every other: what people share names no folder of theirs.
                data["npz"] = os.path.relpath(path.resolve(), self.path.parent.resolve())

    def experiment(self, raw: dict[str, Any]) -> Experiment | None:
        checked, sound = self._checked(raw)
        grid = self._varied(raw.get("grid"), sound.get("grid", {}))
        data = self._data(checked)
        seeds = tuple(range(checked.seeds)) if isinstance(checked.seeds, int) else tuple(checked.seeds)
        if len(set(seeds)) < len(seeds):
            twice = next(seed for i, seed in enumerate(seeds) if seed in seeds[:i])
            self.problem(("seeds",), f"{twice} stands there twice", "give each seed once")
        tuning_seeds = self._tuning_seeds(checked, seeds, grid)
        self._check_texts(checked)
        candidates = self._candidates(checked, sound, grid)
        if self.problems:
            return None
        warnings = tuple(
            dict.fromkeys(
                [
                    *_data_warnings(data, len(seeds)),
                    *(_tuning_warnings(data, candidates) if tuning_seeds else ()),
                    *_loss_warnings(candidates),
                    *_selu_warnings(candidates),
                    *(f"{label}: its slope is 0 on all of [-10, 10]; no gradient passes it." for label in self._flat),
                ]
            )
        )
        document = _document(checked, grid)
        return Experiment(
            checked.name,
            checked.description,
            seeds,
            data,
            tuple(candidates),
            document,
            warnings,
            _diagnostics(checked.diagnostics),
            tuning_seeds,
        )

    def _tuning_seeds(self, checked: Any, seeds: Sequence[int], grid: Mapping[str, Any]) -> tuple[int, ...]:
        given = checked.tuning_seeds
        if given is None:
            return ()
        first = FIRST_TUNING_SEED
        tuning = tuple(range(first, first + given)) if isinstance(given, int) else tuple(given)
        if not grid:
            what = "there is no grid from which a setting could be chosen"
            self.problem(("tuning_seeds",), what, "add a grid, or remove tuning_seeds")
        twice = next((seed for i, seed in enumerate(tuning) if seed in tuning[:i]), None)
        if twice is not None:
            self.problem(("tuning_seeds",), f"{twice} stands there twice", "give each seed once")
        both = next((seed for seed in tuning if seed in seeds), None)
        if both is not None:
            what = f"{both} is one of the seeds as well: what was chosen with a seed must not be compared with it"
            self.problem(("tuning_seeds",), what, "give seeds that differ from all of seeds")
        return tuning

    def _checked(self, raw: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The checked file, and its content without what was wrong, so that the rest can be checked all the same."""
        sound = copy.deepcopy(raw)
        told = False
        while True:
            try:
                return _FILE.validate_python(sound), sound
            except ValidationError as error:
                for row in error.errors(include_url=False):
                    location = _without_tags(row["loc"])
                    what, remedy = in_plain_words(row, location, sound)
                    if row["type"] in ("union_tag_not_found", "union_tag_invalid"):
                        location = name_location(location, row["input"])
                    if not told:
                        self.problem(location, what, remedy)
                    if location[0] == "activations" and len(location) > 1:
                        self._broken.add(int(location[1]))
                before = repr(sound)
                for row in error.errors(include_url=False, include_input=False):
                    _drop(sound, _without_tags(row["loc"]))
                if repr(sound) == before:  # nothing more to take out: go on with the defaults alone
                    sound = {"name": "x"}
                told = True

    def _varied(self, given: Any, grid: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """The grid without what cannot vary, which is told."""
        known = {key: grid[key] for key in grid if self._can_vary(("grid", key), key)}
        if isinstance(given, dict):
            for key in given:
                if key not in grid:
                    self._can_vary(("grid", key), key)
        for key, values in known.items():
            first: dict[str, Any] = {}
            for i, value in enumerate(values):
                if first.setdefault(_form(value), i) != i:
                    self.problem(("grid", key, i), f"{value!r} stands there twice", "give each value once")
            known[key] = [values[i] for i in first.values()]
        return known

    def _can_vary(self, location: Location, key: str) -> bool:
        known = [known for known in _settable_keys() if known not in _TOGETHER]
        if key in ("model.kind", "training.epochs", "training.threads"):
            self.problem(location, "must be the same for every candidate", f"set {key} itself")
        elif key in _TOGETHER:
            self.problem(location, "cannot vary apart from what belongs to it", _TOGETHER[key])
        elif key not in known:
            wanted = OTHER_NAMES.get(key, key)
            self.problem(location, "is not a setting that can vary", did_you_mean(wanted, known, "the keys are "))
        else:
            return True
        return False

    def _check_texts(self, checked: Any) -> None:
        """Refuses what would come back from the results' `experiment.yaml` as a number."""
        texts: list[tuple[Location, Any]] = [(("name",), checked.name), (("description",), checked.description)]
        texts += [
            (("activations", i, "label"), getattr(entry, "label", None)) for i, entry in enumerate(checked.activations)
        ]
        for location, text in texts:
            if isinstance(text, str) and not survives(text):
                self.problem(location, f"{text!r} is a number to some readers of YAML", "write it with another letter")

    def _data(self, checked: Any) -> DataSpec:
        data: Any = NamedData.model_validate({"name": checked.data}) if isinstance(checked.data, str) else checked.data
        given: Any = data.validation
        last = isinstance(given, Last)
        holdout = None if given == "test" else given.last if last else given.holdout
        size: Any = data.train_size
        first: int | None = None
        if isinstance(size, First):
            size, first = None, size.first
        if isinstance(data, NpzData):
            file = self.path.parent / data.npz
            if not file.is_file():
                what = f"no such file: {file}" if file != Path(data.npz) else f"no such file: {data.npz}"
                self.problem(
                    ("data", "npz"), what, "a relative path starts at the file's folder, with --set at the shell's"
                )
            return DataSpec("npz", data.npz, holdout, size, first, last)
        total = TRAINING_SIZES[data.name]
        if holdout is not None and holdout > total - 10:
            what = f"{holdout} of {total} training examples would leave fewer than one a class"
            self.problem(("data", "validation", "last" if last else "holdout"), what, f"write at most {total - 10}")
        left = total - (holdout or 0)
        wanted = size if first is None else first
        if wanted is not None and wanted > left > 0:
            key = ("data", "train_size") if first is None else ("data", "train_size", "first")
            self.problem(key, f"{wanted} is more than the {left} training examples there are", f"write at most {left}")
        return DataSpec(data.name, None, holdout, size, first, last)

    def _candidates(self, checked: Any, sound: Mapping[str, Any], grid: Mapping[str, list[Any]]) -> list[Candidate]:
        """Every activation at every point of the grid."""
        entries = [_full_entry(entry) for entry in checked.model_dump(by_alias=True)["activations"]]
        own = [self._own_settings(i, entry) for i, entry in enumerate(entries)]
        activations = [self._activation(i, entry) for i, entry in enumerate(entries)]
        axes = {key: [_Setting(key, value, ("grid", key, i)) for i, value in enumerate(grid[key])] for key in grid}
        points = math.prod(len(axis) for axis in axes.values())
        if points * len(entries) > MOST_CANDIDATES:
            what = f"asks for {points * len(entries):,} candidates"
            self.problem(("grid",), what, f"ask for at most {MOST_CANDIDATES:,}")
            return []
        base = {"model": sound.get("model", {}), "training": sound.get("training", {})}
        found: list[tuple[Candidate, int, list[_Setting]]] = []
        seen: set[tuple[int, Location]] = set()
        for point in itertools.product(*axes.values()):
            for i, entry in enumerate(entries):
                varied = [setting for setting in point if not _fixed(setting.key, own[i])]
                which = (i, tuple(place for setting in varied for place in setting.at))
                if which in seen:
                    continue  # its own settings fix what the grid varies
                seen.add(which)
                settings = [*varied, *own[i]]
                model, training = (self._section(name, base[name], settings) for name in ("model", "training"))
                activation = activations[i]
                if model is None or training is None or activation is None or i in self._broken:
                    continue
                self._check_output(model, training, settings)
                label = entry.get("label") or _automatic_label(entry)
                shown = _shown_settings(grid, settings)
                found.append((_candidate(label, activation, shown, model, training), i, settings))
        self._refuse_twins(found)
        return [candidate for candidate, _, _ in found]

    def _activation(self, i: int, entry: Mapping[str, Any]) -> Activation | None:
        """What an entry means; None after its problems are told."""
        if i in self._broken:
            return None
        at: Location = ("activations", i)
        if "formula" in entry:
            return self._formula(at, entry)
        return self._function(at, entry) if "function" in entry else self._named(at, entry)

    def _named(self, at: Location, entry: Mapping[str, Any]) -> Activation | None:
        """One of the registry."""
        row = ACTIVATIONS[entry["name"]]
        trainable = self._trainable(at, entry, [key for key in row.parameters if can_be_learned(row, key)])
        if trainable is None:
            return None
        asked = tuple(name for name in trainable if name not in row.learned)  # those are, asked for or not
        return Activation(entry["name"], {key: entry[key] for key in row.parameters}, None, asked or None)

    def _formula(self, at: Location, entry: Mapping[str, Any]) -> Activation | None:
        parameters = _own_parameters(entry)
        trainable = self._trainable(at, entry, list(parameters))
        if trainable is None:
            return None
        try:
            formula = formulas.parse(entry["formula"], parameters)
            formulas.check(formula)
            self._check_learned(entry["formula"], parameters, trainable)
        except formulas.FormulaError as error:
            column = "" if error.column is None else f"column {error.column}: "
            self.problem((*at, "formula"), column + error.what, error.remedy)
            return None
        if formulas.is_flat(formula):
            self._flat.append(entry.get("label") or formula.canonical)
        return Activation(formula.canonical, parameters, "formula", trainable or None)

    def _function(self, at: Location, entry: Mapping[str, Any]) -> Activation | None:
        """One of the user's own, in Python."""
        name, parameters = entry["function"], _own_parameters(entry)
        trainable = self._trainable(at, entry, list(parameters))
        if trainable is None:
            return None
        try:
            source = own_functions.find(name, self.path.parent)
        except own_functions.PluginError as error:
            self.problem((*at, "function"), error.what, error.remedy)
            return None
        known = tuple(parameters) if source.parameters is None else source.parameters
        for parameter in parameters:
            if parameter not in known:
                remedy = did_you_mean(parameter, known, "they are ") if known else "it has none: remove this"
                self.problem((*at, "parameters", parameter), f"{name} has no parameter {parameter!r}", remedy)
                return None
        folder = str(self.path.parent.resolve())
        return Activation(name, parameters, "function", trainable or None, source.sha256, source.text, folder)

    def _trainable(self, at: Location, entry: Mapping[str, Any], learnable: Sequence[str]) -> tuple[str, ...] | None:
        """The parameters that are to be learned; None if one cannot be, which is told."""
        trainable = tuple(sorted(set(entry.get("trainable", ()))))
        for name in trainable:
            if name not in learnable:
                if learnable:
                    remedy = did_you_mean(name, learnable, "its parameters are ")
                elif "name" in entry:
                    remedy = "it has none: remove this"
                else:
                    remedy = f"say with what it begins: parameters: {{{name}: 1.0}}"
                self.problem((*at, "trainable"), f"there is no parameter {name!r} that could be learned", remedy)
                return None
        return trainable

    def _check_learned(self, text: str, parameters: Mapping[str, float], trainable: Sequence[str]) -> None:
        """That the formula stays one where a learned parameter goes: `x**a` is none but at whole numbers.

        Raises:
            FormulaError: it does not.
        """
        for name in trainable:
            for value in (parameters[name] * 1.001 + 1e-3, parameters[name] * 0.999 - 1e-3):
                try:
                    formulas.check(formulas.parse(text, {**parameters, name: value}))
                except formulas.FormulaError as error:
                    what = f"{name} is to be learned, and at {name} = {value:.4g} {error.what}"
                    raise formulas.FormulaError(error.column, what, error.remedy) from error

    def _check_output(
        self, model: CnnModel | MlpModel, training: TrainingSection, settings: Sequence[_Setting]
    ) -> None:
        """A sigmoid's outputs are no distribution over the classes, of which that cross-entropy is."""
        if model.output_activation == "sigmoid" and training.loss == "categorical_crossentropy":
            mine = [s for s in settings if s.key in ("training.loss", "model.output_activation")]
            at = mine[-1].at if mine else ("model", "output_activation")
            what = "sigmoid does not go with the loss categorical_crossentropy"
            self.problem(at, what, "write training.loss: binary_crossentropy, or mean_squared_error")

    def _own_settings(self, i: int, entry: Mapping[str, Any]) -> list[_Setting]:
        places = {key: ("activations", i, "with", key) for key in entry.get("with", {})}
        return [_Setting(key, entry["with"][key], at) for key, at in places.items() if self._can_vary(at, key)]

    def _section(self, name: str, base: Any, settings: Sequence[_Setting]) -> Any:
        """The model or training section with settings put in, checked; None after its problems are told."""
        # The shorter key first: a whole optimizer, then its learning rate.
        mine = sorted((s for s in settings if s.key.startswith(f"{name}.")), key=lambda s: s.key.count("."))
        which = ((name,), *(setting.at for setting in mine))
        if which not in self._sections:
            self._sections[which] = self._check_section(name, base, mine)
        return self._sections[which]

    def _check_section(self, name: str, base: Any, settings: Sequence[_Setting]) -> Any:
        sections = {name: copy.deepcopy(base)}
        for setting in settings:
            if not _put(sections, _location(setting.key), copy.deepcopy(setting.value)):
                self.problem(setting.at, f"there is no {setting.key} in this experiment", "set a key that is there")
                return None
        try:
            return (_MODEL if name == "model" else _TRAINING).validate_python(sections[name])
        except ValidationError as error:
            for row in error.errors(include_url=False):
                location = (name, *_without_tags(row["loc"]))
                what, remedy = in_plain_words(row, location, sections)
                at, prefix = _blamed(location, settings)
                self.problem(at, prefix + what, remedy)
            return None

    def _refuse_twins(self, found: Sequence[tuple[Candidate, int, list[_Setting]]]) -> None:
        labels: dict[str, int] = {}
        meanings: dict[str, tuple[int, list[_Setting]]] = {}
        twins: set[int] = set()
        for candidate, i, settings in found:
            first, others = meanings.setdefault(
                repr((candidate.activation, candidate.model, candidate.training)), (i, settings)
            )
            if first != i:
                twins.add(i)
                what = f"is the same candidate as that of {self._line_of(('activations', first))}"
                self.problem(("activations", i), what, "keep one of them")
            elif others is not settings:
                a, b = next((a, b) for a, b in zip(others, settings, strict=True) if a.at != b.at)
                what = f"{b.value!r} means the same as {a.value!r} for {candidate.label}"
                self.problem(b.at, what, "give one of them, or fix it for this activation by `with`")
        for candidate, i, _ in found:
            first = labels.setdefault(candidate.label, i)
            if first != i and i not in twins:
                what = f"has the label {candidate.label!r}, as that of {self._line_of(('activations', first))} has"
                self.problem(("activations", i), what, "give it a label of its own")

    def _line_of(self, location: Location) -> str:
        where = _where(self.path, self.source, self.overrides, location)
        return where if where.startswith("--set") else f"line {self.source.line(location)}"


_TOGETHER = {
    "training.optimizer.name": "vary training.optimizer, as in [adam, {name: sgd, momentum: 0.9}]",
}
"""What decides which other keys there are, and how to vary it."""

_FILE: TypeAdapter[Any] = TypeAdapter(ExperimentFile)
_MODEL: TypeAdapter[Any] = TypeAdapter(Model)
_TRAINING: TypeAdapter[Any] = TypeAdapter(TrainingSection)


def _document(checked: Any, grid: Mapping[str, Any]) -> dict[str, Any]:
    """The file's content with every default filled in and every shorthand written out."""
    plain = checked.model_dump(by_alias=True)
    if isinstance(plain["data"], str):
        plain["data"] = NamedData.model_validate({"name": plain["data"]}).model_dump()
    optimizer = plain["training"]["optimizer"]
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[optimizer].model_validate({"name": optimizer}).model_dump()
    name_first = {"name": optimizer["name"], "learning_rate": optimizer["learning_rate"]}
    plain["training"]["optimizer"] = name_first | {k: v for k, v in optimizer.items() if v is not None}
    diagnostics = _diagnostics(checked.diagnostics)
    plain["diagnostics"] = False if diagnostics is None else asdict(diagnostics)
    plain["activations"] = [_full_entry(entry) for entry in plain["activations"]]
    if isinstance(plain["seeds"], int):
        plain["seeds"] = list(range(plain["seeds"]))
    if plain["tuning_seeds"] is None:
        del plain["tuning_seeds"]
    elif isinstance(plain["tuning_seeds"], int):
        plain["tuning_seeds"] = list(range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + plain["tuning_seeds"]))
    if grid:
        plain["grid"] = {key: list(values) for key, values in grid.items()}
    else:
        del plain["grid"]
    return dict(plain)


def _diagnostics(section: bool | DiagnosticsSection) -> DiagnosticsSpec | None:
    if section is False:
        return None
    given = DiagnosticsSection() if section is True else section
    return DiagnosticsSpec(given.every, given.probe_size, given.training)


def _own_parameters(entry: Mapping[str, Any]) -> dict[str, float]:
    """Those of a formula or a function of one's own, by name."""
    return {key: float(value) for key, value in sorted(entry.get("parameters", {}).items())}


def _full_entry(entry: Any) -> dict[str, Any]:
    if isinstance(entry, str):
        entry = ENTRIES[ALIASES.get(entry, entry)].model_validate({"name": entry}).model_dump(by_alias=True)
    own = next((key for key in OWN_ENTRIES if key in entry), None)
    full: dict[str, Any]
    if own is not None:
        full = {own: entry[own]}
        if entry["parameters"]:
            full["parameters"] = entry["parameters"]
    else:
        name = ALIASES.get(entry["name"], entry["name"])
        full = {"name": name, **{key: entry[key] for key in ACTIVATIONS[name].parameters}}
    full |= {key: entry[key] for key in ("trainable", "label", "with") if entry.get(key)}
    return full


def _candidate(
    label: str,
    activation: Activation,
    setting: Mapping[str, Any],
    model: CnnModel | MlpModel,
    training: TrainingSection,
) -> Candidate:
    advised = ACTIVATIONS["relu" if activation.kind else activation.name]
    initializer = advised.kernel_initializer if model.kernel_initializer == "auto" else model.kernel_initializer
    penalty = model.kernel_regularizer
    shared: dict[str, Any] = {
        "kernel_initializer": _initializer(initializer),
        "dropout_layer": advised.dropout_layer if model.dropout_layer == "auto" else model.dropout_layer,
        "batch_normalization": model.batch_normalization,
        "dense": tuple(model.dense),
        "bias_initializer": _initializer(model.bias_initializer, neutral="zeros"),
        "kernel_regularizer": penalty.model_dump() if penalty is not None and (penalty.l1 or penalty.l2) else None,
        "output_kernel_initializer": _initializer(model.output_kernel_initializer, neutral="glorot_uniform"),
        "output_bias_initializer": _initializer(model.output_bias_initializer, neutral="zeros"),
        "output_activation": None if model.output_activation == "softmax" else model.output_activation,
    }
    network: Cnn | Mlp
    if isinstance(model, CnnModel):
        pooled, dense = model.dropout
        network = Cnn(tuple(model.filters), model.kernel_size, dropout=(pooled, dense), **shared)
    else:
        network = Mlp(dropout=model.dropout, **shared)
    return Candidate(label, activation, network, _training(training), dict(setting))


def _initializer(given: Any, neutral: str | None = None) -> str | Initializer | None:
    """Its name, where all arguments are Keras's defaults; None where it is the neutral one."""
    if isinstance(given, str):
        name, arguments = given, {}
    else:
        arguments = given.model_dump()
        name = str(arguments.pop("name"))
        arguments = {key: float(value) if isinstance(value, int) else value for key, value in arguments.items()}
    plain = {0.0: "zeros", 1.0: "ones"}.get(arguments.get("value", 0.0)) if name == "constant" else None
    if plain is not None:
        name, arguments = plain, {}
    known = INITIALIZERS_WITH_ARGUMENTS.get(name)
    if known is None or known.model_validate({"name": name, **arguments}) == known.model_validate({"name": name}):
        return None if name == neutral else name
    return Initializer(name, arguments)


def _training(section: TrainingSection) -> Training:
    optimizer: Any = section.optimizer
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[optimizer].model_validate({"name": optimizer})
    arguments = {key: value for key, value in optimizer.model_dump().items() if key != "name" and value is not None}
    return Training(
        Optimizer(optimizer.name, arguments),
        section.loss,
        section.epochs,
        section.batch_size,
        section.precision,
        section.threads,
        None if section.loss_weights == 1 else section.loss_weights,
    )


def _automatic_label(entry: Mapping[str, Any]) -> str:
    """The name, and what is not at its default: `elu (alpha=0.2)`, `gelu (approximate)`."""
    learned = entry.get("trainable", ())
    own = next((key for key in OWN_ENTRIES if key in entry), None)
    if own is not None:
        name = formulas.canonical(entry[own]) if own == "formula" else entry[own].partition(":")[2]
        given = {key: value for key, value in sorted(entry.get("parameters", {}).items()) if key not in learned}
    else:
        name, defaults = entry["name"], ACTIVATIONS[entry["name"]].parameters
        given = {key: entry[key] for key, row in defaults.items() if entry[key] != row.default}
    told = [key if value is True else f"{key}={value:g}" for key, value in given.items()]
    told += [f"{key} learned" for key in learned]
    for key, value in entry.get("with", {}).items():
        last = key.rsplit(".", 1)[-1]
        told.append(last if value is True else f"{last}={in_words(value)}")
    label = f"{name} ({', '.join(told)})" if told else str(name)
    return label if len(label) <= 60 else label[:59] + "…"  # the length of a label of the user's own


def _data_warnings(data: DataSpec, seeds: int) -> Iterator[str]:
    if data.holdout is None:
        yield (
            "Validation is the test set: choosing an epoch or an activation by it is choosing on test data."
            " The sound choice is validation: {holdout: n}."
        )
    if seeds == 1:
        yield "One seed: a difference between two activations may be chance."


def _tuning_warnings(data: DataSpec, candidates: Sequence[Candidate]) -> Iterator[str]:
    if data.holdout is None:
        yield "Settings are chosen on the test set, as validation is the test set: test values flatter what is chosen."
    settings = Counter(candidate.label for candidate in candidates)
    if len(set(settings.values())) > 1:
        least, most = min(settings, key=settings.__getitem__), max(settings, key=settings.__getitem__)
        yield (
            f"Not as many settings for each activation ({most}: {settings[most]}, {least}: {settings[least]}): more to"
            " choose from is an advantage by itself."
        )


def _loss_warnings(candidates: Sequence[Candidate]) -> Iterator[str]:
    losses = sorted({candidate.training.loss for candidate in candidates})
    if len(losses) > 1:
        yield f"The candidates minimise different losses ({', '.join(losses)}): compare accuracies, not losses."


def _selu_warnings(candidates: Sequence[Candidate]) -> Iterator[str]:
    for candidate in candidates:
        model, label = candidate.model, candidate.label
        rates = (model.dropout,) if isinstance(model, Mlp) else model.dropout
        if candidate.activation.name == "selu":
            broken = []
            if model.kernel_initializer != "lecun_normal":
                given = model.kernel_initializer
                name = given if isinstance(given, str) else given.name
                broken.append(f"kernel_initializer is {name}, not lecun_normal")
            if model.dropout_layer != "alpha_dropout" and any(rates):
                broken.append("dropout_layer is dropout, not alpha_dropout")
            if model.batch_normalization:
                broken.append("batch normalisation comes between a layer and its SELU")
            if broken:
                yield f"{label}: SELU does not normalise itself here: {'; '.join(broken)}."
        elif model.dropout_layer == "alpha_dropout" and any(rates):
            yield f"{label}: alpha_dropout is made for SELU; other activations want dropout."


def _location(key: str) -> Location:
    """`training.optimizer.name`, `activations[3].alpha`, `grid.training.batch_size[0]` as places."""
    dotted_within = re.match(r"(grid|activations\[\d+\]\.with)\.([^\[\]]+)", key)
    if dotted_within:  # the dotted key of a grid or a `with` is one key
        outer, inner = dotted_within.groups()
        return (*_location(outer), inner, *_location(key[dotted_within.end() :]))
    found = re.findall(r"([^.\[\]]+)|\[(\d+)\]", key)
    return tuple(int(index) if index else word for word, index in found)


def _without_tags(location: Sequence[str | int]) -> Location:
    """A place as pydantic gives it, without the names of unions' members."""
    return tuple(part for part in location if not (isinstance(part, str) and part.startswith("\0")))


def _blamed(location: Location, settings: Sequence[_Setting]) -> tuple[Location, str]:
    """The setting that a problem of a section comes from, and what to say before it."""
    paths = [_location(setting.key) for setting in settings]
    for setting, path in reversed(list(zip(settings, paths, strict=True))):
        if location[: len(path)] == path:
            return (*setting.at, *location[len(path) :]), ""
    for setting, path in reversed(list(zip(settings, paths, strict=True))):
        if path[: len(location)] == location:
            return setting.at, ""
    return settings[-1].at, f"with this value, {dotted(location)} "


def _fixed(key: str, own: Sequence[_Setting]) -> bool:
    """Whether an activation's own settings fix what the grid varies: the key itself, or all of its mapping."""
    return any(key == setting.key or key.startswith(f"{setting.key}.") for setting in own)


def _shown_settings(grid: Mapping[str, Any], settings: Sequence[_Setting]) -> dict[str, Any]:
    values = {setting.key: setting.value for setting in settings}
    for key in grid:
        above = next((k for k in values if key.startswith(f"{k}.") and isinstance(values[k], dict)), None)
        if key not in values and above is not None and key[len(above) + 1 :] in values[above]:
            values[key] = values[above][key[len(above) + 1 :]]
    return {key: values[key] for key in grid if key in values}


def _form(value: Any) -> str:
    """Equal for equal values: 1 and 1.0 are, 1 and true are not."""
    return repr(float(value)) if isinstance(value, int) and not isinstance(value, bool) else repr(value)


def _drop(raw: dict[str, Any], location: Location) -> None:
    """Takes a mistaken value out, so that its default stands there."""
    if location == ("name",):
        raw["name"] = "x"
    elif location[0] == "activations" and len(location) > 1 and isinstance(location[1], int):
        _drop_of_entry(raw["activations"], location[1], location[2:])
    elif location[0] in ("model", "training", "grid") and len(location) > 1:
        section = raw[location[0]]
        optimizer = section.get("optimizer") if location[0] == "training" else None
        if location[1] == "optimizer" and len(location) > 2 and isinstance(optimizer, dict):
            optimizer.pop(location[2], None)
        else:
            section.pop(location[1], None)
    else:
        raw.pop(str(location[0]), None)


def _drop_of_entry(entries: list[Any], i: int, location: Location) -> None:
    entry = entries[i]
    if location and isinstance(entry, dict) and location[0] in entry and location[0] != "name":
        entry.pop(location[0])
    else:
        own = entry.get("with") if isinstance(entry, dict) else None
        entries[i] = {"name": "relu", "with": own if isinstance(own, dict) else {}}


def _where(path: Path, source: Source, overrides: Mapping[Location, str], location: Location) -> str:
    for key, option in overrides.items():
        if location[: len(key)] == key or key[: len(location)] == location != ():
            return option
    return f"{path}:{source.line(location)}"


def _put(raw: Any, location: Location, value: Any) -> bool:
    """Sets a place, making mappings on the way; False where something else is in the way."""
    for i, part in enumerate(location[:-1]):
        raw = _opened(raw, part, location[: i + 1])
    last = location[-1]
    if isinstance(raw, dict) if isinstance(last, str) else isinstance(raw, list) and last < len(raw):
        raw[last] = value
        return True
    return False


def _opened(raw: Any, part: str | int, location: Location) -> Any:
    """What is below a place, as something that can be set into; None if it cannot."""
    if isinstance(part, int):
        below = raw[part] if isinstance(raw, list) and part < len(raw) else raw
    else:
        below = raw.get(part) if isinstance(raw, dict) else raw
    if below is raw or isinstance(below, (dict, list)):
        return None if below is raw else below
    if location in (("data", "validation"), ("data", "train_size"), ("diagnostics",)):
        opened: Any = {}  # `holdout` replaces `test`, `first` a number, `every` a switch
    elif below is None:
        opened = list(ARTICLE) if location == ("activations",) else {}
    elif isinstance(below, str) and (
        location in (("data",), ("training", "optimizer"))
        or location[0] == "activations"
        or (location[0] == "model" and str(location[-1]).endswith("_initializer"))
    ):
        opened = {"name": below}  # a shorthand
    else:
        return None
    raw[part] = opened
    return opened


def _settable_keys() -> Iterator[str]:
    for model in (CnnModel, MlpModel):
        yield from (f"model.{key}" for key in model.model_fields if key != "kind")
    yield from (f"training.{key}" for key in TrainingSection.model_fields if key not in ("epochs", "threads"))
    for optimizer in OPTIMIZERS.values():
        yield from (f"training.optimizer.{key}" for key in optimizer.model_fields)
