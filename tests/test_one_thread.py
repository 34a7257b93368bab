"""What a test changes of the process's threads does not reach the next one."""

import pytest
import torch


@pytest.mark.parametrize("number", [2, 3])
def test_each_test_begins_with_one_thread(number: int) -> None:
    assert torch.get_num_threads() == 1
    torch.set_num_threads(number)
