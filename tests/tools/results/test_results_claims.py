"""Each claim beside made-up tables: it holds, it fails, it is a tie, nobody measured it."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import pytest

from siger_pipeline.studies.published import PublishedFigures
from tools.results.claims import CLAIMS, COMPONENTS, QUESTIONS, Claim
from tools.results.evidence import Evidence
from tools.results.grades import AT_ONCE
from tools.results.rivals import TABLE1
from tools.results.tables import CONDENSED
from tools.results.verdicts import Verdict

MadeUp = Callable[..., pd.DataFrame]
Values = Sequence[float]
Studies = dict[str, pd.DataFrame]
ALL = {claim.name: claim for claim in (*CLAIMS, *QUESTIONS)}
OTHERS = [name.lower().replace("-", "") for name in TABLE1]
AS_IS = [0.2, 0.2]  # of all that is compared with
HOLDS, FAILS, TIE, UNKNOWN = Verdict.HOLDS, Verdict.FAILS, Verdict.TIE, Verdict.UNKNOWN
USUAL = {HOLDS: [0.3, 0.31], FAILS: [0.1, 0.11], TIE: [0.19, 0.21]}
SPECIAL: Mapping[str, Mapping[Verdict, Values]] = {
    "baselines": {HOLDS: [0.2, 0.2], FAILS: [0.1, 0.11], TIE: [0.18, 0.2]},
    "calibrated_published": {HOLDS: [0.3, 0.31], FAILS: [0.1, 0.11], TIE: [0.1, 0.1256]},
    "fusion": {HOLDS: [0.3], FAILS: [0.1], TIE: [0.2]},
    "coverage": {HOLDS: [1], FAILS: [3], TIE: [2]},
}


def models(siger: Values, others: Values = AS_IS) -> dict[tuple[str, str], Values]:
    trained = {(name, ""): others for name in OTHERS}
    return {("siger", ""): siger, **trained, **{(name, ""): [0.2] for name in AT_ONCE}}


def variants(values: Mapping[str, Values]) -> dict[tuple[str, str], Values]:
    return {("siger", variant): of for variant, of in values.items()}


def covered(count: float) -> pd.DataFrame:
    """Ten items with four co-occurring ones, of which so many are neighbours."""
    one = {
        **{"dataset": "baby", "variant": "knn_k=10", "graph": "knn-text-k10", "modality": "text"},
        **{"features": "matrix", "cooccurring": 4, "covered": int(count), "items": 10},
        **{"weight": 40.0, "weight_covered": 10.0 * count, "data": "sha256:1"},
    }
    further = {**one, "graph": "knn-text-k5", "covered": 4}  # another number of neighbours
    return pd.DataFrame([one, further], columns=list(CONDENSED))


class Tables:
    """The tables that a claim reads, by the values of what it praises."""

    def __init__(self, made_up: MadeUp, calibrated: MadeUp) -> None:
        self.made_up, self.calibrated_table = made_up, calibrated

    def of(self, claim: str, values: Values) -> Studies:
        if claim in COMPONENTS:
            return {"ablation": self.made_up(variants({"SIGER": values, COMPONENTS[claim]: AS_IS}))}
        made: Callable[[Values], Studies] = getattr(self, claim)
        return made(values)

    def best(self, values: Values) -> Studies:
        return {"table1": self.made_up(models(values))}

    margin = reached = closed_forms = best

    def baselines(self, values: Values) -> Studies:
        return {"table1": self.made_up(models(AS_IS, values))}

    def eisg_most(self, values: Values) -> Studies:
        others = dict.fromkeys(COMPONENTS.values(), values)
        return {"ablation": self.made_up(variants({**others, "SIGER": AS_IS, "−EISG": AS_IS}))}

    def image(self, values: Values) -> Studies:
        return {"modality": self.made_up(variants({"SIGER": values, "−image": AS_IS}))}

    def text(self, values: Values) -> Studies:
        return {"modality": self.made_up(variants({"SIGER": values, "−text": AS_IS}))}

    def text_more(self, values: Values) -> Studies:
        rows = {"SIGER": AS_IS, "−image": values, "−text": AS_IS}
        return {"modality": self.made_up(variants(rows))}

    def image_content(self, values: Values) -> Studies:
        return self._knockout("image", values)

    def text_content(self, values: Values) -> Studies:
        return self._knockout("text", values)

    def _knockout(self, modality: str, values: Values) -> Studies:
        rows = {f"{modality}: {how}": AS_IS for how in ("noise", "constant", "shuffled", "zeros")}
        return {
            "knockout": self.made_up(variants({"as it is": values, **rows})),
            "ablation": self.made_up(variants({"SIGER": [0.2]})),  # with a published figure
        }

    def cooccurrence_k(self, values: Values) -> Studies:
        return self._steps("cooccurrence_k", (2, 3, 8, 10), 5, values)

    def item_layers(self, values: Values) -> Studies:
        return self._steps("item_layers", (1, 3, 4), 2, values)

    def _steps(self, key: str, steps: Sequence[int], base: int, values: Values) -> Studies:
        rows = {"as configured": values, **{f"siger.{key}={n}": AS_IS for n in steps}}
        published = self.made_up(variants({"SIGER": [0.2]}))
        table = self.made_up(variants(rows))
        return {
            "sensitivity": table.assign(configured=f"siger.{key}={base}"),
            "ablation": published,
        }

    def cold_items(self, values: Values) -> Studies:
        return self._group("20 % cold", "cold_items among all", values)

    def cold_among_cold(self, values: Values) -> Studies:
        return self._group("20 % cold", "cold_items among cold", values)

    def cold_users(self, values: Values) -> Studies:
        return self._group("all items", "user_activity Q1", values)

    def _group(self, variant: str, group: str, values: Values) -> Studies:
        rows = {("siger", variant): values, ("mgcn", variant): AS_IS, ("ease", variant): [0.9]}
        return {"cold_start": self.made_up(rows, split="sha256:cold").assign(group=group)}

    def coverage(self, values: Values) -> Studies:
        return {"coverage": covered(values[0])}

    def calibration(self, values: Values) -> Studies:
        alone = {("siger", ""): AS_IS, ("mgcn", ""): AS_IS}
        return {"trials": self.calibrated_table(alone, dict.fromkeys(alone, values))}

    def best_calibrated(self, values: Values) -> Studies:
        return {"trials": self.calibrated_table(models(AS_IS), models(values))}

    def calibrated_published(self, values: Values) -> Studies:
        rows = {("siger", ""): AS_IS}
        return {"trials": self.calibrated_table(rows, {("siger", ""): values})}

    def fusion(self, values: Values) -> Studies:
        rows = {("fusion", "1 · siger + 0.5 · ease"): values, ("siger", ""): [0.19, 0.21]}
        return {"table1": self.made_up(rows)}


@pytest.fixture
def tables(made_up: MadeUp, calibrated: MadeUp) -> Tables:
    return Tables(made_up, calibrated)


def evidence(claim: Claim, studies: Studies, paper: PublishedFigures) -> Evidence:
    return Evidence(claim.datasets[0] if claim.datasets else "baby", studies, paper)


@pytest.mark.parametrize("verdict", [HOLDS, FAILS, TIE])
@pytest.mark.parametrize("name", ALL)
def test_a_claim_is_graded(
    name: str, verdict: Verdict, tables: Tables, paper: PublishedFigures
) -> None:
    values = SPECIAL.get(name, USUAL)[verdict]
    graded = ALL[name].graded(evidence(ALL[name], tables.of(name, values), paper))
    assert graded.verdict == verdict, graded
    assert graded.figures
    assert bool(graded.one_seed) == (name == "fusion")  # a sum is one, whatever it adds up


@pytest.mark.parametrize("name", ALL)
def test_what_did_not_run_is_not_measured(name: str, paper: PublishedFigures) -> None:
    graded = ALL[name].graded(evidence(ALL[name], {}, paper))
    assert str(graded) == "not measured here"
    assert graded.figures


@pytest.mark.parametrize("name", ["best", "mp", "text", "cooccurrence_k", "cold_items", "fusion"])
def test_one_seed_is_said(name: str, tables: Tables, paper: PublishedFigures) -> None:
    graded = ALL[name].graded(evidence(ALL[name], tables.of(name, [0.3]), paper))
    assert str(graded) == "holds (one seed)"


@pytest.mark.parametrize("name", ["mp", "image", "cooccurrence_k", "best", "fusion"])
def test_another_split_than_the_published_one_does_not_count(
    name: str, tables: Tables, paper: PublishedFigures, made_up: MadeUp
) -> None:
    studies = tables.of(name, USUAL[HOLDS])
    studies = {key: rows.assign(data="sha256:2", paper=None) for key, rows in studies.items()}
    studies["trials"] = made_up({("siger", ""): [0.2]}) if name != "best" else studies["table1"]
    graded = ALL[name].graded(evidence(ALL[name], studies, paper))
    assert graded.verdict == UNKNOWN
    assert "published figure" in graded.figures and "split" in graded.figures


def test_models_without_published_figures_are_not_said_to_be_on_another_split(
    paper: PublishedFigures, made_up: MadeUp
) -> None:
    found = Evidence("baby", {"trials": made_up({("ease", ""): [0.2]}).assign(paper=None)}, paper)
    graded = ALL["best"].graded(found)
    assert graded.verdict == UNKNOWN
    assert graded.figures == "no model that has a published figure ran on its split"


def test_a_model_that_did_not_run_leaves_the_best_unknown_unless_another_is_better(
    made_up: MadeUp, paper: PublishedFigures
) -> None:
    rows = models([0.3, 0.31])
    del rows["miggt", ""]
    found = ALL["best"].graded(Evidence("baby", {"table1": made_up(rows)}, paper))
    assert (found.verdict, "MIG-GT not run" in found.figures) == (UNKNOWN, True)
    rows["mgcn", ""] = [0.4, 0.4]
    found = ALL["best"].graded(Evidence("baby", {"table1": made_up(rows)}, paper))
    assert (found.verdict, "mgcn 0.4000" in found.figures) == (FAILS, True)


def test_validation_chooses_among_settings_and_other_features_do_not_count(
    made_up: MadeUp, paper: PublishedFigures
) -> None:
    rows = {("vbpr", ""): [0.1], ("vbpr", "regularisation=0.1"): [0.2], ("siger", ""): [0.3]}
    rows["vbpr", "features.modalities.text=hashing"] = [0.4]
    table = made_up(rows)
    worse_at_test = (table["variant"] == "regularisation=0.1") & (table["split"] == "test")
    table.loc[worse_at_test, "value"] = 0.05
    found = Evidence("baby", {"trials": table}, paper).models()["vbpr"]
    assert (found.mean, found.seeds) == (0.05, 1)


def test_the_papers_differences_stand_beside_ours(tables: Tables) -> None:
    values = {"SIGER": 0.106, "SIGER/V": 0.1047, "SIGER[K=5]": 0.106, "SIGER[K=3]": 0.1053}
    paper = PublishedFigures({name: {"recall@20": value} for name, value in values.items()})
    found = ALL["image"].graded(Evidence("baby", tables.of("image", USUAL[HOLDS]), paper))
    assert found.figures.endswith("−image 0.2000 ± 0.0000 (+0.1050), in the paper +0.0013")
    studies = tables.of("cooccurrence_k", USUAL[HOLDS])
    found = ALL["cooccurrence_k"].graded(Evidence("baby", studies, paper))
    assert found.figures.count("in the paper") == 1  # of K=3; the others are not in these figures
    assert "cooccurrence_k=3 0.2000 ± 0.0000 (+0.1050), in the paper +0.0007" in found.figures


def test_what_as_configured_means_must_be_known(tables: Tables, paper: PublishedFigures) -> None:
    studies = tables.of("cooccurrence_k", USUAL[HOLDS])
    studies["sensitivity"] = studies["sensitivity"].assign(configured="")
    graded = ALL["cooccurrence_k"].graded(Evidence("baby", studies, paper))
    assert (graded.verdict, graded.figures) == (UNKNOWN, "cooccurrence_k=5 was not trained")


def test_the_best_calibrated_pair_is_chosen_by_validation(
    calibrated: MadeUp, paper: PublishedFigures
) -> None:
    rows = {("siger", ""): AS_IS, ("mgcn", ""): AS_IS}
    table = calibrated(rows, {("siger", ""): [0.1, 0.1], ("mgcn", ""): [0.09, 0.09]})
    by = table["corrector"].notna()
    table.loc[(table["model"] == "mgcn") & (table["split"] == "test") & by, "value"] = 0.5
    graded = ALL["calibrated_published"].graded(Evidence("baby", {"trials": table}, paper))
    assert (graded.verdict, "siger + itemknn 0.1000" in graded.figures) == (FAILS, True)


def test_the_study_of_calibrated_models_comes_first_then_table1_then_single_trials(
    made_up: MadeUp, paper: PublishedFigures
) -> None:
    keys = [("siger", ""), ("mgcn", ""), ("bm3", "")]
    studies = {
        name: made_up({key: [0.2] for key in of}, again={key: [value] for key in of})
        for name, of, value in (
            *(("trials", keys, 0.1), ("table1", keys[:2], 0.4)),
            ("calibration", keys[:1], 0.3),
        )
    }
    found = Evidence("baby", studies, paper)
    means = {name: figure.mean for name, figure in found.calibrated("itemknn").items()}
    assert means == {"siger": 0.3, "mgcn": 0.4, "bm3": 0.1}
    assert found.correctors() == ["itemknn"]


def test_without_table1_models_of_the_study_of_calibrated_ones_and_single_trials_count(
    made_up: MadeUp, paper: PublishedFigures
) -> None:
    studied = made_up({("siger", ""): [0.3], ("bm3", ""): [0.1]}, again={("siger", ""): [0.9]})
    single = made_up({("mgcn", ""): [0.2], ("bm3", "dropout=0.3"): [0.15]})
    found = Evidence("baby", {"calibration": studied, "trials": single}, paper).models()
    assert {name: figure.mean for name, figure in found.items()} == {
        **{"siger": 0.3, "mgcn": 0.2, "bm3": 0.15}
    }


def test_a_trial_in_a_study_and_among_the_single_ones_is_one_seed(
    made_up: MadeUp, paper: PublishedFigures
) -> None:
    rows = made_up({("siger", ""): [0.3, 0.4]})
    found = Evidence("baby", {"calibration": rows.iloc[:8], "trials": rows}, paper).models()
    assert (found["siger"].mean, found["siger"].seeds) == (pytest.approx(0.35), 2)


def test_siger_is_beside_the_paper_with_the_settings_that_validation_chose(
    made_up: MadeUp, paper: PublishedFigures
) -> None:
    as_in_table1 = made_up(models([0.3, 0.31]))
    single = made_up({("siger", ""): [0.3, 0.31], ("siger", "beta=0.4"): [0.4, 0.4]})
    found = Evidence("baby", {"table1": as_in_table1, "trials": single}, paper)
    assert (found.tuned("siger").mean, found.models()["siger"].mean) == (0.4, pytest.approx(0.305))
    assert "siger 0.4000" in ALL["reached"].graded(found).figures
    single.loc[single["split"] == "validation", "value"] = 0.1  # worse there, whatever at test
    found = Evidence("baby", {"table1": as_in_table1, "trials": single}, paper)
    assert found.tuned("siger").mean == pytest.approx(0.305)


@pytest.mark.parametrize("claim", ["reached", "baselines"])
def test_figures_on_other_data_are_not_reached_or_missed(
    claim: str, tables: Tables, paper: PublishedFigures
) -> None:
    studies = tables.of(claim, USUAL[FAILS])
    graded = ALL[claim].graded(Evidence("baby", studies, paper, "half of the paper's users"))
    said = "not comparable: half of the paper's users"
    assert (graded.verdict, graded.figures) == (UNKNOWN, said)


def test_knockouts_may_be_single_trials(made_up: MadeUp, paper: PublishedFigures) -> None:
    rows = {
        **{("siger", ""): USUAL[HOLDS], ("siger", "features.knockout.text=noise"): [0.1]},
        ("siger", "features.knockout.text=zeros"): [0.4],
    }
    graded = ALL["text_content"].graded(Evidence("baby", {"trials": made_up(rows)}, paper))
    assert (graded.verdict, "text: zeros 0.4000 (-0.0950)" in graded.figures) == (FAILS, True)
    assert "no recall@20 of features.knockout.text=shuffled among single trials" in graded.figures
    del rows["siger", "features.knockout.text=zeros"]
    graded = ALL["text_content"].graded(Evidence("baby", {"trials": made_up(rows)}, paper))
    assert (graded.verdict, "text: noise 0.1000" in graded.figures) == (UNKNOWN, True)


def test_a_corrector_that_a_table_has_no_rows_of(made_up: MadeUp, paper: PublishedFigures) -> None:
    calibrated = made_up({("siger", ""): [0.3]}, again={("siger", ""): [0.4]})
    single = made_up({("mgcn", ""): [0.2]}).assign(corrector=None)
    found = Evidence("baby", {"calibration": calibrated, "trials": single}, paper)
    assert [*found.calibrated("itemknn")] == ["siger"]


def test_a_parameter_is_judged_without_correctors(made_up: MadeUp, paper: PublishedFigures) -> None:
    rows = {("siger", f"siger.cooccurrence_k={n}"): [0.1 * n] for n in (2, 3, 5, 8, 10)}
    table = made_up(rows, again={key: [0.01] for key in rows if "=10" not in key[1]})
    studies = {"sensitivity": table, "ablation": made_up(variants({"SIGER": [0.2]}))}
    graded = ALL["cooccurrence_k"].graded(Evidence("baby", studies, paper))
    assert "cooccurrence_k=5 0.5000, cooccurrence_k=10 1.0000 (-0.5000)" in graded.figures


def test_claims_of_one_data_set_are_of_no_other() -> None:
    assert [n for n, c in ALL.items() if c.is_of("baby") and not c.is_of("microlens")] == [
        *("cooccurrence_k", "calibrated_published")
    ]
    assert ALL["item_layers"].is_of("microlens") and not ALL["item_layers"].is_of("baby")
    assert not ALL["best"].is_of("tiktok") and ALL["coverage"].is_of("tiktok")
