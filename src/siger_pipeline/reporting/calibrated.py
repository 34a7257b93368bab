"""What a report says of the run with a corrector: its rows in the table of results, a sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

Figures = Mapping[str, float]


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
    metric, weight = calibration["monitor"], calibration["weight"]
    alone, after = (calibration[of] for of in ("alone", "calibrated"))
    moved = [
        f"{split} {metric} {alone[split][metric]:.4f} → {after[split][metric]:.4f}"
        for split in ("validation", "test")
    ]
    return (
        f"Calibrated by {calibration['corrector']}: its score has weight {weight:g}, the best of "
        f"{len(calibration['tried'])} by validation {metric}, beside the model's own, both "
        f"standardised among each user's {calibration['top']} best items of the model; "
        f"{', '.join(moved)}."
    )
