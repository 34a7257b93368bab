import pytest
from pydantic import ValidationError

from siger_pipeline.reporting.config import ReportConfig


def test_a_misspelt_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        ReportConfig.model_validate({"features_note": "", "paper_note": "", "feature_note": ""})
