"""Entries of trials, made of the patterns of conf/."""

from siger_pipeline.shell.catalog import with_trials

ENTRIES = {
    "{data}/splits": {"type": "Table", "filepath": "data/{data}/splits.parquet"},
    "{data}/features_{modality}": {"filepath": "data/{data}/{modality}.npy"},
    "{trial}/metrics": {"filepath": "data/shop/{trial}/metrics.json", "versioned": True},
    "paper": {"filepath": "conf/paper.csv"},
}
SCOPES = {"shop-split-seed-3": "shop+split.seed=3"}
TRIALS = {"siger": "siger", "siger-seed-3": "siger+seed=3"}


def paths(**own: str) -> dict[str, str]:
    entries = with_trials(ENTRIES, "shop", SCOPES, TRIALS, own)
    return {name: entry["filepath"] for name, entry in entries.items()}


def test_slugs_name_datasets_and_names_their_folders() -> None:
    found = paths()
    assert found["splits"] == "data/shop/splits.parquet"
    assert found["shop-split-seed-3/splits"] == "data/shop+split.seed=3/splits.parquet"
    assert found["siger/metrics"] == "data/shop/siger/metrics.json"
    assert found["siger-seed-3/metrics"] == "data/shop/siger+seed=3/metrics.json"
    assert found["paper"] == "conf/paper.csv"


def test_patterns_stay_and_keep_their_other_placeholders() -> None:
    found = paths()
    assert found["{trial}/metrics"] == "data/shop/{trial}/metrics.json"
    assert found["features_{modality}"] == "data/shop/{modality}.npy"


def test_the_runs_own_trial_has_plain_names_too() -> None:
    found = paths(
        metrics="siger-seed-3/metrics",
        splits="shop-split-seed-3/splits",
        features_text="shop-split-seed-3/features_text",
    )
    assert found["metrics"] == "data/shop/siger+seed=3/metrics.json"
    assert found["splits"] == "data/shop+split.seed=3/splits.parquet"
    assert found["features_text"] == "data/shop+split.seed=3/text.npy"
