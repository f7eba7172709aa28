// What a document gains from scripts: its tables as CSV, and all of them unfolded on paper.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const button = (label, action) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", () => action(made));
    return made;
  };
  const copy = async (csv, pressed) => {
    let told = "Copied";
    try {
      await navigator.clipboard.writeText(csv);
    } catch {
      told = "Could not copy: download it instead";
    }
    const label = pressed.textContent;
    pressed.textContent = told;
    pressed.disabled = true;
    setTimeout(() => {
      pressed.textContent = label;
      pressed.disabled = false;
    }, 1500);
  };
  const download = (csv, name) => {
    // The mark at the beginning tells spreadsheets that this is UTF-8.
    const address = URL.createObjectURL(new Blob(["\ufeff", csv], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  for (const figures of document.querySelectorAll("[data-table]")) {
    const table = data[figures.dataset.table];
    const tools = document.createElement("p");
    tools.className = "tools";
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", `Figures of ${figures.querySelector("caption").textContent}`);
    tools.append(
      button("Copy CSV", (pressed) => copy(table.csv, pressed)),
      button("Download CSV", () => download(table.csv, table.name)),
    );
    figures.append(tools);
  }
  const folded = () => document.querySelectorAll("details:not([open])");
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...folded()];
    unfolded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => unfolded.forEach((each) => { each.open = false; }));
})();
