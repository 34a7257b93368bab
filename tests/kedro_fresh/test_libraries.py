"""Versions of libraries, as the standard library finds them by its slower way."""

import platform
from importlib import metadata

from kedro_fresh.libraries import changes, versions

MODULES = ("sklearn.decomposition", "PIL.Image", "yaml", "numpy", "kedro.io", "pydantic", "attr")


def test_the_distributions_behind_modules_are_those_of_the_standard_library() -> None:
    known = metadata.packages_distributions()
    names = {name for module in MODULES for name in known[module.partition(".")[0]]}
    assert len(names) >= len(MODULES)
    wanted = {"Python": platform.python_version()}
    wanted |= {name: metadata.version(name) for name in sorted(names)}
    assert list(versions([*MODULES, "os.path", "no_such_package"]).items()) == [*wanted.items()]


def test_changes_name_both_versions() -> None:
    now = metadata.version("numpy")
    recorded = {"numpy": "1.0", "pandas": metadata.version("pandas"), "no-such-package": "3"}
    assert changes(recorded) == [f"numpy 1.0 → {now}", "no-such-package 3 → none"]
