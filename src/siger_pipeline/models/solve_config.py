"""Hyperparameters of models whose weights are a dense matrix between items, as EASE's."""

from pydantic import Field

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.config import ModelConfig

MIB = 2**20


class SolveConfig(ModelConfig):
    """The bound on that matrix, which is inverted in place."""

    solve_mib: float = Field(
        4096.0,
        gt=0,
        description="bound on the matrix of items that is inverted, MiB",
        json_schema_extra={"names": False},
    )

    def check_size(self, name: str, n_items: int) -> None:
        """Refuse a catalogue whose matrix would exceed the bound."""
        if mebibytes(n_items) > self.solve_mib:
            raise ParameterError(
                f"{name} needs {size_of_solve(n_items)}, and {name}.solve_mib allows "
                f"{self.solve_mib:,g} MiB: raise it where there is the room, or take a model "
                "without such a matrix, such as itemknn"
            )


def size_of_solve(n_items: int) -> str:
    """How large the matrix is, in words."""
    return (
        f"a matrix of {n_items:,} × {n_items:,} items, {mebibytes(n_items):,.1f} MiB in memory and "
        "in the checkpoint"
    )


def mebibytes(n_items: int) -> float:
    """Memory of one I × I matrix of float32, MiB."""
    return n_items**2 * 4 / MIB
