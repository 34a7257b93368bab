"""The HTTP application around a recommender."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic_core import to_json

from siger_pipeline import __version__
from siger_pipeline.errors import UserError
from siger_pipeline.service import limits
from siger_pipeline.service.answers import (
    Answer,
    of_new_items,
    of_new_users,
    recommended,
    similar,
)
from siger_pipeline.service.body import BodyLimit
from siger_pipeline.service.current import Current
from siger_pipeline.service.messages import (
    By,
    Exclude,
    Fault,
    Health,
    Id,
    K,
    NewItemsAnswer,
    NewItemsAsked,
    NewUsersAnswer,
    NewUsersAsked,
    RecommendAsked,
    Recommended,
    Similar,
    SimilarAsked,
)
from siger_pipeline.service.turns import BusyError, Turns
from siger_pipeline.serving.ids import UnknownIdsError

INLINE = 8  # ids that are answered sooner than a thread would have begun
FAULTS: dict[int | str, dict[str, Any]] = {
    404: {"model": Fault, "description": "Not one of the ids is known."},
    413: {"model": Fault, "description": "The body is too long."},
    422: {"model": Fault, "description": "A field is wrong; the sentence says which."},
    503: {"model": Fault, "description": "Too many requests wait: try again in a second."},
}


class Endpoints:
    """What is answered at each address, by the recommender that is current when it is asked."""

    def __init__(self, current: Current) -> None:
        """Take what holds the recommender."""
        self.current = current
        self._batches, self._newcomers = Turns(limits.WAITING), Turns(limits.WAITING)

    async def recommend_one(
        self,
        user: Annotated[Id, Query(examples=["A00YVK7DREN"])],
        k: Annotated[K, Query()] = 10,
        exclude: Annotated[Exclude, Query()] = "seen",
    ) -> Response:
        """The best items of a user."""
        return await self.recommend(RecommendAsked(users=[user], k=k, exclude=exclude))

    async def recommend(self, asked: RecommendAsked) -> Response:
        """The best items of each of some users; those that are not known are named."""
        return await self._soon(recommended, asked, len(asked.users))

    async def similar_one(
        self,
        item: Annotated[Id, Query(examples=["B0ZHK1UFL8"])],
        k: Annotated[K, Query()] = 10,
        by: Annotated[By, Query()] = None,
    ) -> Response:
        """The items that are most similar to an item."""
        return await self.similar(SimilarAsked(items=[item], k=k, by=by))

    async def similar(self, asked: SimilarAsked) -> Response:
        """The items that are most similar to each of some items; unknown ones are named."""
        return await self._soon(similar, asked, len(asked.items))

    async def new_user(self, asked: NewUsersAsked) -> Response:
        """The best items of users whom the model was not trained with; nothing is kept of them."""
        return _json(await self._newcomers.take(of_new_users, self.current.loaded, asked))

    async def new_item(self, asked: NewItemsAsked) -> Response:
        """What is like items that the model was not trained with; nothing is kept of them."""
        return _json(await self._newcomers.take(of_new_items, self.current.loaded, asked))

    async def health(self) -> Response:
        """What answers: version, model and counts."""
        loaded, refused = self.current.loaded, self.current.refused
        inputs = loaded.fitted.parts.inputs
        about = Health(
            recommender=loaded.name,
            version=__version__,
            model=loaded.fitted.parts.checkpoint["model"],
            users=inputs.n_users,
            items=inputs.n_items,
            interactions=int(inputs.interactions.nnz),
            search=loaded.search,
            refused=refused,
        )
        return _json(about.model_dump())

    async def _soon(self, answer: Callable[..., Answer], asked: Any, ids: int) -> Response:
        """A short answer at once, a long one in its turn."""
        if ids <= INLINE:
            return _json(answer(self.current.loaded, asked))
        return _json(await self._batches.take(answer, self.current.loaded, asked))


def application(current: Current, every: float) -> FastAPI:
    """The application.

    Args:
        current: holds the recommender.
        every: seconds between two looks for a newer version.
    """

    @asynccontextmanager
    async def renewing(_: FastAPI) -> AsyncIterator[None]:
        looking = asyncio.create_task(_renew(current, every))
        yield
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking

    app = FastAPI(title="Recommendations", version=__version__, lifespan=renewing, responses=FAULTS)
    app.add_middleware(BodyLimit, most=limits.BODY)
    app.add_exception_handler(RequestValidationError, _wrong_field)
    app.add_exception_handler(UserError, _mendable)
    app.add_exception_handler(BusyError, _busy)
    _route(app, Endpoints(current))
    return app


def _route(app: FastAPI, ends: Endpoints) -> None:
    routes: list[tuple[str, str, Callable[..., Any], Any]] = [
        ("GET", "/recommend", ends.recommend_one, Recommended),
        ("POST", "/recommend", ends.recommend, Recommended),
        ("GET", "/similar", ends.similar_one, Similar),
        ("POST", "/similar", ends.similar, Similar),
        ("POST", "/new-user", ends.new_user, NewUsersAnswer),
        ("POST", "/new-item", ends.new_item, NewItemsAnswer),
        ("GET", "/health", ends.health, Health),
    ]
    for method, path, endpoint, answer in routes:
        app.add_api_route(path, endpoint, methods=[method], response_model=answer)


async def _renew(current: Current, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        await asyncio.to_thread(current.renew)


def _json(answer: Answer) -> Response:
    """The answer's bytes; it is made of the right fields and need not be looked through again."""
    return Response(to_json(answer), media_type="application/json")


async def _wrong_field(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first, *others = error.errors()
    place = ".".join(map(str, first["loc"][1:])) or first["loc"][0]
    more = f" (and {len(others)} more faults)" if others else ""
    return JSONResponse({"detail": f"{place}: {first['msg']}{more}"}, 422)


async def _mendable(_: Request, error: Exception) -> Response:
    status = 404 if isinstance(error, UnknownIdsError) else 422
    return JSONResponse({"detail": str(error)}, status)


async def _busy(_: Request, __: Exception) -> Response:
    detail = "too many requests wait for such an answer: try again in a second"
    return JSONResponse({"detail": detail}, 503, headers={"Retry-After": "1"})
