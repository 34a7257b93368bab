"""`kedro fresh verify` in this project."""

from end_to_end.project import Project


def test_the_command_says_what_is_the_same_and_names_an_unknown_node(
    sample_results: Project,
) -> None:
    done = sample_results.kedro("fresh", "verify", "ingest.index_users")
    assert done.returncode == 0, done.stderr
    assert "ingest.index_users: runs twice, in two processes; its last run took " in done.stdout
    assert "  user_index  same bytes" in done.stdout
    done = sample_results.kedro("fresh", "verify", "index_user")
    assert done.returncode == 1
    assert "no node 'index_user'; did you mean 'ingest.index_users'? known are: " in done.stderr
    assert sample_results.kedro("fresh", "verify").returncode == 2


def test_origin_tells_what_metrics_were_made_from_back_to_the_raw_files(
    sample_results: Project,
) -> None:
    done = sample_results.kedro("fresh", "origin", "metrics")
    assert done.returncode == 0, done.stderr
    assert "amazon_reviews  data/01_raw/sample/" in done.stdout
    assert "  made by evaluate.siger on " in done.stdout
    assert "  features.modalities.text: tfidf_svd" in done.stdout
    assert "other bytes by now" not in done.stdout
