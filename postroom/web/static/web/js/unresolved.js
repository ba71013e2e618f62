// The desk of Unresolved: cards, ticks and what filing says it will do.
import "./combobox.js";
import "./frame.js";
import { focusHeading, laidDown } from "./desk.js";
import { singleKeys, typing } from "./keys.js";

const CARDS = ".cand input[name=clients]"; // not the boxes beside them: animals, and whom else

laidDown((desk, asked) => {
  if (asked.has("more")) desk.querySelector("#find-client")?.focus();
  else focusOn(desk, asked.has("client"));
  count();
});

// A client who was looked up is the card one goes on from; else the heading.
function focusOn(desk, lookedUp) {
  const card = lookedUp ? desk.querySelector(`${CARDS}:checked`) : null;
  if (card) card.focus();
  else focusHeading(desk);
}

// While the server files, the button says so and cannot be pressed again.
for (const [name, busy] of [["htmx:beforeRequest", true], ["htmx:afterRequest", false]]) {
  document.body.addEventListener(name, (event) => {
    const button = event.detail.elt.matches("form") && event.detail.elt.querySelector("[data-busy]");
    if (button && busy) button.setAttribute("aria-busy", "true");
    else if (button) button.removeAttribute("aria-busy");
  });
}

// Choosing a client names the button and the box: what filing will do is said before it is done.
document.addEventListener("change", (event) => {
  const card = event.target.closest(CARDS);
  if (card) choose(card);
  else if (event.target.closest(".cand")) count();
});

function choose(card) {
  card.focus({ preventScroll: true }); // a key chose it: the arrows go on from here
  const box = card.form.querySelector(".remember");
  box.hidden = !("remember" in card.dataset);
  box.querySelector("input").checked = !box.hidden && "ticked" in card.dataset;
  box.querySelector("small").textContent = card.dataset.note;
  count();
}

// What is ticked in the list is filed together, instead of the letter on the desk: the button
// says so, and an address is remembered only where all are from one sender.
const picks = () => [...document.querySelectorAll("#rows .pick input")];

function count() {
  const ticked = picks().filter((box) => box.checked);
  const bar = document.getElementById("picked");
  const said = bar.querySelector("[data-words]");
  said.textContent = ticked.length ? said.dataset.words.replace("{count}", () => ticked.length) : "";
  bar.classList.toggle("some", ticked.length > 0);
  const form = document.getElementById("file-to");
  const card = form?.querySelector("[name=clients]:checked");
  const others = [...(form?.querySelectorAll("[name=also]:checked") ?? [])];
  const names = [card, ...others.filter((one) => one.value !== card?.value)].map((one) => one?.dataset.name);
  for (const words of document.querySelectorAll("#desk [data-words]")) {
    if (!card && form.contains(words)) continue; // it says whom, and nobody is chosen
    const many = ticked.length > 0 && words.dataset.many;
    words.textContent = (many || words.dataset.words)
      .replace("{name}", () => card.dataset.name)
      .replace("{names}", () => names.join(", "))
      .replace("{count}", () => ticked.length);
  }
  if (!card) return;
  const senders = new Set(ticked.map((one) => one.dataset.sender));
  if (senders.size > 1) {
    const box = form.querySelector(".remember");
    box.hidden = true;
    box.querySelector("input").checked = false;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.closest(".pick")) count();
});

let first = null; // where a range begins

function pick(range) {
  const boxes = picks();
  const here = document.querySelector("#rows [aria-current] .pick input");
  if (!here) return false;
  const from = boxes.indexOf(range ? (first ?? here) : here);
  const to = boxes.indexOf(here);
  const ticked = range ? true : !here.checked;
  for (const box of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = ticked;
  if (!range) first = here;
  count();
  return true;
}

function clear() {
  const ticked = picks().filter((box) => box.checked);
  for (const box of ticked) box.checked = false;
  count();
  return ticked.length > 0;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-clear]")) clear();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !singleKeys() || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const done = event.key === "Escape" ? clear() : event.key.toLowerCase() === "x" && pick(event.shiftKey);
  if (done) event.preventDefault();
}, true);

// Somebody else has filed a letter of this list: its row goes, but not while the pointer moves over
// the list, about to press; whoever stands on it with the keyboard goes on from the next one.
const STILL = 1000; // ms without moving
const list = document.getElementById("rows");
let moved = -STILL;
list.addEventListener("pointermove", () => { moved = performance.now(); });

function leaveOnceStill(row) {
  const left = moved + STILL - performance.now();
  if (left > 0) setTimeout(() => leaveOnceStill(row), left);
  else leave(row);
}

function leave(row) {
  if (row.contains(document.activeElement)) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    (next?.querySelector("a.cover") ?? document.querySelector(".list h1"))?.focus();
  }
  row.remove();
  count();
}

document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const row = event.detail.target;
  if (!row?.matches("#rows > li")) return;
  event.detail.shouldSwap = false;
  const box = row.querySelector(".pick input");
  box.checked = false;
  const mine = event.detail.requestConfig?.verb === "post";
  row.classList.add("left");
  box.disabled = true;
  if (mine) leave(row);
  else leaveOnceStill(row);
});

count();

// Enter files, but only where Enter means nothing else: never on a link, a button or a field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented) return;
  // The Enter that chose a client, held a little too long, must not file as well.
  if (event.repeat && event.target.closest(".cand")) event.preventDefault();
  if (event.repeat) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !singleKeys()) return;
  if (event.target.closest("a, button, input, select, textarea, summary, iframe, dialog")) return;
  if (document.querySelector("dialog[open]")) return;
  const chosen = document.querySelector(`${CARDS}:checked`);
  const card = chosen ?? document.querySelector(CARDS);
  if (!card) return;
  event.preventDefault();
  if (chosen) document.querySelector("[data-file]").click();
  else card.focus();
});
