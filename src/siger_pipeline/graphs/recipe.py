"""What a graph recipe is: its parameters, what it reads, and the function that builds it.

A recipe is a module of `graphs/recipes`, or of another package, with

- `Config`, its parameters: a `RecipeConfig`;
- `build(config, inputs)`, the graph: CSR, float32. What is heavy is imported within it, since
  recipes are looked at before a run begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict

from siger_pipeline.requests import Request

if TYPE_CHECKING:
    import numpy as np
    from scipy import sparse


class RecipeConfig(BaseModel):
    """Base of a recipe's parameters.

    Attributes:
        reads_interactions: whether the graph is made of the training interactions.
        is_memory_bounded: whether `graphs.block_mib` bounds its memory.
        joins_items: whether rows and columns are items; else rows are users.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    reads_interactions: ClassVar[bool] = False
    is_memory_bounded: ClassVar[bool] = False
    joins_items: ClassVar[bool] = True

    def requests(self) -> tuple[Request, ...]:
        """The features and the other graphs that the graph is made of."""
        return ()


class Features(NamedTuple):
    """Features of a modality, [I, d_m], and True for each item that has none, [I]."""

    matrix: np.ndarray
    missing: np.ndarray


@dataclass(frozen=True)
class GraphInputs:
    """What a graph is built from: what its `Config` names, and nothing else.

    Attributes:
        interactions: R, training interactions, CSR [U, I].
        features: by request.
        graphs: by request.
        block_mib: bound on the memory of intermediate results, MiB.
    """

    interactions: sparse.csr_matrix | None = None
    features: Mapping[Request, Features] = field(default_factory=dict)
    graphs: Mapping[Request, sparse.csr_matrix] = field(default_factory=dict)
    block_mib: float = 128.0
