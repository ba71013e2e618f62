// Writing something down: what is typed is kept on the server a second after the last letter, and
// Enter in the search for whom it is about takes the first one found instead of saving.

import { atDoor, hold, renewed } from "./typed.js";

const WAIT = 1000; // ms
const form = document.querySelector("form[data-draft]");
let timer = 0;
let saving = false;

function typed() {
  const data = new FormData(form);
  data.delete("attached");
  return data;
}

function keep() {
  clearTimeout(timer);
  timer = 0;
  if (!saving) fetch(form.dataset.draft, { method: "POST", body: typed() }).then(kept, () => null);
}

// The session has ended or is locked: to the door, and back here with what was typed.
function kept(answer) {
  if (renewed(answer, form) || !answer.redirected || !atDoor(answer.url)) return;
  hold(form);
  location.reload();
}

form.addEventListener("input", (event) => {
  if (event.target.matches("[data-find], [type=file]")) return;
  clearTimeout(timer);
  timer = setTimeout(keep, WAIT);
});

document.addEventListener("submit", (event) => {
  if (event.target !== form || event.defaultPrevented) return;
  saving = true;
  clearTimeout(timer);
});

addEventListener("pagehide", () => {
  if (!timer || saving) return;
  hold(form);
  navigator.sendBeacon(form.dataset.draft, typed());
});

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-find]")) return;
  event.preventDefault();
  const first = form.querySelector("#whom-options [data-first]");
  (first ?? form.querySelector("button[value=find]")).click();
});

// Whoever was found and chosen is said; typing goes on where it was.
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "whom") document.getElementById("whom-title").focus({ preventScroll: true });
});

// Ctrl+Enter saves from anywhere in the form (DESIGN 7).
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
