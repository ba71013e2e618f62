// The composer: what is typed is saved within two seconds, and once more as the page goes; files
// may be dropped; a choice in a list does what its button does. All of it works without this.

import { atDoor, hold, renewed } from "./typed.js";

const WAIT = 800; // ms after the last letter
const AGAIN = 5000; // ms after a saving that did not reach the server

const form = () => document.getElementById("composer");
let timer = 0;
let saving = null; // the request on its way
let dirty = false;
let left = false; // sent or thrown away: the next page is on its way

function body() {
  const data = new FormData(form());
  data.delete("file");
  data.set("do", "save");
  return data;
}

function later(wait = WAIT) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function save() {
  if (!dirty || !form()) return;
  if (saving) {
    later();
    return;
  }
  dirty = false;
  saving = keep(form()).finally(() => {
    saving = null;
  });
}

async function keep(composer) {
  const headers = { "Postroom-Save": "1" };
  const request = fetch(composer.action, { method: "POST", body: body(), headers });
  const answer = await request.catch(() => null);
  const told = await answer?.text().catch(() => null);
  if (composer !== form()) return;
  if (answer?.redirected && atDoor(answer.url)) {
    dirty = true;
    location.reload(); // the door, and back here
    return;
  }
  if (renewed(answer, composer)) return;
  if (answer?.status === 404) {
    failed(composer.dataset.goneWords);
    return;
  }
  if (answer?.redirected || !told || (!answer.ok && answer.status !== 409)) {
    failed();
    return;
  }
  document.getElementById("saved").outerHTML = told;
  if (answer.ok) settle(document.getElementById("saved").dataset.url);
  if (answer.ok && dirty) later();
}

// From now on it is that draft: a page loaded again shows it.
function settle(url) {
  const composer = form();
  if (!url || composer.getAttribute("action") === url) return;
  composer.setAttribute("action", url);
  composer.setAttribute("hx-post", url);
  window.htmx.process(composer);
  history.replaceState(null, "", url);
}

// With words of its own it is over: there is nothing to try again.
function failed(over) {
  dirty = !over;
  const saved = document.getElementById("saved");
  let words = saved.querySelector(".c-red");
  if (!words) {
    words = document.createElement("span");
    words.className = "c-red";
    saved.append(" ", words);
  }
  words.textContent = over ?? form().dataset.unsavedWords;
  if (!over) later(AGAIN);
}

function press(value) {
  const button = document.createElement("button");
  button.name = "do";
  button.value = value;
  button.hidden = true;
  form().append(button);
  button.click();
  button.remove();
}

// --- text -------------------------------------------------------------------------------------

function surround(field, before, after) {
  const { selectionStart: start, selectionEnd: end, value } = field;
  field.setRangeText(before + value.slice(start, end) + after, start, end, "end");
  if (start === end) field.setSelectionRange(start + before.length, start + before.length);
  changed(field);
}

function list(field, mark) {
  const { value } = field;
  const start = value.lastIndexOf("\n", field.selectionStart - 1) + 1;
  const lines = value.slice(start, field.selectionEnd).split("\n");
  field.setRangeText(lines.map((line) => mark + line).join("\n"), start, field.selectionEnd, "end");
  changed(field);
}

function changed(field) {
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function format(button) {
  const field = document.getElementById("text");
  const { mark, line } = button.dataset;
  if (mark) surround(field, mark, mark);
  else if (line) list(field, line);
  else surround(field, "[", "](https://)");
}

// --- what happens -----------------------------------------------------------------------------

function inside(event) {
  return form()?.contains(event.target);
}

document.addEventListener("input", (event) => {
  if (!inside(event) || event.target.closest(".combo") || event.target.type === "file") return;
  if (event.target.dataset.does) return;
  dirty = true;
  later();
});

document.addEventListener("change", (event) => {
  if (inside(event) && event.target.dataset.does && event.target.value) press(event.target.dataset.does);
});

document.addEventListener("combo:picked", (event) => press(event.detail));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mark], [data-line], [data-link]");
  if (button && inside(event)) format(button);
});

document.addEventListener("keydown", (event) => {
  if (!inside(event) || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form().querySelector("[data-send]").click();
  } else if (event.key === "Enter" && event.target.matches("input[type=search]")) {
    event.preventDefault();
    event.target.closest(".combo").querySelector("[data-enter]").click();
  }
});

// Back to where one came from; what was typed is saved already.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !form()) return;
  if (document.querySelector("dialog[open]") || event.target.closest("input, textarea, select")) return;
  history.back();
});

for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    const files = event.dataTransfer?.types.includes("Files");
    if (!files || !form()) return;
    event.preventDefault(); // dropped beside it, a file would open in place of the page
    form().querySelector("[data-drop]").classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) {
      document.getElementById("add-file").files = event.dataTransfer.files;
      press("attach");
    }
  });
}

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form()?.querySelector("[data-drop]").classList.remove("over");
});

// A button saves by itself: what waits need not be saved before it.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target !== form()) return;
  clearTimeout(timer);
  dirty = false;
});

// What its request did not bring there is saved as what was typed is.
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const status = event.detail.xhr?.status ?? 0;
    if (event.target !== form()) return;
    if (status === 404) failed(form().dataset.goneWords);
    else if (status === 0 || status >= 500) failed();
  });
}

// One at a time: a saving on its way would change the version under the button's feet.
document.addEventListener("htmx:confirm", (event) => {
  if (!saving || event.target !== form()) return;
  event.preventDefault();
  saving.finally(() => event.detail.issueRequest(true));
});

document.addEventListener("htmx:afterSettle", () => ready());

addEventListener("pagehide", () => {
  if (!dirty || !form()) return;
  hold(form());
  navigator.sendBeacon(form().action, body());
});

// A second click on a button that sends asks for nothing more: its answer would take the place of
// the first one's, and of the way to undo it.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.target === form() && event.detail.xhr.getResponseHeader("HX-Redirect")) left = true;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (left && event.target === form()) event.preventDefault();
});

addEventListener("pageshow", () => (left = false)); // back from the next page

function ready() {
  if (!form()) return;
  form().classList.add("scripted");
  for (const hidden of form().querySelectorAll("[data-script][hidden]")) hidden.hidden = false;
  for (const other of form().querySelectorAll("[data-noscript]")) other.hidden = true;
  form().querySelector("[autofocus]")?.focus();
}

// Somebody typed before this was loaded.
function begun() {
  const fields = form()?.querySelectorAll("textarea, input[name=subject], input[name=cc], input[name=bcc]");
  return [...(fields ?? [])].some((field) => field.value !== field.defaultValue);
}

ready();
if (begun()) {
  dirty = true;
  later();
}
