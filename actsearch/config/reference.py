"""The reference of the experiment file as a page of Markdown, made from the schema, which it cannot fall behind."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from actsearch.config.activation_entries import OWN_ENTRIES
from actsearch.config.data_section import NamedData, NpzData
from actsearch.config.diagnostics_section import DiagnosticsSection
from actsearch.config.experiment_file import ExperimentFile
from actsearch.config.initializers import INITIALIZERS, INITIALIZERS_WITH_ARGUMENTS
from actsearch.config.model_section import L1L2, CnnModel, MlpModel
from actsearch.config.optimizers import OPTIMIZER_MODELS
from actsearch.config.training_section import TrainingSection
from actsearch.core.experiment import CLIPPING
from actsearch.functions import formula_tree

TEXT = """\
# The experiment file

<!-- Made by `actsearch schema --markdown`; edit the schema, not this page. -->

YAML 1.2: `1e-3` is a number and `no` a word. Unknown keys are errors. `actsearch schema` prints the JSON Schema, which
editors use through the first line of each file in `configs/`. Any key can be overridden: `--set training.epochs=2`.
`actsearch init` writes a commented example.

## Top level

{top}

A seed fixes the initial weights, the order of the images and the dropout, each through a stream of its own, so that one
candidate's draws do not shift another's.

With `tuning_seeds` an experiment with a grid is run in two stages: every activation at every setting with these seeds,
then each at its own best setting with `seeds`. What is compared was then trained afresh: the best of many settings on
the seeds that chose it would flatter.

## `data`

A name alone (`data: mnist`), or a mapping. `mnist` is in the package; `fashion_mnist` and `cifar10` are downloaded by
Keras, once.

{named_data}

For a file of your own, `npz` instead of `name`:

{npz_data}

An `.npz` has `x_train`, `y_train`, `x_test`, `y_test`: vectors (examples, features) or images (examples, height, width
[, channels]), and labels 0 .. k-1 (or one-hot rows). uint8 is scaled to [0, 1]; other numbers are taken as they are.
NumPy writes one: `numpy.savez_compressed("my.npz", x_train=..., y_train=..., x_test=..., y_test=...)`. The question is
always which class an example belongs to; several labels for one example, and regression, are not supported. A relative
path starts at the experiment file, in `--set` at the folder you are in.

`validation: {{holdout: n}}` holds out so many training images, stratified, the same for every trial; `{{last: n}}` the
last n as they stand. The test set is then evaluated once, at the end, for the last and the best epoch.
`validation: test` is what the article did: choosing by it is choosing on test data, and you are told so. `train_size`
is applied after that: a stratified subset of so many, or the first so many, `{{first: 1000}}`.

## `model`

`kind: cnn` (the default), the article's network: convolutions ("valid"), one 2 x 2 max pooling, dense layers, softmax.

{cnn}

`kind: mlp`, dense layers and a softmax, has no `filters` and `kernel_size`, and

{mlp}

The initializers, by Keras's names: {initializers}.

Those with arguments can be written as a mapping, `kernel_initializer: {{name: random_normal, stddev: 0.1}}`:

{initializer_arguments}

`kernel_regularizer`:

{regularizer}

The penalty is part of every loss that is reported, as in Keras. What breaks SELU's conditions (`lecun_normal`, alpha
dropout, no batch normalisation) is allowed and warned about.

## `training`

{training}

Optimizers, with Keras's arguments and defaults, as a name alone or a mapping with `name`:

{optimizers}

All of them take one of these, too; none clips or decays by default:

{clipping}

`binary_crossentropy` here is the literal one: of the outputs, clipped to [1e-7, 1 - 1e-7], against the one-hot label,
the mean over outputs and examples. Keras 3's string of that name, on TensorFlow, finds the logits behind the softmax
and computes the *sigmoid* cross-entropy of those, which is another loss (0.70 against 0.325 for an untrained network).

Recorded after every epoch, for training and (with `val_`) validation: `loss`, `accuracy` (categorical: the share of
digits that are right) and `binary_accuracy` (the mean over outputs of thresholding at 0.5, which the article's Keras
called accuracy). A trial whose loss is not finite or above 1e6 has *diverged*: that epoch is kept as nulls, the trial
ends, and it stays in every table and figure.

## `activations`

A list. Each entry is a name (`relu`), or a mapping of one of three forms:

- `{{name: elu, alpha: 0.2}}`: a function of [the catalogue](catalogue.md) with its parameters. `trainable: [alpha]`
  learns a parameter, one value for each layer, beginning with the one that is given.
- `{{formula: "x * sigmoid(beta * x)", parameters: {{beta: 1.5}}}}`: a formula of your own.
- `{{function: "my_module:my_activation"}}`: a Python function of your own.

Any of them takes `label`, its name in tables and figures (without one, the name and whatever is not at its default),
and `with`, settings of its own by dotted keys as in `grid`, in whose place they stand.

### A formula

{formula}

It is a function of `x`, written as in Python: numbers, `x`, the names of its parameters, `pi` and `e`; `+ - * / **`;
`where(condition, a, b)` or `a if condition else b`, with comparisons (`<`, `<=`, `>`, `>=`), `and`, `or`, `not` in the
condition; and functions:

{functions}

