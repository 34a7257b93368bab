"""The commands: what they need, what they refuse, and their made-up data."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import case, cases, gpu, gpu_jobs, mmrec, roofline, scale, scale_stages, speed, zipf
from benchmarks.data import World, features_of, read_world, siger, write_world
from benchmarks.floor import Floor, Floors
from benchmarks.harness import Job, Measured, RefusalError
from benchmarks.sources import raw_folder, with_features
from contracts.world import small_world, withheld
from siger_pipeline.data.schema import Split


def test_made_up_interactions_are_as_many_as_asked_all_different_and_the_same_twice() -> None:
    one, two = zipf.interactions(10_000, 7), zipf.interactions(10_000, 7)
    assert sum(matrix.nnz for matrix in one.values()) == 10_000
    together = sum(one.values())
    assert together.nnz == 10_000
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
    write_world(tmp_path / "world", withheld(inputs.interactions), features_of(inputs))
    found = read_world(tmp_path / "world")
    assert found.inputs.modalities == ("image", "text")
    assert isinstance(features_of(found.inputs)["image"], np.memmap)
    assert (found.inputs.interactions != inputs.interactions).nnz == 0
    assert (found.inputs[siger().knn("text")] != inputs[siger().knn("text")]).nnz == 0


def test_without_data_it_says_what_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SIGER_DATA", raising=False)
    assert speed.main(["--out", str(tmp_path)]) == 2
    assert "SIGER_DATA is not set" in capsys.readouterr().err
    monkeypatch.setenv("SIGER_DATA", str(tmp_path))
    with pytest.raises(RefusalError, match=r"SIGER_DATA has no baby/baby\.inter"):
        raw_folder("baby")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match="wanted is a checkout of"):
        mmrec.check(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_ends_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gpu.main(["--out", str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "PyTorch sees no CUDA device" in told.err


def test_waits_of_the_host_are_counted_by_kind_and_by_step() -> None:
    few = gpu_jobs.counted([("cudaStreamSynchronize", 13), ("aten::mm", 50)])
    many = gpu_jobs.counted(
        [
            ("cudaStreamSynchronize", 33),
            ("Memcpy DtoH (Device -> Pageable)", 15),
            ("Memcpy DtoH (Device -> Pinned)", 5),
            ("Memcpy HtoD (Pageable -> Device)", 99),
        ]
    )
    found = gpu_jobs.waits_a_step(few, many, 20)
    assert found["cudaStreamSynchronize"] == 1.0
    assert found["Memcpy DtoH"] == 1.0
    assert "not met" in gpu.waits({"waits": found})
    assert "(aim none: met)" in gpu.waits({"waits": gpu_jobs.waits_a_step(few, few, 20)})


def test_the_kernels_that_take_longest_come_first() -> None:
    events = {"small": (10.0, 5), "large": (9000.0, 60)}
    found = gpu_jobs.kernels_a_step(events, 30)
    assert found == [("large", 0.3, 2.0), ("small", pytest.approx(0.01 / 30), 5 / 30)]
    assert gpu.kernels({"kernels": found}).splitlines()[2].split() == ["large", "0.300", "2.0"]


def test_accuracy_stands_side_by_side() -> None:
    one = {"recall@20": 0.1, "ndcg@20": 0.05, "epochs": 40, "seconds": 9.0}
    told = gpu.accuracy([{"world": "baby", "cuda": one, "cpu": {**one, "recall@20": 0.2}}])
    assert ["0.1000" in told.splitlines()[2], "0.2000" in told.splitlines()[3]] == [True, True]


def test_the_floor_of_a_step_is_its_work_by_the_ceilings() -> None:
    inputs = small_world()
    world = World(withheld(inputs.interactions), inputs)
    step = roofline.step_of(world)
    assert step.projection_flop == 4 * 40 * 64 * (12 + 7)
    users, items = roofline.batch_rows(world, 10**6)
    assert (users, items) == (30, 40)
    assert step.contrast_flop == 6 * 64 * (2 * 40**2 + 2 * (30**2 + 40**2))
    assert step.random_numbers == 2 * 2 * 2 * 40 * 64
    parts = step.floor({"matmul": 2.0, "gather": 4.0, "random": 8.0, "stream": 16.0})
    assert parts["contrasts"] == step.contrast_flop / 2
    assert parts["graph products"] == step.gathered_bytes / 4
    floor = Floor("a step", parts, 5.0)
    assert floor.least == sum(parts.values())
    assert floor.to_json()["measured_seconds"] == 5.0
    told = Floors({"matmul": 2e-9, "gather 40 rows": 4e-9}, [floor]).lines()
    assert told[0] == ["a step", "milliseconds"]
    assert told[-1] == ["ceiling: gather 40 rows", "4e-09 GB/s"]


def test_the_floor_of_the_graphs_is_half_of_all_pairs() -> None:
    inputs = small_world()
    search = roofline.graphs_of(World(withheld(inputs.interactions), inputs))
    assert search.products == 40 * 40 * (12 + 7)
    assert search.exact_bytes == 40 * (12 + 7) * 9 * 4
    floor = search.floor({"matmul": 2.0, "stream": 8.0})
    assert floor["products of all pairs, once"] == search.products / 2


def own(**notes: object) -> Measured:
    return Measured("ours", [2.0], [], 1.0, 2, 90.0, 60.0, 70.0, dict(notes))


def test_a_case_has_its_alternatives_and_its_memory() -> None:
    by_name = {one.name: one for one in cases.CASES}
    graphs, epoch = by_name["graphs_sports"], by_name["siger_epoch"]
    assert graphs.beside(case.Options()) == []
    assert [job.label for job in graphs.beside(case.Options(full=True))] == ["plain graphs"]
    beside = epoch.beside(case.Options(mmrec=Path("there")))
    assert [job.label for job in beside] == ["plain siger", "MMRec MGCN", "MMRec FREEDOM"]
    (memory,) = case.memory_row(epoch, own())
    assert (memory.value, memory.aim, memory.verdict) == (90.0, 700.0, "met")
    (block,) = case.memory_row(graphs, own(block_mib=300.0))
    assert (block.value, block.verdict) == (300.0, "not met")
    assert case.memory_row(by_name["evaluation"], own()) == []


def test_every_target_has_a_row_and_names_are_unique() -> None:
    names = [one.name for one in cases.CASES]
    assert len(set(names)) == len(names)
    aims = sorted(one.aim for one in cases.CASES if one.aim is not None)
    assert aims == [0.5, 1.2, 1.5, 3.0, 4.0, 6.0, 9.0, 13.0]


@pytest.mark.parametrize("n", scale_stages.SIZES)
def test_every_stage_has_a_job_at_every_size(n: int) -> None:
    for stage in scale_stages.STAGES:
        job = stage.job(n, full_epoch=False)
        module, _, name = job.function.partition(":")
        assert hasattr(__import__(module, fromlist=[name]), name), job
        json.dumps(job.arguments)
    assert scale_stages.siger_batch(10**5) == 2048
    assert scale_stages.siger_batch(10**7) == 20480


def test_the_seconds_of_a_siger_step_are_those_of_one() -> None:
    stage = next(stage for stage in scale_stages.STAGES if stage.name == "SIGER step")
    found = {
        n: {"SIGER step": Measured("", [40.0], [], 0.25, 2, 1, 1, 5, {"steps": 5})} for n in (1, 10)
    }
    assert scale.by_interactions(stage, found).seconds == [2.0, 2.0]


def test_the_budget_is_judged_at_the_largest_size() -> None:
    at = {stage.name: own() for stage in scale_stages.STAGES}
    assert ": 10 s," in scale.budget({10**5: at})
    assert "met" not in scale.budget({10**5: at})
    assert scale.budget({10**5: at, 10**7: at}).endswith("MiB: met)\n")


def test_jobs_are_plain_values() -> None:
    jobs = [one.job for one in (*cases.CASES, *gpu.CASES)]
    for job in jobs:
        assert isinstance(job, Job)
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
