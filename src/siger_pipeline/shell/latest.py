"""The report page under a name that does not change from version to version."""

from pathlib import Path

from kedro_fresh.files import link_or_copy
from kedro_fresh.locations import Location

FOLDER = "latest"


def renew_latest(page: Location) -> Path | None:
    """`latest/report.html` beside `report.html/<version>/report.html`, the newest version's file.

    It is beside the folder of versions and not in it, since Kedro takes the last name there for
    the newest version. A hard link, or a copy where there are none; replaced at once, so that who
    opens it sees one whole page. Asked for after every run, whether it wrote the page or not.

    Returns:
        Its path; None where there is no page.
    """
    if page.path is None:
        return None
    latest = page.path.parent / FOLDER / page.path.name
    newest = page.current()
    while newest and newest.exists() and not (latest.exists() and latest.samefile(newest)):
        link_or_copy(newest, latest)
        # Another run may have written a newer one meanwhile.
        before, newest = newest, page.current()
        if newest == before:
            break
    return latest if latest.exists() else None
