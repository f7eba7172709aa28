// What pages gain from a script: keys, forms that keep one's place, changes that arrive by themselves.
// Everything here is also possible without it.
"use strict";
(() => {
  const content = () => document.getElementById("content");
  const rows = () => [...document.querySelectorAll("[data-row]")];
  let selected = null;

  // --- Keys ---------------------------------------------------------------------------------------------------------
  const isTyping = (at) => at && (at.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName));
  const select = (row, focus = true) => {
    document.querySelectorAll(".row.selected").forEach((other) => other.classList.remove("selected"));
    selected = row ? row.dataset.row : null;
    if (!row) return;
    row.classList.add("selected");
    if (focus) (row.querySelector("a.row-link") || row.querySelector("a"))?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const current = () => document.querySelector(`[data-row="${CSS.escape(selected || "")}"]`) || document.querySelector(".row.at");
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const place = all.indexOf(current());
    select(all[Math.max(0, Math.min(all.length - 1, place < 0 ? 0 : place + by))]);
  };
  // Within the row one stands on first, then on the page.
  const keyed = (key) => {
    const places = [current(), document.getElementById("card"), content()];
    for (const place of places) {
      const found = place?.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (found) return found;
    }
    return null;
  };
  const press = (target) => {
    if (target.tagName !== "SUMMARY") return target.click();
    const pop = target.parentElement;
    pop.open = true;
    pop.querySelector("input:not([type=hidden]), select, button:not(summary)")?.focus();
  };
  let going = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pop = event.target.closest?.("details.pop[open]");
    if (event.key === "Escape" && pop) {
      pop.open = false;
      pop.querySelector("summary").focus();
      return event.preventDefault();
    }
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (going) {
      going = false;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const open = document.querySelector("details.pop[open]");
    const numbered = /^[1-9]$/.test(event.key) && open?.querySelector(`[data-number="${event.key}"]`);
    if (numbered) { event.preventDefault(); return numbered.click(); }
    switch (event.key) {
      case "j": case "k": event.preventDefault(); return move(event.key === "j" ? 1 : -1);
      case "g": going = true; setTimeout(() => { going = false; }, 1500); return;
      case "/": { const field = document.querySelector("[data-search]"); if (field) { event.preventDefault(); field.focus(); field.select(); } return; }
      case "?": event.preventDefault(); return showKeys();
    }
    pressKey(event);
  });
  // A row offers the quick answer; the others stand on its card, which is opened first.
  const pressKey = async (event) => {
    const row = current(), link = row?.querySelector("a.row-link");
    if (/^[rcowx]$/.test(event.key) && link && !row.classList.contains("at")) {
      event.preventDefault();
      await visit(link.href);
    }
    const target = keyed(event.key);
    if (target) { event.preventDefault(); press(target); }
  };
  const showKeys = () => {
    const dialog = document.getElementById("keys");
    const list = dialog.querySelector("dl");
    list.replaceChildren();
    const add = (key, text) => {
      const term = document.createElement("dt"), meaning = document.createElement("dd"), cap = document.createElement("kbd");
      cap.textContent = key; term.append(cap); meaning.textContent = text; list.append(term, meaning);
    };
    if (rows().length) { add("j / k", "next and previous row"); add("Enter", "open the row"); }
    const seen = new Set();
    document.querySelectorAll("[data-key]").forEach((target) => {
      if (seen.has(target.dataset.key)) return;
      seen.add(target.dataset.key);
      add(target.dataset.key, [...target.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(" "));
    });
    if (document.querySelector("[data-search]")) add("/", "search");
    document.querySelectorAll("[data-go]").forEach((link) => add("g " + link.dataset.go, link.textContent));
    dialog.showModal();
  };
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row && row.dataset.row !== selected) select(row, false);
  });
  // One panel at a time; a click beside it closes it.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.pop[open]").forEach((pop) => { if (!pop.contains(event.target)) pop.open = false; });
  });

  // --- Parts of pages -----------------------------------------------------------------------------------------------
  const parse = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  let adopted = 0;
  const adopt = (page, address) => {
    const next = page.getElementById("content");
    if (!next) return;
    adopted += 1;
    const top = window.scrollY, place = rows().findIndex((row) => row.dataset.row === selected);
    content().replaceWith(document.adoptNode(next));
    document.title = page.title;
    if (address) history.replaceState(null, "", address);
    window.scrollTo(0, top);
    const all = rows();
    const again = all.find((row) => row.dataset.row === selected) || (place >= 0 ? all[Math.min(place, all.length - 1)] : null);
    if (again) select(again);
    document.dispatchEvent(new CustomEvent("bantam:page"));
  };
  const visit = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) return location.assign(address);
    history.pushState(null, "", answer.url);
    adopt(await parse(answer));
  };
  window.addEventListener("popstate", () => location.reload());
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.row-link[data-beside]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || window.innerWidth < 992) return;
    event.preventDefault();
    visit(link.href);
  });
  const tell = (text) => {
    const notice = document.createElement("div"), words = document.createElement("p");
    notice.className = "notice bad"; words.textContent = text; notice.append(words);
    document.getElementById("notice").replaceChildren(notice);
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-in-place]")) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, credentials: "same-origin" });
      const page = await parse(answer);
      const problem = page.querySelector("[data-problem]");
      if (problem) { tell(problem.textContent); await refresh(); } else adopt(page, answer.url);
    } catch {
      tell("The service does not answer. Nothing was changed; try again in a moment.");
    }
    buttons.forEach((button) => { button.disabled = false; });
  });

  // --- Changes ------------------------------------------------------------------------------------------------------
  // Rows are mended one by one, so that nothing moves under the reader's eyes; other parts only where nobody types and
  // no field holds what was not sent yet, also one that was left for the next.
  const edited = (field) => {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const options = [...field.options], stated = options.some((option) => option.defaultSelected);
    return stated ? options.some((option) => option.selected !== option.defaultSelected) : field.selectedIndex > 0;
  };
  const isBusy = () => isTyping(document.activeElement) || document.querySelector("details.pop[open]")
    || [...content().querySelectorAll("input, select, textarea")].some(edited);
  const mend = (page) => {
    const list = document.querySelector("[data-rows]"), fresh = page.querySelector("[data-rows]");
    if (!list || !fresh) {
      if (!isBusy()) adopt(page);
      return;
    }
    const known = new Map(rows().map((row) => [row.dataset.row, row]));
    let before = null;
    for (const row of [...fresh.children]) {
      const old = known.get(row.dataset.row);
      known.delete(row.dataset.row);
      if (!old) {
        const added = document.adoptNode(row);
        added.classList.add("new");
        before ? before.after(added) : list.prepend(added);
        before = added;
        continue;
      }
      if (!old.contains(document.activeElement) || !old.querySelector("details[open]")) {
        const held = old.contains(document.activeElement), parts = [".row-who", ".row-clock", ".row-score", ".row-why"];
        for (const part of parts) {
          const from = row.querySelector(part), to = old.querySelector(part);
          if (from && to && from.innerHTML !== to.innerHTML && !(held && to.contains(document.activeElement))) to.innerHTML = from.innerHTML;
        }
      }
      before = old;
    }
    known.forEach((gone) => { gone.classList.add("gone"); if (!gone.contains(document.activeElement)) gone.remove(); });
    const heading = document.getElementById("heading"), said = page.getElementById("heading");
    if (heading && said) heading.textContent = said.textContent;
  };
  let asking = false, again = false;
  const refresh = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const address = new URL(location.href);
      address.searchParams.delete("done"); address.searchParams.delete("of");
      const seen = adopted;
      const answer = await fetch(address, { credentials: "same-origin" });
      if (answer.redirected && new URL(answer.url).pathname === "/sign-in") location.reload();
      else if (answer.ok) {
        // What was asked before a form was answered is older than that answer.
        const page = await parse(answer);
        if (seen === adopted) mend(page); else again = true;
      }
    } catch { /* The next change asks again. */ }
    asking = false;
    if (again) { again = false; refresh(); }
  };
  if (document.body.hasAttribute("data-live")) {
    const stream = new EventSource("/changes");
    let first = true, waiting = null;
    stream.addEventListener("changed", () => {
      // What comes at once is asked for once.
      clearTimeout(waiting);
      waiting = setTimeout(refresh, first ? 0 : 150);
      first = false;
    });
    // Clocks tell minutes, so they are looked at once a minute.
    setInterval(() => { if (!document.hidden) refresh(); }, 60000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  }
  // What is computed in the background is asked for until it is there. The editor asks by itself.
  const wait = async () => {
    const old = document.querySelector("[data-waiting]");
    if (!old || document.getElementById("editor-form")) return;
    old.querySelectorAll("[data-scriptless]").forEach((each) => { each.hidden = true; });
    if (document.hidden) { setTimeout(wait, 1000); return; }
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = await parse(answer), still = page.querySelector("[data-waiting]");
      const part = old.dataset.waiting || "impact", from = page.getElementById(part), to = document.getElementById(part);
      const heading = document.getElementById("heading"), said = page.getElementById("heading");
      if (heading && said) heading.textContent = said.textContent;
      if (answer.ok && still) old.replaceWith(document.adoptNode(still));
      else if (answer.ok && from && to) to.replaceWith(document.adoptNode(from));
      else { location.reload(); return; }
    } catch { /* It asks again. */ }
    setTimeout(wait, 1000);
  };
  setTimeout(wait, 500);
  // Paper has room for what is folded.
  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll(".figures details:not([open])")];
    unfolded.forEach((each) => { each.open = true; });
  });
  window.addEventListener("afterprint", () => unfolded.forEach((each) => { each.open = false; }));
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
})();
