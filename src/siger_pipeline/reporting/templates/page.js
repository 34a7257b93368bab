"use strict";

(() => {
  const clear = "rgba(0, 0, 0, 0)";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const places = [...document.querySelectorAll(".plot")];
  const isDrawn = (place) => place.ariaBusy === "false";

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

  // What is folded has no width: it is drawn when it is opened.
  const drawOpen = () => {
    places.filter((place) => !isDrawn(place) && !place.closest("details:not([open])")).forEach(draw);
  };
  document.addEventListener("toggle", drawOpen, true);
  drawOpen();
  dark.addEventListener("change", () => {
    places.filter(isDrawn).forEach((place) => Plotly.relayout(place, theme()));
  });

  const value = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = Number.parseFloat(text.replaceAll(",", "").replace("\u2212", "-"));
    return { text, number, absent: text === "\u2013" || text === "" };
  };

  const order = (column, up) => (one, other) => {
    const [a, b] = [value(one, column), value(other, column)];
    if (a.absent !== b.absent) return a.absent ? 1 : -1; // what is not there comes last, always
    const byNumber = a.number - b.number;
    const by = Number.isNaN(byNumber) ? a.text.localeCompare(b.text) : byNumber;
    return up ? by : -by;
  };

  const sortBy = (head, heads) => {
    const body = head.closest("table").tBodies[0];
    const up = head.ariaSort === "descending" || (!head.ariaSort && head.cellIndex === 0);
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.ariaSort = up ? "ascending" : "descending";
    body.append(...[...body.rows].sort(order(head.cellIndex, up)));
  };

  document.querySelectorAll("table.sortable").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sortBy(head, heads));
      head.append(button);
    });
  });

  // What an address points into is opened, so that it is there to be seen.
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", openTarget);
  openTarget();

  // On paper all is open, and as it was afterwards.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((fold) => fold.setAttribute("open", ""));
  });
  window.addEventListener("afterprint", () => closed.forEach((fold) => fold.removeAttribute("open")));
})();
