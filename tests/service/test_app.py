"""What is answered, and what is refused with one sentence."""

import asyncio
import json
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from siger_pipeline.errors import InputError
from siger_pipeline.service import limits
from siger_pipeline.service.answers import Loaded, of_new_items
from siger_pipeline.service.app import INLINE
from siger_pipeline.service.current import Current
from siger_pipeline.service.messages import NewItemsAsked
from siger_pipeline.service.turns import BusyError, Turns
from siger_pipeline.serving import FittedRecommender

WIDE = 100  # users of a batch, of whom there are 30


def good(client: TestClient, path: str, body: Any) -> dict[str, Any]:
    done = client.post(path, json=body)
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


def refused(client: TestClient, path: str, body: Any, status: int = 422) -> str:
    done = client.post(path, json=body)
    assert done.status_code == status, done.text
    assert list(done.json()) == ["detail"]
    detail: str = done.json()["detail"]
    assert "\n" not in detail
    return detail


def test_one_user_gets_what_the_recommender_says(
    client: TestClient, siger: FittedRecommender
) -> None:
    answer = client.get("/recommend", params={"user": "007", "k": 3}).json()
    table = siger.recommend(["007"], 3)
    (of_user,) = answer["lists"]
    assert of_user["user"] == "007"
    assert [each["item"] for each in of_user["items"]] == table["item"].tolist()
    assert [np.float32(each["score"]) for each in of_user["items"]] == table["score"].tolist()
    assert answer["unknown"] == []


@pytest.mark.parametrize("exclude", ["seen", "none"])
def test_a_batch_is_the_lists_of_its_users_and_names_those_it_does_not_know(
    client: TestClient, siger: FittedRecommender, exclude: str
) -> None:
    users = [f"{n:03}" for n in reversed(range(WIDE))]
    answer = good(client, "/recommend", {"users": users, "k": 4, "exclude": exclude})
    assert len(users) > INLINE
    assert answer["unknown"] == users[: WIDE - 30]
    assert [each["user"] for each in answer["lists"]] == users[WIDE - 30 :]
    table = siger.recommend(users[WIDE - 30 :], 4, exclude)  # type: ignore[arg-type]
    flat = [item["item"] for each in answer["lists"] for item in each["items"]]
    assert flat == table["item"].tolist()


def test_titles_come_along_and_a_missing_one_is_null(client: TestClient) -> None:
    body = {"users": ["001"], "k": 40, "exclude": "none"}
    (of_user,) = good(client, "/recommend", body)["lists"]
    titles = {each["item"]: each["title"] for each in of_user["items"]}
    assert titles["i01"] == "Corkle & Finch"
    assert titles["i00"] is None


@pytest.mark.parametrize("by", [None, "cooccurrence", "content:text"])
def test_similar_items(client: TestClient, siger: FittedRecommender, by: str | None) -> None:
    answer = good(client, "/similar", {"items": ["i05", "nothing", "i03"], "k": 3, "by": by})
    table = siger.similar(["i05", "i03"], 3, by)
    assert [each["item"] for each in answer["lists"]] == ["i05", "i03"]
    flat = [item["item"] for each in answer["lists"] for item in each["similar"]]
    assert flat == table["similar"].tolist()
    assert answer["unknown"] == ["nothing"]
    one = client.get("/similar", params={"item": "i05", "k": 3, **({"by": by} if by else {})})
    (of_item,) = one.json()["lists"]
    assert [each["item"] for each in of_item["similar"]] == flat[:3]


def test_new_users_get_what_folding_them_in_gives(
    client: TestClient, siger: FittedRecommender
) -> None:
    users = [
        {"user": "a", "history": ["i01", "i02", "nothing"]},
        {"user": "b", "history": ["nothing"]},
        {"user": "003", "history": ["i01"]},
    ]
    answer = good(client, "/new-user", {"users": users, "k": 5})
    table = siger.with_newcomers({"a": ["i01", "i02"]}).recommend(["a"], 5)
    (of_user,) = answer["lists"]
    assert (of_user["user"], len(of_user["items"])) == ("a", 5)
    assert [each["item"] for each in of_user["items"]] == table["item"].tolist()
    assert answer["unknown"]["a"] == ["nothing"]
    assert "nobody knows an item" in answer["left_out"]["b"]
    assert "knows the user already" in answer["left_out"]["003"]
    assert client.get("/recommend", params={"user": "a"}).status_code == 404  # nothing is kept


def _vectors(fitted: FittedRecommender) -> dict[str, list[float]]:
    """A vector of each modality that the model reads."""
    matrices = fitted.parts.inputs.matrices
    widths = {str(each.modality): m.shape[1] for each, m in matrices.items() if each.modality}
    return {modality: [0.5] * width for modality, width in widths.items()}


def test_new_items_are_placed_by_their_vectors(
    client: TestClient, siger: FittedRecommender
) -> None:
    vectors = _vectors(siger)
    items = [
        {"item": "x", "texts": {"title": "A thing"}, "features": vectors},
        {"item": "y"},
    ]
    answer = good(client, "/new-item", {"items": items, "k": 4})
    (of_item,) = answer["lists"]
    rows = {name: np.float32([vector]) for name, vector in vectors.items()}
    grown = siger.with_newcomers(items=pd.DataFrame({"item": ["x"]}), features=rows)
    assert [each["item"] for each in of_item["similar"]] == grown.similar(["x"], 4)[
        "similar"
    ].tolist()
    assert grown.parts.embeddings is not None
    of_users, of_items = grown.parts.embeddings
    best = sorted(range(30), key=lambda user: -float(of_users[user] @ of_items[-1]))[:4]
    assert [each["user"] for each in of_item["users"]] == [f"{user:03}" for user in best]
    assert "no features" in answer["left_out"]["y"]


