"""What is asked and what is answered, as JSON: field by field for the OpenAPI page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from siger_pipeline.service import limits

Id = Annotated[str, Field(max_length=limits.TEXT)]
Text = Annotated[str, Field(max_length=limits.TEXT)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=limits.IDS)]
K = Annotated[int, Field(ge=1, le=limits.K, description="Length of a list.")]
Exclude = Annotated[
    Literal["seen", "none"],
    Field(description="What is left out: what the user has already, or nothing."),
]
By = Annotated[
    str | None,
    Field(
        max_length=limits.TEXT,
        description="embedding, content:<modality>, graph:<name> or cooccurrence; left out: "
        "embedding, of a model without embeddings cooccurrence.",
    ),
]
Number = Annotated[float, Field(allow_inf_nan=False)]
Vector = Annotated[list[Number], Field(min_length=1, max_length=limits.DIMENSIONS)]


class _Asked(BaseModel):
    """A body; a field that it does not know is refused, since it would change nothing."""

    model_config = ConfigDict(extra="forbid")


class RecommendAsked(_Asked):
    """Users who want recommendations."""

    users: Ids = Field(examples=[["A00YVK7DREN", "A03VE4NOBRN"]])
    k: K = 10
    exclude: Exclude = "seen"


class SimilarAsked(_Asked):
    """Items whose like is wanted."""

    items: Ids = Field(examples=[["B0ZHK1UFL8"]])
    k: K = 10
    by: By = None


class NewUser(_Asked):
    """A user whom the model was not trained with."""

    user: Id = Field(examples=["new-1"])
    history: list[Id] = Field(
        min_length=1, max_length=limits.HISTORY, examples=[["B0ZHK1UFL8", "B020DDZ552"]]
    )


class NewUsersAsked(_Asked):
    """New users who want recommendations."""

    users: list[NewUser] = Field(min_length=1, max_length=limits.NEWCOMERS)
    k: K = 10


class NewItem(_Asked):
    """An item that the model was not trained with: by texts, by vectors, or by both."""

    item: Id = Field(examples=["new-item-1"])
    texts: dict[Id, Text] = Field(
        default_factory=dict,
        max_length=20,
        description="Columns of the items' table, such as title, brand and description.",
        examples=[{"title": "Quiet twine tin, large"}],
    )
    features: dict[Id, Vector] = Field(
        default_factory=dict,
        max_length=20,
        description="Modality: a vector as wide as those that the model was trained with.",
        examples=[{}],
    )


class NewItemsAsked(_Asked):
    """New items, and how long the lists of similar items and of users are."""

    items: list[NewItem] = Field(min_length=1, max_length=limits.NEWCOMERS)
    k: K = 10
    by: By = None


class ScoredItem(BaseModel):
    """An item of a list."""

    item: str
    title: str | None
    score: float


class ScoredUser(BaseModel):
    """A user of a list."""

    user: str
    score: float


class ListOfUser(BaseModel):
    """The best items of a user, best first."""

    user: str
    items: list[ScoredItem]


class ListOfItem(BaseModel):
    """The items that are most similar to an item, best first."""

    item: str
    similar: list[ScoredItem]


class ListsOfNewItem(ListOfItem):
    """Also the known users who score the item highest; null of a model without embeddings."""

    users: list[ScoredUser] | None


class _Answer(BaseModel):
    recommender: str = Field(description="The version of the folder that answered.")


class Recommended(_Answer):
    """Lists in the order of the question."""

    lists: list[ListOfUser]
    unknown: list[str] = Field(description="Users that the recommender does not know.")
    without_history: list[str] = Field(
        description="Users of whom the model has learned nothing: their lists say nothing of them."
    )


class Similar(_Answer):
    """Lists in the order of the question."""

    lists: list[ListOfItem]
    unknown: list[str] = Field(description="Items that the recommender does not know.")


class NewUsersAnswer(_Answer):
    """Lists in the order of the question."""

    lists: list[ListOfUser]
    unknown: dict[str, list[str]] = Field(
        description="New user: items of the history that nobody knows; the others count."
    )
    left_out: dict[str, str] = Field(description="New user who could not be placed: why.")


class NewItemsAnswer(_Answer):
    """Lists in the order of the question."""

    lists: list[ListsOfNewItem]
    left_out: dict[str, str] = Field(description="New item that could not be placed: why.")


class Health(_Answer):
    """What answers."""

    version: str = Field(description="Of the program.")
    model: str
    users: int
    items: int
    interactions: int
    search: str = Field(description="How items are sought: exact, or by an index of what recall.")
    refused: str | None = Field(
        description="Why a newer version of the folder does not answer, where there is one."
    )


class Fault(BaseModel):
    """Why a request is not answered."""

    detail: str
