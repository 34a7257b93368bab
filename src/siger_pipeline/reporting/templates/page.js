"use strict";

(() => {
  const clear = "rgba(0, 0, 0, 0)";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const places = [...document.querySelectorAll(".plot")];

  const theme = () => {
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--ink").trim();
    const card = style.getPropertyValue("--card").trim();
    return {
      paper_bgcolor: clear,
      plot_bgcolor: clear,
      "font.color": ink,
      "hoverlabel.bgcolor": card,
      "hoverlabel.font.color": ink,
    };
  };

  const draw = async (place) => {
    const text = document.querySelector(`script[data-of="${place.id}"]`).textContent;
    const { data, layout } = JSON.parse(text);
    // A finger that drags over a figure means to scroll the page.
    const still = { ...layout, dragmode: false };
    await Plotly.newPlot(place, data, still, { responsive: true, displayModeBar: false });
    await Plotly.relayout(place, theme());
    place.ariaBusy = "false";
  };

  places.forEach(draw);
  dark.addEventListener("change", () => places.forEach((place) => Plotly.relayout(place, theme())));
})();
