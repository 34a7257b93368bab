"""What all tests share."""

import torch
from hypothesis import settings

# The matrices of tests are small: a second thread costs more than it gives.
torch.set_num_threads(1)
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")
