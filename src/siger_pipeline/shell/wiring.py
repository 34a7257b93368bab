"""The nodes of a trial, stage by stage, with the names that they share with other trials or not.

The stages are wired with plain names, as if there were one trial: `metrics`, `params:train`. Here

- what a trial makes for itself gets its slug, as in `siger-seed-3/metrics`, and reads the trial's
  parameters, as in `params:siger-seed-3/train`;
- what trials may share is named by the overrides that it depends on, by its own parameters or by
  those of its inputs: `sample-split-seed-3/splits`; under none of them, by its plain name.

Nodes of the same name do the same, in whatever trial: a run and a study share their results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kedro.pipeline import Node, Pipeline

from kedro_fresh.locations import is_parameter
from siger_pipeline.pipelines.names import KNOCKOUT
from siger_pipeline.shell.raw_files import raw_keys
from siger_pipeline.shell.trials import Trial
from siger_pipeline.studies.differences import merged, nested
from siger_pipeline.studies.names import slug, varied

Stages = Mapping[str, Callable[..., Pipeline]]
OF_TRIAL = {"train", "report"}  # stages whose every node is the trial's own
MODALITIES = "features.modalities."  # the keys that choose extractors
FLOORS = "floors"
UNFINISHED = "unfinished_training"  # read by a trial's training, and made by no node


@dataclass
class Wired:
    """The nodes of a trial.

    Attributes:
        stages: the nodes of each.
        names: plain name -> name in the catalog, of each dataset that they make.
        scopes: slug -> name, of what is shared under overrides.
        raw: name in the catalog -> plain name, of each raw dataset that is another file.
        parameters: to be added to those of the configuration.
    """

    stages: dict[str, list[Node]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    scopes: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def own(self) -> dict[str, str]:
        """Plain names for the catalog: one of features is theirs as they were extracted."""
        return {
            plain: name
            for plain, name in self.names.items()
            if f"{KNOCKOUT}{plain}" not in self.names
        }

    def makers_of(self, name: str) -> list[Node]:
        """The nodes that make a dataset, by its plain name."""
        nodes = (node for stage in self.stages.values() for node in stage)
        return [node for node in nodes if self.names.get(name) in node.outputs]


def wire(trial: Trial, stages: Stages) -> Wired:
    """The nodes of a trial.

    Args:
        trial: a model under overrides.
        stages: name -> the function that wires it, in the order in which they run.
    """
    wiring = _Wiring(trial)
    for stage, create in stages.items():
        nodes = create(trial.selection).nodes
        wiring.wired.stages[stage] = [wiring.named(stage, node) for node in nodes]
    wiring.add_trial()
    return wiring.wired


class _Wiring:
    """Nodes as they come, each after those that make its inputs."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.own = {UNFINISHED}  # plain names of datasets that are the trial's own
        self.depends: dict[str, dict[str, Any]] = {}  # plain name -> overrides, of the others
        self.values = trial.values
        self.raw = raw_keys(trial.parameters)
        self.wired = Wired(
            names={UNFINISHED: f"{trial.slug}/{UNFINISHED}"},
            parameters={f"{trial.slug}/{block}": value for block, value in self.values.items()},
        )

    def named(self, stage: str, node: Node) -> Node:
        """A node of a stage with the names of the trial, or of what trials share."""
        renamed = self._in_scope(stage, node)
        for name in node.outputs:
            if name.startswith(KNOCKOUT):  # later nodes read it in place of what it was made of
                plain = name.removeprefix(KNOCKOUT)
                self.depends[plain] = self.depends[name]
                self.wired.names[plain] = self.wired.names[name]
        return renamed

    def _in_scope(self, stage: str, node: Node) -> Node:
        parameters = [name for name in node.inputs if is_parameter(name)]
        if stage in OF_TRIAL or self.own & set(node.inputs):
            self.own |= set(node.outputs)
            short = self.trial.slug
            namespace = stage if node.name == short else f"{stage}.{short}"
            return self._renamed(node, namespace, short, parameters)
        keys = {name: _key(name) for name in parameters}
        keys |= {name: self.raw[name] for name in node.inputs if name in self.raw}
        changed = {name: self._overrides(key) for name, key in keys.items()}
        depends = dict(
            pair
            for overrides in (*changed.values(), *map(self._inherited, node.inputs))
            for pair in overrides.items()
        )
        self.depends |= dict.fromkeys(node.outputs, depends)
        if not depends:
            unlisted = filter(self._is_corrector, keys.values())
            self.wired.parameters |= {key: self.values[key] for key in unlisted}
            return self._renamed(node, stage, "", [])
        scope = self._scope(depends)
        own = [name for name, overrides in changed.items() if overrides]
        read = [name for name in parameters if name in own or self._is_of_chosen(_key(name))]
        for name in read:
            self._add(scope, _key(name))
        raw = {name: f"{scope}/{name}" for name in own if name in self.raw}
        self.wired.raw |= {full: name for name, full in raw.items()}
        self.wired.names |= raw
        return self._renamed(node, f"{stage}.{scope}", scope, read)

    def add_trial(self) -> None:
        """What a trial says of itself in its provenance, to be read as a parameter."""
        scope = self.wired.names.get(FLOORS, "").rpartition("/")[0]
        self.wired.parameters[f"{self.trial.slug}/trial"] = {
            "name": self.trial.name,
            "overrides": dict(self.trial.named_by),
            "floors": self.wired.scopes.get(scope, self.trial.dataset),
        }

    def _overrides(self, key: str) -> dict[str, Any]:
        """Those within a parameter, or a block of them."""
        overrides = self.trial.overrides.items()
        return {
            name: value for name, value in overrides if _within(name, key) or _within(key, name)
        }

    def _is_of_chosen(self, key: str) -> bool:
        """Whether it is a parameter of a part that this trial chose: conf/ may have none of it."""
        overrides = self.trial.overrides.items()
        chosen = [f"features.{name}" for k, name in overrides if k.startswith(MODALITIES)]
        chosen += [f"ingest.{name}" for k, name in overrides if k == "ingest.source"]
        return self._is_corrector(key) or any(_within(key, block) for block in chosen)

    def _is_corrector(self, key: str) -> bool:
        return key == self.trial.selection.corrector

    def _inherited(self, name: str) -> dict[str, Any]:
        return self.depends.get(name, {})

    def _scope(self, depends: Mapping[str, Any]) -> str:
        name = varied(self.trial.dataset, depends)
        self.wired.scopes[slug(name)] = name
        return slug(name)

    def _add(self, scope: str, key: str) -> None:
        """A parameter's value, to be read by what stands under these overrides."""
        value: Any = self.values
        for part in key.split("."):
            value = value[part]
        added = merged(self.wired.parameters, nested({f"{scope}/{key}": value}))
        self.wired.parameters = added

    def _renamed(self, node: Node, namespace: str, scope: str, read: Iterable[str]) -> Node:
        names = self.wired.names
        names |= {name: f"{scope}/{name}" if scope else name for name in node.outputs}
        (renamed,) = Pipeline(
            [node],
            inputs={name: names[name] for name in node.inputs if name in names},
            outputs={name: names[name] for name in node.outputs},
            parameters={name: f"{scope}/{_key(name)}" for name in read},
            namespace=namespace,
            prefix_datasets_with_namespace=False,
        ).nodes
        return renamed


def _key(parameter: str) -> str:
    return parameter.removeprefix("params:")


def _within(key: str, block: str) -> bool:
    return f"{key}.".startswith(f"{block}.")
