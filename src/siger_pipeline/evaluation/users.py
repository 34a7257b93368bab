"""The metrics of each user as a table, from which anyone can test differences anew."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.evaluation.metrics import UserMetrics


def user_table(users: Mapping[str, UserMetrics], names: np.ndarray) -> pd.DataFrame:
    """One row a split and user with held-out items, in the order of the splits and of the users.

    Args:
        users: split -> metrics of each user.
        names: ids as in the source, [U].

    Returns:
        user (text), split, and a float64 column a metric, such as `recall@20`; the mean of a column
        over the rows of a split is the trial's metric.
    """
    frames = [
        pd.DataFrame({Columns.USER: names[of.users], Columns.SPLIT: split, **of.values})
        for split, of in users.items()
    ]
    return pd.concat(frames, ignore_index=True)
