"""What the paper claims, and what its readers ask next, each with the function that grades it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.results import grades, study_grades
from tools.results.evidence import Evidence
from tools.results.grades import Grade
from tools.results.verdicts import Graded, MissingError, unknown

OF_PAPER = ("baby", "sports", "clothing", "microlens")
COMPONENTS = {"eisg": "−EISG", "mp": "−MP", "mp_star": "−MP*", "da": "−DA", "da_star": "−DA*"}
WHAT = {
    "eisg": "The co-occurrence graph raises recall@20 (−EISG)",
    "mp": "The perturbation raises recall@20 (−MP)",
    "mp_star": "Perturbing each item by its own length is better than all alike (−MP*)",
    "da": "The alignment raises recall@20 (−DA)",
    "da_star": "Its anchored contrast is better than the standard one (−DA*)",
}
# Baby and Sports with ItemKNN inside the 200 best candidates, on BEiT3 features.
CALIBRATED = {"baby": 0.1128, "sports": 0.1262}
COLD = "20 % cold"


@dataclass(frozen=True)
class Claim:
    """A claim that figures can decide.

    Attributes:
        name: short; notes on it stand in a folder of this name.
        says: the claim in a sentence.
        where: it is made.
        grade: the verdict by the figures of a data set.
        datasets: that it is made of; empty for all.
    """

    name: str
    says: str
    where: str
    grade: Grade
    datasets: Sequence[str] = ()

    def is_of(self, dataset: str) -> bool:
        """Whether the claim is made of a data set."""
        return not self.datasets or dataset in self.datasets

    def graded(self, evidence: Evidence) -> Graded:
        """The verdict, which is that nobody measured it where figures are missing."""
        try:
            return self.grade(evidence)
        except MissingError as why:
            return unknown(str(why))


CLAIMS: tuple[Claim, ...] = (
    Claim("best", "SIGER is the best model", "Table 1", grades.is_best, OF_PAPER),
    Claim(
        "margin",
        "Its lead in recall@20 over the best other model is as large as in the paper",
        *("Table 1", grades.has_margin, OF_PAPER),
    ),
    Claim("reached", "Its recall@20 is reached", "Table 1", grades.reaches_paper, OF_PAPER),
    Claim(
        "baselines",
        "The other models' recall@20 is in the range of published figures, widened by 3 %",
        *("Table 1 and public runs", grades.baselines_in_range, OF_PAPER),
    ),
    *(
        Claim(name, WHAT[name], "Table 2", study_grades.loses("ablation", without), OF_PAPER)
        for name, without in COMPONENTS.items()
    ),
    Claim(
        "eisg_most",
        "Without the co-occurrence graph most is lost",
        "Table 2",
        study_grades.loses_most("ablation", "−EISG", ("−MP", "−MP*", "−DA", "−DA*")),
        OF_PAPER,
    ),
    *(
        Claim(
            modality,
            f"The modality {modality} raises recall@20 ({sign})",
            *("Table 3", study_grades.loses("modality", f"−{modality}", sign), OF_PAPER),
        )
        for modality, sign in (("image", "−V"), ("text", "−T"))
    ),
    Claim(
        "text_more",
        "Without text more is lost than without images",
        *("Table 3", study_grades.loses_most("modality", "−text", ("−image",)), OF_PAPER),
    ),
    Claim(
        "cooccurrence_k",
        "Recall@20 is best with 5 co-occurring items (K)",
        *(
            "Figure 4",
            study_grades.best_value("cooccurrence_k", "K", 5, (2, 3, 5, 8, 10)),
            ("baby",),
        ),
    ),
    Claim(
        "item_layers",
        "Recall@20 is best with 2 item layers",
        *("Figure 5", study_grades.best_value("item_layers", "L", 2, (1, 2, 3, 4)), ("microlens",)),
    ),
    Claim(
        "cold_items",
        "SIGER is best for cold items, among all items",
        *("Figure 3", study_grades.best_of_group(COLD, "cold_items among all")),
    ),
    Claim(
        "cold_among_cold",
        "SIGER is best for cold items, among cold items",
        *("Figure 3", study_grades.best_of_group(COLD, "cold_items among cold")),
    ),
    Claim(
        "cold_users",
        "SIGER is best for the quarter of users with the fewest interactions",
        *("Figure 3", study_grades.best_of_group("all items", "user_activity Q1")),
    ),
    Claim(
        "coverage",
        "Most of the 5 items that co-occur most are no neighbours by content",
        *("Figure 1", study_grades.few_covered),
    ),
)

QUESTIONS: tuple[Claim, ...] = (
    *(
        Claim(
            f"{modality}_content",
            f"SIGER uses what the features of {modality} say: it is worse with noise, a constant, "
            "shuffled rows or zeros in their place",
            *("–", study_grades.uses_content(modality), OF_PAPER),
        )
        for modality in ("image", "text")
    ),
    Claim(
        "closed_forms",
        "SIGER is better than every model that is computed at once",
        *("–", grades.beats_closed_forms),
    ),
    Claim(
        "calibration",
        "Every model is better with calibration",
        *("BRIDGE (arXiv 2605.22073)", grades.calibration_lifts),
    ),
    Claim(
        "best_calibrated",
        "SIGER is the best model when all are calibrated",
        *("–", grades.best_calibrated),
    ),
    Claim(
        "calibrated_published",
        "The best calibrated recall@20 reaches the published one, on other features (BEiT3)",
        *("BRIDGE (arXiv 2605.22073)", grades.reaches_calibrated(CALIBRATED), tuple(CALIBRATED)),
    ),
    Claim(
        "fusion", "A weighted sum of models is better than each alone", "–", grades.fusion_is_best
    ),
)
