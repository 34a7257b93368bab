from pathlib import Path

import pytest
from kedro.io import DatasetError

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.pdf import PdfDataset


def test_a_pdf_is_written_and_read_as_it_is(tmp_path: Path) -> None:
    dataset = PdfDataset(filepath=tmp_path / "plot.pdf")
    dataset.save(b"%PDF-1.4 and more")
    assert dataset.load() == (tmp_path / "plot.pdf").read_bytes() == b"%PDF-1.4 and more"


@pytest.mark.parametrize("data", ["%PDF", b"PNG", 3])
def test_what_is_no_pdf_is_not_written(tmp_path: Path, data: object) -> None:
    with pytest.raises(DatasetError, match=r"plot\.pdf takes the bytes of a PDF, not a"):
        PdfDataset(filepath=tmp_path / "plot.pdf").save(data)
    assert not (tmp_path / "plot.pdf").exists()


@pytest.mark.parametrize(("content", "verdict"), [(b"", "It is empty"), (b"PK\x03\x04", "zip")])
def test_what_is_no_pdf_is_not_read(tmp_path: Path, content: bytes, verdict: str) -> None:
    (tmp_path / "plot.pdf").write_bytes(content)
    with pytest.raises(DataFileError, match=verdict):
        PdfDataset(filepath=tmp_path / "plot.pdf").load()
