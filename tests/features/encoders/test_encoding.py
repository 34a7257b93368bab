"""Vectors of many contents: order, batches, what is kept, and runs that are killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from features.encoders.fake import TEXTS, Fake, contents, mark
from siger_pipeline.datasets.vector_store import VectorStore
from siger_pipeline.errors import InputError
from siger_pipeline.features.encoders import encoding
from siger_pipeline.features.encoders.encoder import Encoder
from siger_pipeline.features.encoders.encoding import encoded

KILLED = """
import os, signal, sys
from pathlib import Path

from features.encoders.fake import TEXTS, Fake, contents, mark
from siger_pipeline.datasets.vector_store import VectorStore
from siger_pipeline.features.encoders.encoding import encoded

fake = Fake()
plain = fake.encode

def encode(texts):
    if len(fake.batches) == 40:
        os.kill(os.getpid(), signal.SIGKILL)
    return plain(texts)

fake.encoder = fake.encoder.__class__(**{**vars(fake.encoder), "encode": encode})
order = [mark(text) for text in TEXTS]
encoded(contents(TEXTS), order, fake.encoder, VectorStore(Path(sys.argv[1])), print)
"""


def all_of(fake: Fake, folder: Path, texts: list[str] = TEXTS) -> np.ndarray:
    order = [mark(text) for text in texts]
    vectors, _ = encoded(contents(texts), order, fake.encoder, VectorStore(folder), list)
    return vectors


def test_rows_are_in_the_order_of_the_items_and_equal_contents_are_encoded_once(
    tmp_path: Path,
) -> None:
    fake = Fake()
    order = [mark("b 2"), None, mark(f"a {'x' * 40} 1"), mark("b 2")]
    given = contents(["b 2", f"a {'x' * 40} 1"])
    vectors, cut = encoded(given, order, fake.encoder, VectorStore(tmp_path), list)
    assert vectors[:, :2].tolist() == [[3, 2], [0, 0], [44, 1], [3, 2]]
    assert vectors.dtype == np.float32 and not vectors[1].any()
    assert cut.tolist() == [False, False, True, False]
    assert sum(map(len, fake.batches)) == 2


def test_batches_are_of_similar_lengths(tmp_path: Path) -> None:
    fake = Fake()
    all_of(fake, tmp_path)
    lengths = [len(text) for batch in fake.batches for text in batch]
    assert lengths == sorted(map(len, TEXTS), reverse=True)
    assert {len(batch) for batch in fake.batches} == {2}


def test_the_size_of_batches_changes_rounding_alone(tmp_path: Path) -> None:
    few, many = (all_of(Fake(batch_size=size), tmp_path / str(size)) for size in (2, 7))
    np.testing.assert_allclose(few, many, rtol=1e-4)


def test_nothing_is_encoded_again_and_ten_new_ones_are_ten(tmp_path: Path) -> None:
    first = all_of(Fake(), tmp_path, TEXTS[:-10])
    assert np.array_equal(all_of(again := Fake(), tmp_path, TEXTS[:-10]), first)
    assert again.batches == []
    whole = all_of(more := Fake(), tmp_path)
    assert sorted(text for batch in more.batches for text in batch) == sorted(TEXTS[-10:])
    assert np.array_equal(whole[:-10], first)


def test_another_precision_is_another_encoder(tmp_path: Path) -> None:
    all_of(Fake(), tmp_path)
    other = Fake()
    identity = {**other.encoder.identity, "precision": "float32"}
    other.encoder = Encoder(**{**vars(other.encoder), "identity": identity})
    all_of(other, tmp_path)
    assert sum(map(len, other.batches)) == len(TEXTS)


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    command = [sys.executable, "-c", KILLED, str(killed)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    code = subprocess.run(command, env=environment, check=False).returncode
    assert code == -signal.SIGKILL
    rest = all_of(resumed := Fake(), killed)
    whole = all_of(uninterrupted := Fake(), tmp_path / "whole")
    assert rest.tobytes() == whole.tobytes()
    shard = encoding.BATCHES_IN_A_SHARD
    assert resumed.batches == uninterrupted.batches[40 // shard * shard :]
    for run in tmp_path.iterdir():
        assert {path.suffix for path in run.rglob("*") if path.is_file()} == {".json", ".npy"}


def test_a_vector_that_is_not_finite_is_refused_and_not_kept(tmp_path: Path) -> None:
    fake = Fake()
    wrong = np.full((2, 3), np.inf, dtype=np.float32)
    broken = Encoder(**{**vars(fake.encoder), "encode": lambda _: (wrong, np.zeros(2, bool))})
    with pytest.raises(InputError, match=r"^fake gave 2 of 2 vectors .* in float16: "):
        encoded(contents(TEXTS[:2]), [], broken, VectorStore(tmp_path), list)
    assert not list(tmp_path.rglob("*.npy"))


def test_it_says_how_far_it_is(tmp_path: Path) -> None:
    said: list[str] = []
    seconds = iter(range(0, 1000, 2))
    all_of(Fake(), tmp_path, TEXTS[:50])
    fake = Fake()
    order = [mark(text) for text in TEXTS]
    encoded(
        contents(TEXTS),
        order,
        fake.encoder,
        VectorStore(tmp_path),
        said.append,
        lambda: next(seconds),
    )
    assert said[0] == "fake: 100 contents to encode; 50 are kept from earlier"
    assert said[1] == "fake: 10 of 100 encoded, 1.0 a second"
    assert said[-1] == "fake: 100 of 100 encoded, 1.0 a second"
