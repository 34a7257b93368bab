"use strict";

// Users and items of the page's data. Titles and ids are of anyone: they are only ever set as text.
(() => {
  const source = document.getElementById("lookup");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const { users, items, item: ids, title: titles, pictures, reasons } = data;
  const hasPictures = Object.keys(pictures).length > 0;
  const hasTitles = titles.some((title) => title !== null);
  const rowOf = new Map(items.item.map((item, row) => [item, row]));
  const MOST = 8; // matches that are listed

  const make = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };
  const counted = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;
  const part = (shown, all) => (shown < all ? ` (${shown} of ${all})` : "");

  const picture = (item) => {
    const uri = pictures[ids[item]];
    if (!uri) return hasPictures ? [make("span", "blank")] : [];
    const image = make("img");
    image.src = uri;
    image.alt = "";
    return [image];
  };

  const named = (item) => {
    const known = titles[item] !== null;
    const text = known ? titles[item] : ids[item];
    const title = make(rowOf.has(item) ? "button" : "span", "title", text);
    title.title = known ? `${text} (${ids[item]})` : text;
    if (!known && hasTitles) title.append(" ", make("span", "untitled", "no title"));
    if (title.type) {
      title.type = "button";
      title.addEventListener("click", () => finders.items.open(rowOf.get(item)));
    }
    return title;
  };

  const column = (head, tag, entries) =>
    make("div", "", make("h4", "", head), make(tag, "", ...entries));
  const entry = (item, ...after) => make("li", "", ...picture(item), named(item), ...after);

  const why = (row, n) => {
    const found = reasons.why[reasons.user.indexOf(row)]?.[n] ?? [];
    if (!found.length) return [];
    const lines = found.map(([title, share, edges]) =>
      make("li", "", make("strong", "", `${share} %`), make("span", "", title, edges ? ` · ${edges}` : "")),
    );
    return [make("details", "why", make("summary", "", "Why"), make("ul", "", ...lines))];
  };

  const recommended = (row, item, n) => {
    const rank = make("span", "rank", `${n + 1}`);
    const isHit = users.tested[row].some(([tested]) => tested === item);
    const listed = make("li", isHit ? "found" : "", rank, ...picture(item), named(item));
    if (isHit) listed.append(make("span", "hit", "✓ hit"));
    listed.append(...why(row, n));
    return listed;
  };

  const tested = ([item, rank]) => {
    const isHit = rank > 0 && rank <= users.counted;
    const text = rank ? `${isHit ? "✓ " : ""}rank ${rank}` : "not listed";
    return entry(item, make("span", isHit ? "hit" : "missed", text));
  };

  const showUser = (row) => {
    const [had, held] = [users.had[row], users.tested[row]];
    const [hadAll, heldAll] = [users.had_count[row], users.tested_count[row]];
    const hits = `${users.hits[row]} of ${counted(heldAll, "test item")} in the first ${users.counted}`;
    return [
      make(
        "p",
        "chosen",
        make("span", "", "User ", make("code", "", users.user[row])),
        make("span", "chip", counted(hadAll, "training item")),
        make("span", users.hits[row] ? "chip good" : "chip", hits),
      ),
      make(
        "div",
        "columns",
        column(`Had${part(had.length, hadAll)}`, "ul", had.map((item) => entry(item))),
        column(
          "Recommended",
          "ol",
          users.recommended[row].map((item, n) => recommended(row, item, n)),
        ),
        column(`Test items${part(held.length, heldAll)}`, "ul", held.map(tested)),
      ),
    ];
  };

  const neighbour = ([item, weight], strongest) => {
    const bar = make("span", "weight", weight.toFixed(3));
    bar.style.setProperty("--share", strongest ? weight / strongest : 0);
    return make("li", "", ...picture(item), make("div", "link", named(item), bar));
  };

  const graph = ({ label, links }, row) => {
    const of = links[row];
    if (!of.length) return make("div", "", make("h4", "", label), make("p", "small", "no neighbours"));
    return column(label, "ol", of.map((link) => neighbour(link, of[0][1])));
  };

  const showItem = (row) => {
    const item = items.item[row];
    const chip = make("span", "chip", counted(items.trained[row], "training interaction"));
    const title = titles[item] ?? (hasTitles ? "no title" : "Item");
    return [
      make("p", "chosen", ...picture(item), make("span", "", title), make("code", "", ids[item]), chip),
      make("div", "columns", ...items.graphs.map((of) => graph(of, row))),
    ];
  };

  // An exact id first, then ids that begin with the words, then all that hold each of them.
  const found = (words, texts, own) => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const whole = words.trim();
    const place = (row) => (own[row] === whole ? 0 : own[row].startsWith(whole) ? 1 : 2);
    const rows = [...texts.keys()].filter((row) => wanted.every((word) => texts[row].includes(word)));
    return rows.sort((a, b) => place(a) - place(b) || a - b);
  };

  const finder = (kind, own, titleOf, show, first, marked = []) => {
    const box = document.querySelector(`.finder[data-of="${kind}"]`);
    if (!box || !own.length) return { open: () => {} };
    const [input, status] = [box.querySelector("input"), box.querySelector("[role=status]")];
    const [matches, shown] = [box.querySelector(".matches"), box.querySelector(".shown")];
    const texts = own.map((id, row) => `${id} ${titleOf(row)}`.toLowerCase());
    let at = first;
    let rows = [];

    const list = (some) => {
      rows = some;
      matches.replaceChildren(...rows.slice(0, MOST).map((row) => {
        const button = make("button", "", make("code", "", own[row]), ` ${titleOf(row)}`);
        button.type = "button";
        button.addEventListener("click", () => choose(row));
        return make("li", "", button);
      }));
    };
    const choose = (row) => {
      at = row;
      input.value = "";
      status.textContent = "";
      list([]);
      shown.replaceChildren(...show(row));
    };
    const step = (by) =>
      by ? (at + by + own.length) % own.length : (marked.find((row) => row > at) ?? marked[0]);
    input.addEventListener("input", () => {
      const words = input.value.trim();
      list(words ? found(words, texts, own) : []);
      const more = rows.length > MOST ? `, the first ${MOST} are listed` : "";
      status.textContent = !words ? "" : rows.length ? `${rows.length} found${more}` : "none here";
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && rows.length) choose(rows[0]);
    });
    box.querySelectorAll(".find button").forEach((button) => {
      button.addEventListener("click", () => choose(step(Number(button.value))));
    });
    box.hidden = false;
    choose(first);
    return {
      open: (row) => {
        choose(row);
        box.scrollIntoView({ block: "nearest" });
        input.focus({ preventScroll: true });
      },
    };
  };

  // First shown is a user of middling activity, with test items, and with reasons where there are.
  const half = Math.floor(users.user.length / 2);
  const isTypical = (row) => row >= half && users.tested_count[row] > 0;
  const typical = [...reasons.user, ...users.user.keys()].find(isTypical) ?? 0;
  const finders = {};
  finders.items = finder(
    "items",
    items.item.map((item) => ids[item]),
    (row) => titles[items.item[row]] ?? "",
    showItem,
    Math.floor(items.item.length / 2),
  );
  finders.users = finder("users", users.user, () => "", showUser, typical, reasons.user);
})();
