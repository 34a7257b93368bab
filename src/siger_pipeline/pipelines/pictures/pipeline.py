"""Wiring of the pictures stage: the items' addresses or paths → pictures, if features need any."""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.names import FETCHED, PICTURE_FILES
from siger_pipeline.pipelines.pictures.nodes import fetch_pictures
from siger_pipeline.shell.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """One node, and none where pictures are in a folder or no features are made from any."""
    wanted = FETCHED in map(selection.pictures_of, selection.modalities)
    inputs = ["items", "item_index", "params:pictures", "picture_store"]
    inputs += [PICTURE_FILES] if selection.pictures == "paths" else []
    made = [Node(fetch_pictures, inputs, FETCHED, name="fetch_pictures")] if wanted else []
    return Pipeline(made, tags="pictures")
