"""The node of the pictures stage."""

import logging
from typing import Any

from siger_pipeline.fetching.config import PicturesConfig
from siger_pipeline.pipelines.types import DataFrame, Table
from siger_pipeline.remarks import log_all

LOG = logging.getLogger(__name__)


def fetch_pictures(
    items: Table, item_index: Table, settings: PicturesConfig, store: Any, tree: Any = None
) -> DataFrame:
    """What became of each item's address or path; the pictures themselves are in the store.

    Without a tree of files, all are addresses.
    """
    from siger_pipeline.fetching import paths, table
    from siger_pipeline.fetching.download import Downloader
    from siger_pipeline.fetching.fetch import fetch

    addresses = table.addresses_of(items, item_index, settings.source)
    files = paths.inside(addresses, tree) if tree else {}
    urls = [url for item, url in addresses.items() if url and item not in files]
    outcomes = fetch(urls, store, settings, Downloader(settings), say=LOG.info)
    outcomes |= paths.taken(files.values(), tree, store, settings.max_mib, LOG.info)
    pictures = table.outcome_table(addresses, outcomes)
    table.require_enough(pictures, settings.max_failed_share)
    log_all(LOG, table.remarks_on(pictures, settings.source))
    return pictures
