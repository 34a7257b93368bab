import pytest
from pydantic import ValidationError

from siger_pipeline.evaluation.config import EvaluateConfig

GOOD = {"ks": [10, 20], "top_k": 20, "mask": "train", "block_mib": 32}


def test_a_good_block_is_taken() -> None:
    config = EvaluateConfig.model_validate(GOOD)
    assert config.ks == (10, 20)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ks": [20, 10]}, "must increase"),
        ({"ks": [10, 10]}, "must increase"),
        ({"ks": []}, "at least 1"),
        ({"ks": [0, 10]}, "greater than 0"),
        ({"top_k": 19}, "19 < 20"),
        ({"mask": "validation"}, "train"),
        ({"block_mib": 0}, "greater than 0"),
        ({"topk": 20}, "Extra inputs"),
    ],
)
def test_a_bad_one_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        EvaluateConfig.model_validate({**GOOD, **change})
