import pandas as pd
import plotly.io as pio
import pytest
from plotly import graph_objects as go

from siger_pipeline.reporting.axes import epoch_step, is_off_scale, loss_range
from siger_pipeline.reporting.plots import learning_curves


def traces(figure: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in figure.data if trace.name}


def test_every_loss_term_metric_and_time_has_its_curve(
    history: pd.DataFrame, timings: pd.DataFrame
) -> None:
    result = traces(learning_curves(history, timings, "siger on baby"))
    assert set(result) == {
        "sum",
        "bpr",
        "modality",
        "recall@20 (0.0500)",
        "training",
        "validation",
    }
    assert list(result["bpr"].y) == history["loss_bpr"].tolist()
    assert list(result["recall@20 (0.0500)"].x) == [1, 2, 3, 4]
    assert list(result["training"].y) == timings["seconds_train"].tolist()


def test_the_chosen_epoch_is_marked(history: pd.DataFrame, timings: pd.DataFrame) -> None:
    figure = learning_curves(history, timings, "siger on baby")
    (mark,) = figure.select_traces({"mode": "markers"})
    assert (list(mark.x), list(mark.y)) == ([2], [0.05])
    assert {shape.x0 for shape in figure.layout.shapes} == {2}
    assert "4 epochs, the best is 2" in figure.layout.title.text


def test_a_single_loss_term_is_not_drawn_twice(
    history: pd.DataFrame, timings: pd.DataFrame
) -> None:
    result = traces(
        learning_curves(history.drop(columns="loss_modality"), timings, "lightgcn on baby")
    )
    assert "bpr" in result
    assert "sum" not in result


def test_epochs_without_a_validation_leave_no_gap(
    history: pd.DataFrame, timings: pd.DataFrame
) -> None:
    history.loc[[0, 2], "recall@20"] = float("nan")
    result = traces(learning_curves(history, timings, "siger on baby"))
    assert list(result["recall@20 (0.0500)"].x) == [2, 4]


def test_one_epoch_is_seen_as_a_point(history: pd.DataFrame, timings: pd.DataFrame) -> None:
    result = traces(learning_curves(history.iloc[:1], timings.iloc[:1], "siger on baby"))
    assert result["recall@20 (0.0200)"].mode == "markers"


@pytest.mark.parametrize("columns", [["epoch"], None])
def test_a_model_without_epochs_says_so(
    history: pd.DataFrame, timings: pd.DataFrame, columns: list[str] | None
) -> None:
    figure = learning_curves(
        history.loc[:, columns or history.columns].iloc[:0], timings.iloc[:0], "popularity"
    )
    assert not figure.data
    assert "no epochs" in figure.layout.title.text


def test_a_note_is_wrapped_below_the_title_and_the_figure_survives_json(
    history: pd.DataFrame,
    timings: pd.DataFrame,
) -> None:
    note = "rebuilt features: fitted to the ten-nearest-neighbour graphs of the published ones"
    figure = learning_curves(history, timings, "siger on baby", note)
    lines = figure.layout.title.text.split("<br>")
    assert "rebuilt features" in figure.layout.title.text
    assert max(map(len, lines)) < 70
    assert pio.from_json(figure.to_json()) == figure


def test_panels_leave_the_title_its_room(history: pd.DataFrame, timings: pd.DataFrame) -> None:
    for note in ("", "a note of many words that is wrapped and takes lines of the title " * 2):
        layout = learning_curves(history, timings, "siger on baby", note).layout
        lines = layout.title.text.count("<br>") + 1
        area = layout.height - layout.margin.t - layout.margin.b
        assert area * (1 - layout.yaxis.domain[1]) > 20 * lines + 20
        assert layout.annotations[0].y == pytest.approx(layout.yaxis.domain[1])
        assert layout.yaxis2.domain[1] < layout.legend.y < layout.yaxis.domain[0]


def test_names_and_notes_are_text_and_no_markup(
    history: pd.DataFrame, timings: pd.DataFrame
) -> None:
    hostile = "<a href='x'>&</a>"
    renamed = history.rename(columns={"loss_bpr": f"loss_{hostile}"})
    figure = learning_curves(renamed, timings, hostile, hostile)
    assert "<a" not in figure.to_json()
    assert "&lt;a href='x'&gt;&amp;&lt;/a&gt;" in traces(figure)
    assert figure.layout.title.text.count("&lt;a href") == 2


def test_a_negligible_term_does_not_widen_the_axis_and_says_so(
    history: pd.DataFrame, timings: pd.DataFrame
) -> None:
    history["loss_modality"] = [0.05, 0.04, 0.03, 0.02]
    history["loss_regularisation"] = [1e-9, 1e-8, 1e-6, 1e-5]
    figure = learning_curves(history, timings, "siger on baby")
    assert list(figure.layout.yaxis.range) == [-2, 1]
    assert "regularisation<br>(off scale)" in traces(figure)
    assert "modality" in traces(figure)
    assert "weighted terms" in figure.layout.annotations[0].text


def test_a_term_that_matters_only_at_times_is_within_the_axis_then(history: pd.DataFrame) -> None:
    history["loss_late"] = [0.0, 1e-9, 1e-9, 2e-3]
    assert loss_range(history) == (-3, 1)
    assert not is_off_scale(history["loss_late"], (-3, 1))


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_losses_that_a_log_axis_cannot_hold_leave_its_range_open(value: float) -> None:
    history = pd.DataFrame({"loss": [value], "loss_bpr": [value]})
    assert loss_range(history) is None
    assert not is_off_scale(history["loss_bpr"], None)


def test_a_range_is_never_empty() -> None:
    assert loss_range(pd.DataFrame({"loss": [1.0], "loss_bpr": [1.0]})) == (-1, 0)


@pytest.mark.parametrize(
    ("epochs", "step"), [(1, 1), (4, 1), (8, 1), (9, 2), (60, 10), (100, 20), (1000, 200)]
)
def test_epochs_are_ticked_in_whole_numbers(epochs: int, step: int) -> None:
    assert epoch_step(epochs) == step


def test_epoch_axes_take_the_whole_step(history: pd.DataFrame, timings: pd.DataFrame) -> None:
    figure = learning_curves(history, timings, "siger on baby")
    assert {axis.dtick for axis in figure.select_xaxes()} == {1}
