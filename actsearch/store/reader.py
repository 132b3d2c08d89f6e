"""Finds experiments in folders of results, and reads what came out of them."""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from actsearch.core.errors import StoreError, UserError
from actsearch.core.experiment import Activation
from actsearch.core.looks_record import Left, LookContender, LookedPair, LooksRecord, LookTaken
from actsearch.core.results import Choice, ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult

if TYPE_CHECKING:
    pass
from actsearch.store.disk_errors import unreadable
from actsearch.store.guards import Damaged, check_version, checksum
from actsearch.store.layout import AGAIN, EXPERIMENT_FILE, LOOKS_FILE, PLAN_FILE, SET_ASIDE, stranded_trials
from actsearch.store.lock import running_driver
from actsearch.store.trial_reader import Rights, read_diagnostics, read_trial


class ExperimentFolder(NamedTuple):
    """An experiment's folder, and its place below the path that was searched (`.` for that path itself)."""

    folder: Path
    below: Path


def find_experiments(path: Path) -> list[ExperimentFolder]:
    """The experiments at or below a path, in the order of their names, found by their `experiment.yaml`.

    Raises:
        UserError: there is none, or no such path.
    """
    if not path.exists():
        raise UserError(f"{path}: no such folder; train something first: actsearch run FILE")
    if not path.is_dir():
        raise UserError(f"{path}: is a file; give a folder of results, such as results/")
    found = []
    for folder, below, files in os.walk(path):
        if EXPERIMENT_FILE in files and (PLAN_FILE in files or "trials" in below):  # not a user's own experiment file
            found.append(ExperimentFolder(Path(folder), Path(folder).relative_to(path)))
            below.clear()
        below[:] = sorted(d for d in below if not d.startswith(".") and not SET_ASIDE.search(d))
    if not found:
        has = (
            f"{EXPERIMENT_FILE}, but no {PLAN_FILE} and no trials"
            if (path / EXPERIMENT_FILE).is_file()
            else f"no {EXPERIMENT_FILE}"
        )
        raise UserError(f"{path}: no experiment here (in it or below is {has}); train one first: actsearch run FILE")
    return found


def read_experiment(
    folder: Path, ended: bool = False, diagnostics: bool = False, predictions: Collection[str] = ()
) -> ExperimentResult:
    """What came out of one experiment, as it stands.

    Args:
        folder: the experiment's.
        ended: the driver is this process and has stopped.
        diagnostics: read (and check) the diagnostics of its trials as well; they are most of what there is to read.
        predictions: of which splits and epochs to read which examples were classified right: `test_last`,
            `validation_best`, ...

    Raises:
        StoreError: `plan.json` is missing, damaged, or written by a newer version.
    """
    plan = _read_plan(folder)
    try:
        return _result(folder, plan, None if ended else running_driver(folder), diagnostics, predictions)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged_plan(folder / PLAN_FILE) from error


def _result(
    folder: Path, plan: Mapping[str, Any], driver: str | None, diagnostics: bool, predictions: Collection[str] = ()
) -> ExperimentResult:
    problems: list[str] = []
    rights = Rights(predictions) if predictions else None
    candidates = []
    for row in plan["candidates"]:
        trials: list[TrialResult] = []
        for planned in row["trials"]:
            where = folder / "trials" / planned["id"]
            try:
                trials.append(read_trial(where, planned["id"], planned["seed"], planned["epochs"], driver, rights))
            except Damaged as error:
                problems.append(f"{error}; the next run trains this trial again")
                trials.append(TrialResult(planned["id"], planned["seed"], "waiting", planned["epochs"]))
            if diagnostics:
                try:
                    trials[-1] = replace(trials[-1], diagnostics=read_diagnostics(where))
                except Damaged as error:
                    problems.append(f"{error}; the next run looks again")
            trials[-1] = replace(trials[-1], role=planned.get("role", "comparison"))
        by_role = (tuple(t for t in trials if t.role == role) for role in ("comparison", "tuning"))
        candidates.append(CandidateResult(row["label"], _activation(row["activation"]), row["setting"], *by_role))
    wanted = {trial.id for candidate in candidates for trial in candidate.all_trials}
    looks = None
    try:
        looks = read_looks(folder)
    except Damaged as error:
        problems.append(f"{error}; a run --until-decided takes the looks anew, from the trials")
    if looks is not None and not {one.first for one in looks.contenders} <= wanted:
        problems.append(f"{folder / LOOKS_FILE}: is about trials that the experiment does not ask for any more")
        looks = None
    return ExperimentResult(
        name=plan["name"],
        description=plan["description"],
        folder=str(folder),
        candidates=tuple(candidates),
        validation_is_test=plan["validation_is_test"],
        loss=plan["loss"],
        warnings=tuple(plan["warnings"]),
        stranded=tuple(stranded_trials(folder, wanted)),
        earlier_seeds=tuple(operator.index(n) for n in plan.get("earlier_seeds", ())),
        grid=plan["grid"],
        problems=tuple(problems),
        again=tuple(i for i in sorted(wanted) if (folder / "trials" / f"{i}{AGAIN}").is_dir()),
        tuning_seeds=tuple(plan.get("tuning_seeds", ())),
        chosen=tuple(
            Choice(row["label"], row["setting"], row["mean"], tuple(row["seeds"])) for row in plan.get("chosen", ())
        ),
        looks=looks,
    )


def read_looks(folder: Path) -> LooksRecord | None:
    """None where there are none.

    Raises:
        Damaged: the file is not what was written.
        StoreError: it cannot be read, or was written by a newer version.
    """
    path = folder / LOOKS_FILE
    try:
        found = json.loads(path.read_bytes())
        check_version(found["format_version"], path)
        if found.pop("checksum") != checksum(found):
            raise Damaged(f"{path}: is damaged")
        del found["format_version"]
        contenders = tuple(LookContender(**row) for row in found.pop("contenders"))
        taken = tuple(
            LookTaken(
                row["seeds"],
                tuple(row["contenders"]),
                tuple(LookedPair(**pair) for pair in row["pairs"]),
                tuple(Left(**left) for left in row["left"]),
                tuple(row["stays"]),
            )
            for row in found.pop("taken")
        )
        looks, seeds = tuple(found.pop("looks")), tuple(found.pop("seeds"))
        return LooksRecord(**found, looks=looks, seeds=seeds, contenders=contenders, taken=taken)
    except FileNotFoundError:
        return None
    except (IsADirectoryError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{path}: is damaged") from error
    except OSError as error:
        raise unreadable(path, error) from error


def _activation(row: Mapping[str, Any]) -> Activation:
    trainable = tuple(row["trainable"]) if "trainable" in row else None
    return Activation(row["name"], row["parameters"], row.get("kind"), trainable, row.get("source_sha256"))


def _read_plan(folder: Path) -> dict[str, Any]:
    path = folder / PLAN_FILE
    try:
        plan = json.loads(path.read_bytes())
        version = plan["format_version"]
    except FileNotFoundError as error:
        raise StoreError(f"{path}: is missing; run the experiment again, which writes it anew") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged_plan(path) from error
    check_version(version, path)
    return dict(plan)


def _damaged_plan(path: Path) -> StoreError:
    return StoreError(f"{path}: is damaged; run the experiment again, which writes it anew")
