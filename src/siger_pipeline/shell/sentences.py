"""The sentence behind an error that a person can mend."""

from kedro_fresh.errors import FreshError, behind
from siger_pipeline.datasets.shortage import shortage
from siger_pipeline.errors import UserError


def user_error(error: BaseException) -> UserError | FreshError | None:
    """The error that a person can mend behind another one (Kedro wraps what datasets raise)."""
    kinds = UserError | FreshError
    return next((found for found in behind(error) if isinstance(found, kinds)), None)


def sentence_of(error: BaseException) -> str | None:
    """What went wrong and what to do; None for an error that is not a person's to mend."""
    mendable = user_error(error) or shortage(error)
    return str(mendable) if mendable else None