def test_a_model_without_embeddings_names_no_users_of_a_new_item(
    siger: FittedRecommender,
) -> None:
    loaded = Loaded(FittedRecommender(replace(siger.parts, embeddings=None)), "name")
    items = [{"item": "x", "features": _vectors(siger)}]
    (of_item,) = of_new_items(loaded, NewItemsAsked.model_validate({"items": items}))["lists"]
    assert of_item["users"] is None


def test_health_says_what_answers(client: TestClient) -> None:
    about = client.get("/health").json()
    assert {key: about[key] for key in ("model", "users", "items", "refused")} == {
        "model": "siger",
        "users": 30,
        "items": 40,
        "refused": None,
    }
    assert about["recommender"] == good(client, "/recommend", {"users": ["001"]})["recommender"]


def test_the_openapi_page_has_every_address_with_its_answer(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/recommend", "/similar", "/new-user", "/new-item", "/health"}
    for methods in paths.values():
        for about in methods.values():
            assert "$ref" in about["responses"]["200"]["content"]["application/json"]["schema"]
    assert client.get("/docs").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/recommend", {"users": []}, "users: "),
        ("/recommend", {"users": ["1"] * (limits.IDS + 1)}, "at most 1000 items"),
        ("/recommend", {"users": ["001"], "k": limits.K + 1}, "k: .* 100"),
        ("/recommend", {"users": ["001"], "k": 0}, "k: "),
        ("/recommend", {"users": [1]}, "users.0: .*string"),
        ("/recommend", {"users": ["001"], "exclude": "bought"}, "exclude: "),
        ("/recommend", {"users": ["001"], "K": 3}, "K: Extra inputs"),
        ("/recommend", {"users": ["x" * (limits.TEXT + 1)]}, "at most 10000 characters"),
        ("/recommend", ["001"], "body: "),
        ("/similar", {"items": ["i01"], "by": "colour"}, "compared by 'colour'.*cooccurrence"),
        ("/new-user", {"users": [{"user": "a", "history": []}]}, "history: "),
        ("/new-user", {"users": [{"user": "a", "history": ["i"] * 1001}]}, "at most 1000"),
        ("/new-user", {"users": [{"user": "a", "history": ["?"]}]}, "no newcomer can be placed"),
        ("/new-user", {"users": [{"user": "a", "history": ["i01"]}] * 2}, "stands twice"),
        ("/new-user", {"users": [{"user": "a", "history": ["i01"]}] * 101}, "at most 100"),
        ("/new-item", {"items": [{"item": "x", "features": {"text": [1]}}]}, "have shape"),
        ("/new-item", {"items": [{"item": "x", "features": {"smell": [1]}}]}, "smell"),
        (
            "/new-item",
            {"items": [{"item": n, "features": {"text": [1] * len(n)}} for n in ("x", "yy")]},
            "not of one width",
        ),
    ],
)
def test_a_bad_request_is_refused_with_one_sentence(
    client: TestClient, path: str, body: Any, words: str
) -> None:
    assert re.search(words, refused(client, path, body))


def test_nobody_known_is_not_found(client: TestClient) -> None:
    assert "'7'" in refused(client, "/recommend", {"users": ["7"]}, 404)
    assert "'../seen.npz'" in refused(client, "/similar", {"items": ["../seen.npz"]}, 404)
    assert client.get("/recommend", params={"user": "7"}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"users": ["\\ud800"]}',
        b'{"users": ["001"], "k": 1e999}',
        b'{"users": ["001"], "k": NaN}',
        b'{"items": [{"item": "x", "features": {"text": [NaN]}}]}',
    ],
)
def test_what_is_no_json_or_no_number_or_no_text_is_a_fault_of_the_request(
    client: TestClient, body: bytes
) -> None:
    for path in ("/recommend", "/new-item"):
        done = client.post(path, content=body, headers={"content-type": "application/json"})
        assert done.status_code in (400, 422)
        assert isinstance(done.json()["detail"], str)


def test_a_long_body_is_refused_by_its_header_and_by_its_bytes(client: TestClient) -> None:
    long = json.dumps({"users": ["x" * limits.BODY]}).encode()
    for content in (long, (long[n : n + 2**20] for n in range(0, len(long), 2**20))):
        done = client.post("/recommend", content=content)
        assert done.status_code == 413
        assert "8,388,608 bytes" in done.json()["detail"]


def test_who_waits_in_vain_is_told_at_once() -> None:
    """One piece of work at a time, in the order of asking, and no more than so many."""
    going, order = threading.Event(), []

    def work(n: int) -> int:
        going.wait(10)
        order.append(n)
        return n

    async def asked() -> list[Any]:
        turns = Turns(3)
        waiting = [asyncio.create_task(turns.take(work, n)) for n in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await turns.take(work, 3)
        going.set()
        done = await asyncio.gather(*waiting)
        return [*done, await turns.take(work, 4)]

    assert asyncio.run(asked()) == [0, 1, 2, 4] == order


def test_busy_is_503(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: Any) -> None:
        raise BusyError

    monkeypatch.setattr(Turns, "take", full)
    done = client.post("/new-user", json={"users": [{"user": "a", "history": ["i01"]}]})
    assert (done.status_code, done.headers["retry-after"]) == (503, "1")


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a recommender's folder"):
        Current(tmp_path)
