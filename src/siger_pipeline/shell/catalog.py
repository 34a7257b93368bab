"""The catalog: Kedro's own, quicker, with entries of each trial and sentences for its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kedro.framework.context import CatalogCommandsMixin
from kedro.io import CatalogConfigResolver, DataCatalog, DatasetError, MemoryDataset

from kedro_fresh.locations import is_parameter
from siger_pipeline.errors import ConfigurationError
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.parameter_faults import Where

NOT_TOLD = ("An exception occurred", "Hint:", "Failed to instantiate")
DATA, TRIAL = "{data}", "{trial}"
Entries = Mapping[str, Any]


class QuickCatalog(DataCatalog, CatalogCommandsMixin):
    """A catalog that copies parameters without asking whether they are tables.

    To ask that, Kedro imports pandas and Ibis for each command, which takes longer than all else
    that a command does when nothing must run.
    """

    where: Where = staticmethod(lambda keys: "")
    """Nested keys of the catalog -> where they stand in conf/."""

    def get(self, key: str, *arguments: Any, **options: Any) -> Any:
        """A dataset; see `DataCatalog`.

        Raises:
            ConfigurationError: its entry names no class, or arguments that the class has not.
        """
        try:
            return super().get(key, *arguments, **options)
        except DatasetError as error:
            raise entry_error(error, key, self.where) from error

    def __setitem__(self, key: str, value: Any) -> None:
        """Register a dataset, or a value; see `DataCatalog`."""
        if is_parameter(key) and not isinstance(value, MemoryDataset):
            value = MemoryDataset(value, copy_mode="deepcopy")
        super().__setitem__(key, value)


def check_blocks(entries: Entries, where: Where) -> None:
    """Refuse an entry without lines of its own.

    Raises:
        ConfigurationError: it names the entry and its place.
    """
    for name, entry in entries.items():
        if not isinstance(entry, Mapping):
            raise ConfigurationError(
                f"{where([name])}: entry {name!r} is {entry!r}, wanted are its type and arguments "
                "below it, indented"
            )


def with_trials(
    entries: Entries,
    dataset: str,
    scopes: Mapping[str, str],
    trials: Mapping[str, str],
    own: Mapping[str, str],
) -> dict[str, Any]:
    """The entries of conf/, and those that its patterns of data and trials stand for.

    In the names of datasets a slug stands for a trial, or for the overrides that shared data depend
    on; in their paths the name.

    Args:
        entries: name or pattern -> arguments of the dataset.
        dataset: name of the data set: what depends on no override has no slug.
        scopes: slug -> name, of shared data under overrides.
        trials: slug -> name.
        own: plain name -> name, of the datasets of the run's own trial, for `catalog.load`.
    """
    result = dict(entries)
    for pattern, entry in entries.items():
        placeholder, _, rest = pattern.partition("/")
        if placeholder == DATA:
            result[rest] = _filled(entry, DATA, dataset)
        for short, name in {DATA: scopes, TRIAL: trials}.get(placeholder, {}).items():
            result[f"{short}/{rest}"] = _filled(entry, placeholder, name)
    result.update(_aliases(result, own))
    return result


def _aliases(entries: Entries, own: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    renamed = {plain: name for plain, name in own.items() if plain != name}
    yield from ((plain, entries[name]) for plain, name in renamed.items() if name in entries)
    if others := {plain: name for plain, name in renamed.items() if name not in entries}:
        resolver = CatalogConfigResolver(dict(entries), {}, DataCatalog.default_runtime_patterns)
        for plain, name in others.items():
            if resolver.match_dataset_pattern(name):
                yield plain, resolver.resolve_pattern(name)


def _filled(value: Any, placeholder: str, name: str) -> Any:
    """An entry with the name in place of one placeholder: another one stays."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, placeholder, name) for key, inner in value.items()}
    return value.replace(placeholder, name) if isinstance(value, str) else value


def entry_place(loader: ProjectConfigLoader, keys: Sequence[str]) -> str:
    """Where an entry stands in conf/: by its own name, or by the pattern that it comes from."""
    name = keys[0]
    patterns = [name, f"{DATA}/{name}", f"{TRIAL}/{name}"]
    patterns += [f"{kind}/{name.partition('/')[2]}" for kind in (DATA, TRIAL)]
    places = (loader.where("catalog", [pattern, *keys[1:]]) for pattern in patterns)
    return next(filter(None, places), "")


def entry_error(
    error: Exception, name: str | re.Match[str] | None, where: Where
) -> ConfigurationError:
    """What Kedro says of a catalog entry, in one sentence with file and line.

    Args:
        error: Kedro's.
        name: of the entry, as far as it is known.
        where: entries stand.
    """
    key = name if isinstance(name, str) else name[1] if name else ""
    message = str(error.args[0]) if error.args else str(error)
    lines = [line.strip() for line in message.splitlines()]
    told = [line for line in lines if line and not line.startswith(NOT_TOLD)]
    what = " ".join(told[:1]).partition(" Please install")[0].rstrip(".")
    place = where([key])
    return ConfigurationError(f"{place}: entry {key!r}: {what}." if place else f"catalog: {what}.")
