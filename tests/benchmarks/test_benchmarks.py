"""The commands: their rows, their refusals, and their made-up data."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import sparse

from benchmarks import command, gpu, mmrec, models, scale, speed, zipf
from benchmarks.data import read_world, write_world
from benchmarks.harness import Job, Measured, RefusalError
from benchmarks.jobs import NEVER, train_config
from benchmarks.sources import raw_folder, require_mmrec, with_features
from contracts.world import small_world, withheld
from siger_pipeline.data.schema import Split
from siger_pipeline.plugins import RECOMMENDERS, own_names
from siger_pipeline.requests import features, graph


def test_made_up_interactions_are_as_many_as_asked_all_different_and_the_same_twice() -> None:
    one, two = zipf.interactions(10_000, 7), zipf.interactions(10_000, 7)
    together = sum(one.values())
    assert together.nnz == sum(matrix.nnz for matrix in one.values()) == 10_000
    assert set(together.data) == {1.0}
    assert all((one[split] != two[split]).nnz == 0 for split in Split)
    assert (zipf.interactions(10_000, 8)[Split.TRAIN] != one[Split.TRAIN]).nnz > 0


def test_made_up_users_and_items_all_train_and_few_have_most() -> None:
    train = zipf.interactions(100_000, 7)[Split.TRAIN]
    assert train.shape == zipf.sizes(100_000) == (10_000, 1000)
    users, items = np.diff(train.indptr), np.diff(train.tocsc().indptr)
    assert (users.min(), items.min()) >= (1, 1)
    assert np.sort(items)[-200:].sum() > 0.35 * items.sum()
    assert train.nnz == pytest.approx(80_000, rel=0.1)


def test_a_world_comes_back_features_mapped(tmp_path: Path) -> None:
    inputs = small_world()
    raw = {modality: inputs[features(modality)] for modality in inputs.modalities}
    write_world(tmp_path / "world", withheld(inputs.interactions), raw)
    prepared = Job("", "benchmarks.data:prepare_model", {"world": "world", "model": "siger"})
    next(prepared.start(tmp_path))
    world = read_world(tmp_path / "world", "siger")
    assert world.inputs.modalities == ("image", "text")
    assert isinstance(world.inputs[features("image")], np.memmap)
    assert (world.inputs.interactions != inputs.interactions).nnz == 0
    neighbours = graph("knn", modality="text", k=10)
    assert (world.inputs[neighbours] != inputs[neighbours]).nnz == 0


def test_missing_data_end_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SIGER_DATA", raising=False)
    assert speed.main(["--out", str(tmp_path)]) == 2
    assert "SIGER_DATA is not set" in capsys.readouterr().err
    monkeypatch.setenv("SIGER_DATA", str(tmp_path))
    with pytest.raises(RefusalError, match=r"SIGER_DATA has no baby/baby\.inter"):
        raw_folder("baby")
    with pytest.raises(RefusalError, match="a checkout of"):
        require_mmrec(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_ends_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gpu.main(["--out", str(tmp_path)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert "PyTorch sees no CUDA device" in output.err


def test_calls_are_counted_by_kind_and_kernels_shown_longest_first() -> None:
    events = [
        ("cudaStreamSynchronize", 33, 0.0),
        ("Memcpy DtoH (Device -> Pageable)", 15, 1.0),
        ("Memcpy DtoH (Device -> Pinned)", 5, 2.0),
        ("Memcpy HtoD (Pageable -> Device)", 99, 0.0),
        ("large", 60, 9000.0),
    ]
    waits = {kind: gpu.calls(events, kind) for kind in gpu.WAITS}
    assert list(waits.values()) == [33, 0, 0, 20]
    kernels = gpu.longest(events, 30)
    assert [name for name, _, _ in kernels] == ["large", *(events[n][0] for n in (2, 1))]
    assert kernels[0] == ("large", 0.3, 2.0)
    text = gpu.shown({"gpu": "a GPU", "kernels": kernels, "waits": waits})
    assert text.splitlines()[3].split() == ["large", "0.300", "2.0"]
    assert "cudaStreamSynchronize 33, Memcpy DtoH 20 (aim none: not met)" in text
    nothing = gpu.shown({"gpu": "a GPU", "kernels": kernels, "waits": dict.fromkeys(waits, 0)})
    assert "none (aim none: met)" in nothing


def own(**notes: object) -> Measured:
    return Measured("ours", [2.0], [], 1.0, 2, 90.0, 60.0, 70.0, dict(notes))


def test_a_case_has_its_alternatives_and_its_memory() -> None:
    by_name = {one.name: one for one in speed.CASES}
    graphs, epoch = by_name["graphs_sports"], by_name["siger_epoch"]
    assert [job.label for job in epoch.alternatives(None)] == ["plain siger"]
    beside = [job.label for job in epoch.alternatives(Path("there"))]
    assert beside == ["plain siger", "MMRec MGCN", "MMRec FREEDOM"]
    _, memory = epoch.rows(own(), [])
    assert (memory.value, memory.aim, memory.verdict) == (90.0, 700.0, "met")
    _, block = graphs.rows(own(block_mib=300.0), [])
    assert (block.value, block.verdict) == (300.0, "not met")
    assert len(by_name["evaluation"].rows(own(), [])) == 1


def test_finished_rows_stay_where_a_later_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    jobs = "small_jobs"
    cases = [
        command.Case("good", "good", Job("good", f"{jobs}:counting", {"letter": "a", "step": 1.0})),
        command.Case("bad", "bad", Job("bad", f"{jobs}:failing")),
    ]
    options = command.parser().parse_args(["--repeat", "1", "--out", str(tmp_path)])
    with pytest.raises(RuntimeError, match="bad failed"):
        command.run_cases("some", cases, options, [])
    rows = json.loads((tmp_path / "some.json").read_text())["rows"]
    assert [row["name"] for row in rows] == ["good"]


def test_every_row_has_its_own_name_and_the_aims_are_these() -> None:
    names = [one.name for one in speed.CASES]
    assert len(set(names)) == len(names)
    aims = sorted(one.aim for one in speed.CASES if one.aim is not None)
    assert aims == [0.5, 1.2, 1.5, 3.0, 4.0, 6.0, 9.0, 13.0]


def test_every_model_is_measured_and_each_peer_has_its_settings() -> None:
    names = {case.name for case in models.CASES}
    assert names == {f"{m}{width}" for m in own_names(RECOMMENDERS) for width in ("", "_128")}
    assert set(models.PEERS.values()) == set(mmrec.CHOSEN) >= set(mmrec.FIRST_STEPS)
    jobs = {case.name: case.job.function for case in models.CASES}
    assert jobs["vbpr"] == "benchmarks.jobs:epochs"
    assert jobs["ease"] == "benchmarks.jobs:fits"


def test_the_aims_of_a_model_are_relative_to_its_peer() -> None:
    case = next(case for case in models.CASES if case.name == "lightgcn")
    mine = own(seconds_validation=0.5)
    peer = replace(own(seconds_validation=2.0), label="MMRec LightGCN", samples=[21.0])
    epoch, memory, evaluation = case.rows(mine, [peer])
    assert (epoch.value, epoch.aim, epoch.verdict) == (2.0, 3.0, "met")
    assert (memory.aim, memory.verdict) == (1024.0, "met")
    assert (evaluation.value, evaluation.aim, evaluation.verdict) == (0.5, 0.4, "not met")
    assert evaluation.ratios() == {"MMRec LightGCN": 4.0}
    assert [row.aim for row in case.rows(mine, [])] == [None, 1024.0, None]


def test_a_model_is_timed_with_its_published_settings_but_for_the_stop() -> None:
    config = train_config("miggt", learning_rate=0.5)
    assert (config.batch_size, config.decay, config.learning_rate) == (8000, 0.99, 0.5)
    assert (config.evaluate_every, config.max_epochs) == (1, NEVER)


def test_the_first_batches_leave_a_loader_at_its_start() -> None:
    class Loader:
        pr = inter_pr = 0

        def __iter__(self) -> "Loader":
            return self

        def __next__(self) -> int:
            self.pr += 1
            return self.pr

    loader = Loader()
    assert list(mmrec.first(loader, 3)) == list(mmrec.first(loader, 3)) == [1, 2, 3]


def test_neighbours_of_an_item_are_others_with_their_weights() -> None:
    weights = sparse.csr_matrix(np.array([[1.0, 0.5, 0], [0, 1, 0], [0.25, 0.75, 1]]))
    expected = {0: [[1], [0.5]], 1: [[], []], 2: [[0, 1], [0.25, 0.75]]}
    assert mmrec.neighbours_by_item(weights) == expected


def test_every_job_names_a_function_and_json_arguments() -> None:
    growth = [stage.job(n) for n in scale.SIZES for stage in scale.STAGES.values()]
    rows = [*speed.CASES, *models.CASES, *gpu.CASES]
    jobs = [job for row in rows for job in (row.job, *row.alternatives(Path("there")))]
    for job in (*jobs, *growth, *command.WORLDS.values()):
        assert isinstance(job, Job)
        module, _, name = job.function.partition(":")
        assert hasattr(__import__(module, fromlist=[name]), name), job
        assert json.loads(json.dumps(job.arguments)) == job.arguments


def test_another_worlds_features_stand_beside_the_raw_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data/baby/baby.inter", "data/baby/text_feat.npy", "world/image_feat.npy"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setenv("SIGER_DATA", str(tmp_path / "data"))
    folder = with_features(tmp_path / "new", "baby", tmp_path / "world") / "baby"
    assert {path.name for path in folder.iterdir()} == {"baby.inter", "image_feat.npy"}
    assert (folder / "image_feat.npy").read_text() == "world/image_feat.npy"
    # SIGER and MGCN have the same peer.
    assert with_features(tmp_path / "new", "baby", tmp_path / "world") / "baby" == folder