There is nothing else in the language: a formula is read, never run as Python. It must be finite and not constant on
[-10, 10]. Each branch of `where` is evaluated only where it is taken, so that one that overflows elsewhere does no
harm. At a kink of `max(0, x)` and its like the derivative is that of the constant
side, as for the catalogue's `relu`. `actsearch show "x * sigmoid(x)"` shows what a formula does before anything trains.

### A function

{function}

The module is looked for in the folder of the experiment file, then where Python looks. It is imported where it trains;
checking a file does not run it. The function takes a tensor and its parameters as keyword arguments and returns a
tensor of the same shape (write it with `keras.ops`, so that a saved network loads anywhere). The SHA-256 of the
module's file is part of a trial's identity: when the file changes, its trials are new ones. What the module imports
from elsewhere is not covered by it. The file travels with the trial, to other machines too, and is kept beside the
results; modules that it imports must be there already, and two of one name cannot be told apart in one run.

## `diagnostics`

`false`, or a mapping:

{diagnostics}

After every so many epochs (and before the first) the gradients and activations of a fixed batch of training examples,
evenly spaced over the training set, are looked at: see [diagnostics](diagnostics.md). They change no result and cost a
few percent; `actsearch run --dry-run` says how much.

## `grid`

Dotted keys under `model` and `training`, each with a list of values (not `model.kind`, `training.epochs` and
`training.threads`, which are the same for all; optimizers are compared whole, as
`training.optimizer: [adam, {{name: sgd, momentum: 0.9}}]`):

```yaml
grid:
  training.optimizer.learning_rate: [0.001, 0.0003]
  model.batch_normalization: [false, true]
```

Every activation is trained at every combination, with every seed.
"""


def configuration_page() -> str:
    """The whole page."""
    common = ("weight_decay", *CLIPPING)
    page = TEXT.format(
        top=_table(ExperimentFile),
        named_data=_table(NamedData),
        npz_data=_table(NpzData, only=["npz", "validation"]),
        cnn=_table(CnnModel),
        mlp=_table(MlpModel, only=["dense", "dropout"]),
        initializers=", ".join(f"`{name}`" for name in INITIALIZERS),
        initializer_arguments=_by_name(INITIALIZERS_WITH_ARGUMENTS),
        regularizer=_table(L1L2),
        training=_table(TrainingSection),
        optimizers=_by_name(OPTIMIZER_MODELS, without=common, but={"adamw": ("weight_decay",)}),
        clipping=_table(OPTIMIZER_MODELS["adam"], only=list(common)),
        formula=_table(OWN_ENTRIES["formula"], only=["formula", "parameters", "trainable"]),
        function=_table(OWN_ENTRIES["function"], only=["function", "parameters", "trainable"]),
        functions=", ".join(f"`{name}`" for name in formula_tree.FUNCTIONS),
        diagnostics=_table(DiagnosticsSection),
    )
    return re.sub(r"\n{3,}", "\n\n", page)


def _table(model: type[BaseModel], only: Sequence[str] | None = None) -> str:
    """A row a key: its default, what may stand there, what it means."""
    schema = model.model_json_schema(by_alias=True)
    required, rows = schema.get("required", []), []
    for key in only or schema["properties"]:
        given = schema["properties"][key]
        default = "(must be given)" if key in required else _default(key, given.get("default"))
        meaning = " ".join(filter(None, [given.get("description", ""), _range(given)]))
        rows.append(f"| `{key}` | {default} | {meaning} |")
    return "\n".join(["| key | default | meaning |", "| --- | --- | --- |", *rows])


def _by_name(
    models: Mapping[str, type[BaseModel]], without: Sequence[str] = (), but: Mapping[str, Sequence[str]] | None = None
) -> str:
    """A row a model that is chosen by its `name`, with its other keys and their defaults."""
    rows = []
    for name, model in models.items():
        properties = model.model_json_schema()["properties"]
        kept = [key for key in properties if key != "name" and (key not in without or key in (but or {}).get(name, ()))]
        arguments = [
            f"`{key}` {_default(key, properties[key].get('default'))}{_choices(properties[key])}" for key in kept
        ]
        rows.append(f"| `{name}` | {', '.join(arguments)} |")
    return "\n".join(["| `name` | arguments, with their defaults |", "| --- | --- |", *rows])


def _default(key: str, value: Any) -> str:
    if isinstance(value, dict):
        value = {k: v for k, v in value.items() if v is not None}
    shown = {"data": "mnist", "model": "the article's CNN", "training": "see below", "description": "empty"}
    if key in shown and not isinstance(value, bool):
        return shown[key]
    if value is None or value in ({}, []):
        return "none" if value != [] else "`[]`"
    return f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_yaml(one) for one in value) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def _choices(given: Mapping[str, Any]) -> str:
    return f" (or {', '.join(c for c in given['enum'] if c != given.get('default'))})" if "enum" in given else ""


def _range(given: Mapping[str, Any]) -> str:
    """What may stand there, where the type alone does not say it."""
    options = [given, *given.get("anyOf", ())]
    for option in options:
        if "enum" in option:
            return "One of " + ", ".join(f"`{choice}`" for choice in option["enum"]) + "."
        words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
        found = [f"{said} {option[word]:,}" for word, said in words.items() if word in option]
        if found and option.get("type") in ("number", "integer"):
            kind = "A whole number" if option["type"] == "integer" else "A number"
            return f"{kind} {' and '.join(found)}."
    return ""
