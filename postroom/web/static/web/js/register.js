// The table of the register: J and K go from row to row, X chooses one, Shift+X all between, and
// what is chosen is counted. Menus close when one presses elsewhere. All of it works without.
import { singleKeys, typing } from "./keys.js";

const found = () => document.getElementById("found");
const rows = () => [...found().querySelectorAll("tbody tr")];
let last = null; // the row that was chosen before

function here() {
  const row = document.activeElement?.closest("#found tbody tr");
  return row ? rows().indexOf(row) : -1;
}

function go(step) {
  const all = rows();
  const at = Math.min(Math.max(here() + step, 0), all.length - 1);
  all[at]?.querySelector(".open").focus();
}

function choose(range) {
  const all = rows();
  const at = here();
  const box = all[at]?.querySelector(".tick input");
  if (!box) return;
  box.checked = range ? true : !box.checked;
  if (range && last !== null) {
    const [from, to] = [Math.min(last, at), Math.max(last, at)];
    for (const row of all.slice(from, to + 1)) row.querySelector(".tick input").checked = true;
  }
  last = at;
  count();
}

function count() {
  const said = found()?.querySelector("[data-chosen]");
  if (!said) return;
  const boxes = [...found().querySelectorAll(".tick input")];
  const chosen = boxes.filter((box) => box.checked).length;
  said.textContent = chosen ? said.dataset.words.replace("{n}", chosen) : "";
  const all = found().querySelector("[data-all]");
  all.hidden = false;
  all.checked = chosen === boxes.length;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector(".pick[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (!singleKeys() || typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "j") go(1);
  else if (key === "k") go(-1);
  else if (key === "x") choose(event.shiftKey);
  else return;
  event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of found().querySelectorAll(".tick input")) box.checked = event.target.checked;
  }
  if (event.target.closest("#found")) count();
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".pick[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// After a search the other forms of the page speak of the same filters, and so does the list of views.
document.body.addEventListener("htmx:afterSwap", () => {
  last = null;
  const query = found()?.dataset.query ?? "";
  for (const field of document.querySelectorAll("form[data-query] input[name=query]")) field.value = query;
  count();
});

count();
