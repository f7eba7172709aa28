// Puts an editor in place of the text field of a definition: colours, completion, what is wrong marked where it stands, and
// what would change asked for while one types. The text field stays what is sent.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const form = document.getElementById("editor-form");
const field = document.getElementById("text");
if (form && field) begin();

function begin() {
  // Styles of the editor go into its own tree as sheets, which the page's policy allows; markup with styles it would not.
  const host = document.createElement("div");
  host.className = "editor-host";
  const root = host.attachShadow({ mode: "open" });
  field.before(host);
  field.hidden = true;
  form.querySelectorAll("[data-scriptless]").forEach((button) => button.remove());

  const colours = HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
    { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
    { tag: [tags.string, tags.content], color: "var(--ink)" },
    { tag: [tags.number, tags.bool, tags.null], color: "var(--good)" },
    { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--quiet)" },
  ]);
  const look = EditorView.theme({
    "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: ".875rem", height: "calc(100vh - 12rem)", minHeight: "20rem" },
    "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "-3px" },
    ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.5" },
    ".cm-content": { caretColor: "var(--ink)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    ".cm-gutters": { backgroundColor: "var(--shade)", color: "var(--quiet)", borderRight: "1px solid var(--line)" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent-soft) 45%, transparent)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--fit) 35%, transparent)" },
    ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-ink)" },
    ".cm-panels": { backgroundColor: "var(--shade)", color: "var(--ink)" },
  });
  const words = [...document.querySelectorAll("#words option")].map((option) => ({ label: option.value, type: "keyword" }));
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        lineNumbers(), foldGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(),
        highlightActiveLineGutter(), highlightSelectionMatches(), lintGutter(), yaml(), syntaxHighlighting(colours), look,
        autocompletion({ override: [(context) => complete(context, words)] }),
        EditorView.contentAttributes.of({ "aria-label": "The definition, as YAML" }),
        EditorView.updateListener.of((update) => { if (update.docChanged) changed(update); }),
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
      ],
    }),
  });
  view.scrollDOM.tabIndex = 0;
  // Escape leaves the editor, so that the tab key is no trap.
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) view.contentDOM.blur(); });

  let turning = false, waiting = null, asked = 0;
  function changed(update) {
    field.value = update.state.doc.toString();
    if (!turning) asking(250); else asking(80);
  }
  function asking(after) {
    clearTimeout(waiting);
    waiting = setTimeout(ask, after);
  }
  // What is computed in the background is asked for until it is there.
  function again() {
    if (document.querySelector("#impact [data-waiting]")) asking(1000);
  }
  async function ask() {
    const number = ++asked;
    const fields = new URLSearchParams({ token: form.elements.token.value, from: form.elements.from.value, text: field.value });
    let page;
    try {
      const answer = await fetch("/definition/try", { method: "POST", body: fields, credentials: "same-origin" });
      if (!answer.ok) return;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch { return; }
    // Only the latest answer is about what stands there now.
    if (number !== asked) return;
    const impact = page.getElementById("impact"), knobs = page.getElementById("knobs");
    if (impact) document.getElementById("impact").replaceWith(document.adoptNode(impact));
    if (knobs) keepKnobs(knobs);
    mark();
    again();
  }
  function keepKnobs(fresh) {
    const old = document.getElementById("knobs"), held = document.activeElement;
    fresh.querySelectorAll("details").forEach((panel, place) => { panel.open = old.querySelectorAll("details")[place]?.open ?? false; });
    if (!old.contains(held)) return old.replaceWith(document.adoptNode(fresh));
    // While one turns a number its field stays; only the places in the text are renewed.
    const now = [...old.querySelectorAll("[data-start]")], then = [...fresh.querySelectorAll("[data-start]")];
    if (now.length !== then.length) return;
    now.forEach((knob, place) => {
      const other = then[place];
      knob.dataset.start = other.dataset.start; knob.dataset.end = other.dataset.end; knob.name = other.name;
      if (knob !== held) knob.value = other.value;
    });
  }
  function mark() {
    const length = view.state.doc.length;
    const found = [...document.querySelectorAll("#impact [data-start]")].map((line) => ({
      from: Math.min(+line.dataset.start, length),
      to: Math.min(Math.max(+line.dataset.end, +line.dataset.start), length),
      severity: line.dataset.severity,
      message: line.querySelector("[data-message]").textContent,
    }));
    view.dispatch(setDiagnostics(view.state, found));
  }
  function turn(knob, value) {
    if (!/^-?\d+[a-z]*$/.test(value)) return;
    const from = +knob.dataset.start, to = +knob.dataset.end, apart = value.length - (to - from);
    turning = true;
    view.dispatch({ changes: { from, to, insert: value } });
    turning = false;
    document.querySelectorAll("#knobs [data-start]").forEach((other) => {
      if (+other.dataset.start > from) { other.dataset.start = +other.dataset.start + apart; other.dataset.end = +other.dataset.end + apart; }
    });
    knob.dataset.end = from + value.length;
  }
  form.addEventListener("input", (event) => {
    const at = event.target;
    if (at.dataset.slides) {
      const knob = at.parentElement.querySelector("[data-start]");
      knob.value = at.value;
      turn(knob, at.value);
    } else if (at.dataset.start) {
      const slider = at.parentElement.querySelector("[data-slides]");
      if (slider) slider.value = at.value;
      turn(at, at.value.trim());
    }
  });
  // The text is sent, and the numbers are in it already.
  form.addEventListener("submit", () => form.querySelectorAll("[data-start]").forEach((knob) => { knob.disabled = true; }));
  document.addEventListener("click", (event) => {
    const line = event.target.closest?.("#impact [data-start]");
    if (!line) return;
    view.dispatch({ selection: { anchor: Math.min(+line.dataset.start, view.state.doc.length) }, scrollIntoView: true });
    view.focus();
  });
  mark();
  again();
}

// Keys and functions of the language, and every name that the text itself uses.
function complete(context, words) {
  const word = context.matchBefore(/[\w-]+/);
  if (!word && !context.explicit) return null;
  const own = new Set(context.state.doc.toString().match(/[A-Za-z_][\w-]{2,}/g) || []);
  const typed = word ? context.state.sliceDoc(word.from, word.to) : "";
  own.delete(typed);
  const known = new Set(words.map((one) => one.label));
  const options = [...words, ...[...own].filter((name) => !known.has(name)).map((label) => ({ label, type: "text", boost: -1 }))];
  return { from: word ? word.from : context.pos, options, validFor: /^[\w-]*$/ };
}
