"""What the tests of a resume compare with."""

import pytest

from training.resuming import contents, fresh, train_until


@pytest.fixture(scope="session")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The outputs of the scripted training."""
    folder = tmp_path_factory.mktemp("unbroken")
    train_until(fresh().epochs(), folder)
    return contents(folder)
