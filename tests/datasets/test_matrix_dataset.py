"""Dense matrices: memory-mapped, never pickled."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.matrix import MatrixDataset
from sketches import picture_in


@settings(max_examples=50, deadline=None)
@given(
    array=npst.arrays(
        dtype=st.sampled_from([np.float16, np.float32, np.int64, np.bool_]),
        shape=npst.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=4),
    )
)
def test_round_trip(array: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> None:
    dataset = MatrixDataset(filepath=tmp_path_factory.mktemp("m") / "a.npy")
    dataset.save(array)
    loaded = dataset.load()
    assert loaded.dtype == array.dtype
    np.testing.assert_array_equal(loaded, array)


def test_load_maps_the_file_read_only(tmp_path: Path) -> None:
    dataset = MatrixDataset(filepath=tmp_path / "a.npy")
    dataset.save(np.zeros((3, 2), dtype=np.float32))
    loaded = dataset.load()
    assert isinstance(loaded, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        loaded[0, 0] = 1


def test_memory_order_does_not_change_the_bytes(tmp_path: Path) -> None:
    array = np.arange(12.0).reshape(3, 4)
    for name, data in {"c": array, "f": np.asfortranarray(array), "view": array[::1]}.items():
        MatrixDataset(filepath=tmp_path / name).save(data)
        assert (tmp_path / name).read_bytes() == (tmp_path / "c").read_bytes()


def test_arrays_of_objects_are_neither_saved_nor_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "sprung",)  # type: ignore[return-value]

    array = np.array([Trap()], dtype=object)
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    dataset = MatrixDataset(filepath=tmp_path / "a.npy")
    with pytest.raises(DataFileError, match=r"a\.npy holds Python objects.*never unpickled"):
        dataset.load()
    assert not (tmp_path / "sprung").exists()
    with pytest.raises(DataFileError, match="numbers or booleans, not object"):
        MatrixDataset(filepath=tmp_path / "b.npy").save(array)
    assert not (tmp_path / "b.npy").exists()


def test_truncated_matrix_is_refused(tmp_path: Path) -> None:
    dataset = MatrixDataset(filepath=tmp_path / "a.npy")
    dataset.save(np.zeros((100, 100)))
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:5000])
    with pytest.raises(DataFileError, match=r"a\.npy cannot be read as a NumPy matrix"):
        dataset.load()


def test_a_preview_shows_the_signs_of_some_rows_and_columns(tmp_path: Path) -> None:
    dataset = MatrixDataset(filepath=tmp_path / "a.npy")
    matrix = np.ones((300, 500), dtype=np.float16)
    matrix[150:] = -1
    matrix[0, 0] = np.nan
    dataset.save(matrix)
    preview = dataset.preview()
    assert "300 × 500" in preview
    assert "float16" in preview
    pixels = np.asarray(picture_in(preview), dtype=int)
    red, blue = pixels[..., 0], pixels[..., 2]
    assert np.all(blue[10 : len(blue) // 2 - 9] > red[10 : len(red) // 2 - 9])
    assert np.all(red[len(red) // 2 + 9 :] > blue[len(blue) // 2 + 9 :])


@pytest.mark.parametrize("shape", [(4,), (0, 3), (2, 2, 2)])
def test_a_preview_of_other_shapes_has_facts_alone(tmp_path: Path, shape: tuple[int, ...]) -> None:
    dataset = MatrixDataset(filepath=tmp_path / "a.npy")
    dataset.save(np.zeros(shape, dtype=np.float32))
    assert "<img" not in dataset.preview()
    assert " × ".join(map(str, shape)) in dataset.preview()


def test_a_preview_of_zeros_is_white(tmp_path: Path) -> None:
    dataset = MatrixDataset(filepath=tmp_path / "a.npy")
    dataset.save(np.zeros((3, 2)))
    assert np.all(np.asarray(picture_in(dataset.preview())) == 255)


def test_a_preview_of_a_mask_counts(tmp_path: Path) -> None:
    dataset = MatrixDataset(filepath=tmp_path / "a.npy")
    dataset.save(np.array([True, False, True]))
    assert "<td>true</td><td>2</td>" in dataset.preview()
