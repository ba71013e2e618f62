// The desk of Unresolved: what changes around it when another letter is laid on it.
import "./combobox.js";
import "./frame.js";
import { singleKeys } from "./keys.js";

const main = document.getElementById("main");

// One letter after the other: the list keeps its place, the phone its pane, focus goes to the
// heading of what was laid down (DESIGN 11). At the swap and no later: whoever is already typing
// in the new search must not lose the field, since a letter alone is a command.
document.body.addEventListener("htmx:afterSwap", (event) => {
  const desk = document.getElementById("desk");
  if (!desk || event.detail.target.id !== "desk") return;
  main.dataset.pane = desk.dataset.shows;
  const parts = document.title.split(" · ");
  document.title = [desk.dataset.title, ...parts.slice(-2)].join(" · ");
  for (const row of document.querySelectorAll("#rows > li")) {
    if (row.dataset.entry === desk.dataset.entry) {
      row.setAttribute("aria-current", "true");
      row.scrollIntoView({ block: "nearest" });
    } else {
      row.removeAttribute("aria-current");
    }
  }
  focusOn(desk, new URL(event.detail.requestConfig.path, location.href).searchParams.has("client"));
});

// A client who was looked up is the card one goes on from; else the heading of the pane one sees.
function focusOn(desk, lookedUp) {
  const headings = [...desk.querySelectorAll("h2[tabindex]")];
  const heading = headings.find((found) => found.getClientRects().length > 0);
  const card = lookedUp ? desk.querySelector(".cand input:checked") : null;
  (card ?? heading)?.focus({ preventScroll: card === null });
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
  const card = event.target.closest(".cand input");
  if (card) choose(card);
});

function choose(card) {
  card.focus({ preventScroll: true }); // a key chose it: the arrows go on from here
  const form = card.form;
  for (const words of form.querySelectorAll("[data-words]")) {
    words.textContent = words.dataset.words.replace("{name}", () => card.dataset.name);
  }
  const box = form.querySelector(".remember");
  box.hidden = !("remember" in card.dataset);
  box.querySelector("input").checked = !box.hidden && "ticked" in card.dataset;
  box.querySelector("small").textContent = card.dataset.note;
}

// Enter files, but only where Enter means nothing else: never on a link, a button or a field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented) return;
  // The Enter that chose a client, held a little too long, must not file as well.
  if (event.repeat && event.target.closest(".cand")) event.preventDefault();
  if (event.repeat) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !singleKeys()) return;
  if (event.target.closest("a, button, input, select, textarea, summary, iframe, dialog")) return;
  if (document.querySelector("dialog[open]")) return;
  const chosen = document.querySelector(".cand input:checked");
  const card = chosen ?? document.querySelector(".cand input");
  if (!card) return;
  event.preventDefault();
  if (chosen) document.querySelector("[data-file]").click();
  else card.focus();
});
