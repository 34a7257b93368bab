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
    """Label and figures of each calibrated run at test and at validation."""
    return [
        (f"{report['provenance']['trial']} calibrated by {each['corrector']}, {split}", figures)
        for each in _all(report)
        for split in ("test", "validation")
        for figures in [each["calibrated"][split]]
    ]


def lines(report: Mapping[str, Any]) -> Sequence[str]:
    """Weight and effect of each corrector, in a sentence."""
    return [_line(each) for each in _all(report)]


def _all(report: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """A run has one corrector; on a page of a site stand all that a trial ever had."""
    one = report["calibration"]
    further: Sequence[Mapping[str, Any]] = report.get("calibrations", ())
    return [one, *further] if one else further


def _line(calibration: Mapping[str, Any]) -> str:
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
