"""Wiring of the features stage: items, pictures or ready-made matrices → features and masks."""

from inspect import signature

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.data.raw_file import raw_files
from siger_pipeline.errors import ParameterError
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.features.knockout import DRAWN
from siger_pipeline.pipelines.absent import is_absent
from siger_pipeline.pipelines.features.nodes import extract_features, knock_out
from siger_pipeline.pipelines.names import KNOCKOUT, TRAIN_MATRIX
from siger_pipeline.plugins import EXTRACTORS, module_of
from siger_pipeline.shell.selection import Selection

GIVEN = ("item_index", "config", "say")  # what any extractor may ask for, by the node


def create_pipeline(selection: Selection) -> Pipeline:
    """One node a modality, and one that takes away its content where that is asked for."""
    extracted = [
        _extraction(selection, modality, name) for modality, name in selection.modalities.items()
    ]
    knocked = [_knockout(modality, how) for modality, how in selection.knockout.items()]
    return Pipeline([*extracted, *knocked], tags="features")


def _knockout(modality: str, how: str) -> Node:
    made = [f"features_{modality}", f"missing_{modality}"]
    inputs = {
        "features": made[0],
        "missing": made[1],
        "how": f"params:features.knockout.{modality}",
    }
    if how in DRAWN:
        inputs["seed"] = "params:features.knockout_seed"
    function = with_values(knock_out, modality=modality)
    return Node(
        function, inputs, [f"{KNOCKOUT}{name}" for name in made], name=f"knockout-{modality}"
    )


def _extraction(selection: Selection, modality: str, name: str) -> Node:
    inputs = {
        "extractor": f"params:features.modalities.{modality}",
        "config": f"params:features.{name}",
        "fill": "params:features.missing",
        "item_index": "item_index",
    }
    if selection.missing == "neighbours":
        inputs[TRAIN_MATRIX] = TRAIN_MATRIX
    extract = with_code(extract_features, module_of(EXTRACTORS, name))
    return Node(
        with_values(extract, modality=modality),
        inputs | _asked_for(selection, modality, name),
        [f"features_{modality}", f"missing_{modality}"],
        name=modality,
    )


def _asked_for(selection: Selection, modality: str, name: str) -> dict[str, str]:
    """Catalog names of what an extractor asks for by the names of its arguments."""
    extractor = load_extractor(name)
    files = {field: f"{modality}_{field}" for field in raw_files(extractor.config)}
    if pictures := selection.pictures_of(modality):
        files[extractor.pictures] = pictures
    known = {"items": "items", "store": "vector_store", **files}
    whose, asked = f"extractor {name!r}", signature(extractor.extract).parameters
    arguments = [
        argument
        for argument, of in asked.items()
        if argument not in GIVEN and not is_absent(selection, files.get(argument, ""), of, whose)
    ]
    if unknown := [argument for argument in arguments if argument not in known]:
        raise ParameterError(
            f"{whose}: {extractor.extract.__name__} of {extractor.extract.__module__} "
            f"asks for {unknown[0]!r}, which is neither a raw file of its Config nor one of items, "
            f"store, {', '.join(GIVEN)}: rename that argument"
        )
    return {argument: known[argument] for argument in arguments}
