"""How often Python looks for garbage."""

import gc

# Of the middle generation, between two that look through all objects (see `gc.set_threshold`).
COLLECTIONS = 200


def collect_rarely() -> None:
    """Look for garbage among all objects less often than Python does by default.

    A run imports a million objects that stay. By default Python looks through all of them ten
    times before the first step of training, a second in all, and finds none.
    """
    gc.set_threshold(*gc.get_threshold()[:2], COLLECTIONS)
