import numpy as np
import pytest
from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.requests import features, graph

R = sparse.csr_matrix((3, 4), dtype=np.float32)


def test_a_request_gives_its_matrix() -> None:
    inputs = ModelInputs(R, ("text",), {graph("bipartite"): R})
    assert inputs[graph("bipartite")] is R
    assert (inputs.n_users, inputs.n_items) == (3, 4)


def test_what_was_not_requested_is_refused() -> None:
    inputs = ModelInputs(R, ("text",), {graph("bipartite"): R})
    with pytest.raises(
        ParameterError, match="reads features-text, and the requests of its Config name bipartite:"
    ):
        inputs[features("text")]
    with pytest.raises(ParameterError, match="name nothing: add bipartite"):
        ModelInputs(R)[graph("bipartite")]
