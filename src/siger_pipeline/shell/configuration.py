"""Reading conf/: a slip in a file is told in a sentence with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from kedro.config import MissingConfigException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.shell.conf_files import READ, conf_files, is_empty, key_in_two
from siger_pipeline.shell.folders import ConfigLoader
from siger_pipeline.shell.interpolations import BUILT_IN, unresolved
from siger_pipeline.shell.unused_globals import unused_globals
from siger_pipeline.shell.yaml_faults import fault, line_of

EACH = "each"


class ProjectConfigLoader(ConfigLoader):
    """Kedro's loader, whose errors name file, line and remedy.

    The files of an environment that is not used are not read.

    Attributes:
        read: the files of each kind, those of the base first.
        each: of `--params each.…`, parameters and values for a study, which are no trial's.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Read globals.yml at once, as Kedro's does."""
        self.read: dict[str, list[Path]] = {}
        self._configured: dict[str, Any] | None = None
        runtime = dict(options.get("runtime_params") or {})
        self.each = runtime.pop(EACH, {})
        options["runtime_params"] = runtime
        super().__init__(*arguments, **options)

    def configured(self) -> dict[str, Any]:
        """The parameters of conf/, without those of `--params`."""
        if self._configured is None:
            self["parameters"]
        assert self._configured is not None
        return self._configured

    def optional(self, kind: str) -> dict[str, Any]:
        """The configuration of a kind that may stand nowhere."""
        try:
            self[kind] = self[kind]  # read once
        except MissingConfigException:
            self[kind] = {}
        return dict(self[kind])

    def where(self, kind: str, keys: Sequence[str]) -> str:
        """`file, line n` of the value that counts for nested keys; empty where it stands nowhere.

        Args:
            kind: of configuration, such as `parameters`.
            keys: the outermost first.
        """
        if kind == "parameters" and _holds(self.runtime_params or {}, keys):
            return "--params"
        for path in reversed(self.read.get(kind, [])):
            if line := line_of(self._bytes(path), keys):
                return f"{self._shown(path)}, line {line}"
        return ""

    def empty_files(self, kind: str) -> list[str]:
        """Files of the base, of a kind, that hold nothing but blanks and comments."""
        base = self._of(self.base_env)
        paths = [path for path in self.read.get(kind, []) if path.is_relative_to(base)]
        return [self._shown(path) for path in paths if is_empty(self._bytes(path))]

    def warnings(self) -> Iterator[str]:
        """What stands in conf/ and does not count, a sentence each."""
        conf, env = Path(self.conf_source), self.env or self.default_run_env
        local = [path for path, counts in conf_files(conf / self.default_run_env) if counts]
        if local and env != self.default_run_env:
            yield (
                f"{', '.join(map(self._shown, local))}: not read, since --env {env} takes the place"
                f" of conf/{self.default_run_env}. Put what {env} should use into conf/{env}"
            )
        for folder in dict.fromkeys((self.base_env, env)):
            for path, counts in conf_files(conf / folder):
                if not path.exists():
                    yield f"{self._shown(path)}: not read, since it is a link to nothing"
                elif not counts:
                    yield f"{self._shown(path)}: not read. Files that are {READ}"
        for name in self.empty_files("parameters"):
            yield f"{name} is empty"
        texts = (self._bytes(path).decode(errors="replace") for path in self._all_read(env))
        for key, advice in unused_globals(map(str, self._globals), texts):
            where = self.where("globals", [key])
            yield f"{where}: nothing reads the global {key!r}; {advice}"

    def _all_read(self, env: str) -> Iterator[Path]:
        for folder in dict.fromkeys((self.base_env, env)):
            found = conf_files(Path(self.conf_source) / folder)
            yield from (path for path, counts in found if counts and path.exists())

    def _of(self, env: str) -> Path:
        return Path(self._get_conf_env_path(env))

    def _read_dir_configs(
        self, conf_path: str, patterns: list[str], key: str, *others: Any
    ) -> dict[Path, DictConfig]:
        """The files of one folder, each as OmegaConf reads it."""
        if not self._fs.isdir(Path(conf_path).as_posix()):
            return self._no_folder(conf_path)
        try:
            found = super()._read_dir_configs(conf_path, patterns, key, *others)
        except OmegaConfBaseException as error:
            raise self._unresolved(key, self._paths(conf_path, patterns), error) from error
        except Exception as error:
            for path in self._paths(conf_path, patterns):
                self._check(path)
            raise ConfigurationError(self._foreign(key, conf_path, patterns, error)) from error
        for path, config in found.items():
            if len(config) == 1 or any(":" in str(each) for each in config):
                self._check(path)  # OmegaConf takes a file that is one word, or `a:b`, for a key
        self.read[key] = list(dict.fromkeys([*self.read.get(key, []), *found]))
        return found

    def _no_folder(self, conf_path: str) -> dict[Path, DictConfig]:
        if not self.env and Path(conf_path).name == self.default_run_env:
            return {}  # nobody asked for it, and nothing stands in it
        raise ConfigurationError(
            f"{self._shown(Path(conf_path))} does not exist. An environment is a folder of conf/, "
            f"and {self.base_env} is always read."
        )

    def _paths(self, conf_path: str, patterns: list[str]) -> list[Path]:
        """The files that Kedro reads."""
        globs = (self._fs.glob(Path(f"{conf_path}/{pattern}").as_posix()) for pattern in patterns)
        names = {name for found in globs for name in found if not self._is_hidden(name)}
        return sorted(path for path in map(Path, names) if self._is_valid_config_path(path))

    def _check(self, path: Path) -> None:
        if problem := fault(self._bytes(path)):
            raise ConfigurationError(f"{self._shown(path)}, {problem}.")

    def _bytes(self, path: Path) -> bytes:
        try:
            content: bytes = self._fs.cat_file(path.as_posix())
        except OSError as error:
            raise ConfigurationError(
                f"{self._shown(path)} cannot be read ({error.strerror or error}). Make it readable,"
                " or remove it."
            ) from error
        return content

    def _foreign(self, key: str, conf_path: str, patterns: list[str], error: Exception) -> str:
        """What Kedro says of files that are well-formed each: a key that stands in two of them."""
        contents = {path: self._bytes(path) for path in self._paths(conf_path, patterns)}
        if (twice := key_in_two(contents, key)) is None:
            return f"{self._shown(Path(conf_path))}: {key} cannot be read: {error}"
        keys, *places = twice
        one, other = (f"{self._shown(path)}, line {line}" for path, line in places)
        return (
            f"{'.'.join(keys)} stands in two files: {one}, and {other}. Keep one of them "
            "(a copy of a file is read as well, whatever follows its name)."
        )

    def _resolve_from_raw_config(self, key: str, *raw: Any) -> dict[str, Any]:
        """One configuration of the files of all folders; `--params` counts above parameters."""
        given = self.runtime_params
        if key == "parameters" and given:
            self.runtime_params = {}
            try:  # merging uses up what it merges
                self._configured = super()._resolve_from_raw_config(key, *deepcopy(raw))
            except ConfigurationError:  # `${runtime_params:…}` without a default
                self._configured = {}
            finally:
                self.runtime_params = given
        resolved: dict[str, Any] = super()._resolve_from_raw_config(key, *raw)
        if key == "parameters" and not given:
            self._configured = resolved
        return resolved

    def _merge_and_resolve(
        self, key: str, config_per_file: dict[Path, DictConfig]
    ) -> dict[str, Any]:
        """One configuration of the files of a folder, `${…}` replaced."""
        try:
            resolved: dict[str, Any] = super()._merge_and_resolve(key, config_per_file)
        except OmegaConfBaseException as error:
            raise self._unresolved(key, config_per_file, error) from error
        except AttributeError:  # Kedro takes every key for a text
            for path in config_per_file:
                self._check(path)
            raise
        return resolved

    def _unresolved(
        self, kind: str, paths: Iterable[Path], error: OmegaConfBaseException
    ) -> ConfigurationError:
        for path in paths:
            self._check(path)
        keys = str(error.full_key or "").split(".")
        lines = ((path, line_of(self._bytes(path), keys)) for path in paths)
        place = next((f"{self._shown(path)}, line {line}" for path, line in lines if line), kind)
        what = str(error).partition("\n")[0].rstrip(".")
        known = sorted(getattr(self, "_globals", {}))  # none while globals.yml itself is read
        resolvers = [*BUILT_IN, *(self._custom_resolvers or {})]
        what = unresolved(what, known, resolvers, f"conf/{self.base_env}/globals.yml")
        told = [place, *filter(None, [".".join(keys)]), what]
        return ConfigurationError(f"{': '.join(told)}.")

    def _shown(self, path: Path) -> str:
        """A path as a person writes it: from the folder that holds conf/."""
        parent = Path(self.conf_source).parent
        return str(path.relative_to(parent)) if path.is_relative_to(parent) else str(path)


def _holds(values: Mapping[str, Any], keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(values, Mapping) or key not in values:
            return False
        values = values[key]
    return True
