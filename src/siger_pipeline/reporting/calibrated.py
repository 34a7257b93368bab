"""What a report says of the run with a corrector: its rows in the table of results, a sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from siger_pipeline.evaluation.config import widen

Figures = Mapping[str, float]


def labelled(calibration: Mapping[str, Any] | None, note: str) -> Mapping[str, Any] | None:
    """The figures with what they must be labelled with; none without corrector.

    Args:
        calibration: of `evaluation.documents.calibration_document`.
        note: on the features of the data set; it counts where the corrector reads some.
    """
    if not calibration:
        return None
    return {**calibration, "features_note": note if calibration["features"] else ""}


def rows(report: Mapping[str, Any]) -> Sequence[tuple[str, Figures]]:
    """Label and figures of the calibrated run at test and at validation; none without corrector."""
    calibration = report["calibration"]
    if not calibration:
        return ()
    label = f"{report['provenance']['trial']} calibrated by {calibration['corrector']}"
    figures = calibration["calibrated"]
    return [(f"{label}, {split}", figures[split]) for split in ("test", "validation")]


def line(report: Mapping[str, Any]) -> str:
    """Weight and effect in a sentence; empty without corrector."""
    calibration = report["calibration"]
    if not calibration:
        return ""
    metric, weight = calibration["monitor"], f"{calibration['weight']:g}"
    if calibration["at_end"]:
        weight += f" ({widen('calibration.weights')})"
    alone, after = (calibration[of] for of in ("alone", "calibrated"))
    moved = [
        f"{split} {metric} {alone[split][metric]:.4f} → {after[split][metric]:.4f}"
        for split in ("validation", "test")
    ]
    corrector, note = calibration["corrector"], calibration["features_note"]
    read = ", ".join(f"{m}: {how['extractor']}" for m, how in calibration["features"].items())
    return (
        f"Calibrated by {corrector}{f' ({read})' if read else ''}: its score has weight "
        f"{weight}, the best of {len(calibration['tried'])} by validation {metric}, beside the "
        f"model's own, both standardised among each user's {calibration['top']} best items of the "
        f"model; {', '.join(moved)}."
    ) + (f" Features of {corrector}: {note}." if note else "")
