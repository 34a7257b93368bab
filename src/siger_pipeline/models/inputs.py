"""What a model is built from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.requests import Request


@dataclass(frozen=True)
class ModelInputs:
    """The training interactions, and the matrices that the model's `Config.requests` names.

    `inputs[request]` is a graph, CSR, or the features of a modality, [I, d_m].

    Attributes:
        interactions: R, training interactions only, CSR [U, I].
        modalities: those that the model reads, features or graphs of them.
        matrices: by request.
    """

    interactions: sparse.csr_matrix
    modalities: tuple[str, ...] = ()
    matrices: Mapping[Request, Any] = field(default_factory=dict)

    def __getitem__(self, request: Request) -> Any:
        """The matrix of a request.

        Raises:
            ParameterError: the model's `Config` did not request it.
        """
        if request not in self.matrices:
            requested = ", ".join(each.name for each in self.matrices) or "nothing"
            raise ParameterError(
                f"the model reads {request.name}, and the requests of its Config name {requested}: "
                f"add {request.name} to them"
            )
        return self.matrices[request]

    @property
    def n_users(self) -> int:
        """U."""
        return int(self.interactions.shape[0])

    @property
    def n_items(self) -> int:
        """I."""
        return int(self.interactions.shape[1])
