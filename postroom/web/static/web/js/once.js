import { unreachable } from "./wrong.js";

// A form is sent once, however often its button is pressed before the next page is there. What is
// answered with a file (data-file) leaves the page as it is, and may be sent again at once.

const WHILE = 8000; // ms: that answer never came
const sent = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-file]")) return;
  if (!navigator.onLine) unreachable(); // the browser would put its own page in place of ours
  if (!navigator.onLine || sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => again(form, event.submitter), WHILE);
});

function again(form, button) {
  sent.delete(form);
  button?.removeAttribute("aria-busy");
}

// Back from the next page, as it was left.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  sent.clear();
  for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
});
