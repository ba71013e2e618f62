// A list with a desk beside it: what changes around the desk when another letter is laid on it.
import { singleKeys, typing } from "./keys.js";

// One letter after the other: the list keeps its place, the phone its pane, focus goes to the
// heading of what was laid down (DESIGN 11). At the swap and no later: whoever is already typing
// in the new search must not lose the field, since a letter alone is a command. `settle(desk,
// asked)` says what else changes, and where the focus goes.
export function laidDown(settle) {
  const main = document.getElementById("main");
  document.querySelector("#rows > [aria-current]")?.scrollIntoView({ block: "nearest" });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const desk = document.getElementById("desk");
    if (!desk || event.detail.target.id !== "desk") return;
    main.dataset.pane = desk.dataset.shows;
    const parts = document.title.split(" · ");
    document.title = [desk.dataset.title, ...parts.slice(-2)].join(" · ");
    const step = event.detail.requestConfig.elt.dataset.key;
    const asked = new URL(event.detail.requestConfig.path, location.href).searchParams;
    if ((step === "j" || step === "k") && !document.getElementById(`row-${desk.dataset.entry}`)) {
      // Off the list: it goes on from its last row, or from its first.
      const last = document.querySelector("#foot [name=last]")?.value;
      asked.delete("before");
      if (step === "j" && last) asked.set("before", last);
      location.replace(`?${asked}`);
      return;
    }
    for (const row of document.querySelectorAll("#rows > li")) {
      if (row.dataset.entry === desk.dataset.entry) {
        row.setAttribute("aria-current", "true");
        row.scrollIntoView({ block: "nearest" });
      } else {
        row.removeAttribute("aria-current");
      }
    }
    settle(desk, asked);
  });
}

// The heading of the pane one sees.
export function focusHeading(desk) {
  const headings = [...desk.querySelectorAll("h2[tabindex]")];
  headings.find((found) => found.getClientRects().length > 0)?.focus({ preventScroll: true });
}

// Until the next letter lies on the desk, a key would still mean the one before.
let exchanging = false;
for (const name of ["htmx:beforeRequest", "htmx:afterSwap", "htmx:afterRequest"]) {
  document.body.addEventListener(name, (event) => {
    if (event.detail.target?.id === "desk") exchanging = name === "htmx:beforeRequest";
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !singleKeys() || typing(event.target)) return;
  if (!exchanging || event.key === "Escape" || event.key === "Tab") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
