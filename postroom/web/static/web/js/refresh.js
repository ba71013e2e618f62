// A region that follows what happens is drawn anew, but not under somebody's hands: while focus
// is inside it, or a «Details» stands open, the news waits until they are done.

const waiting = new Map(); // region id -> name of the event it missed

function refreshes(event) {
  const { elt } = event.detail.requestConfig;
  return event.detail.target === elt && elt.matches("[id][hx-trigger*='live:']");
}

function inUse(region) {
  const focused = document.activeElement;
  if (focused && focused !== document.body && region.contains(focused)) return true;
  return region.querySelector("details[open]") !== null;
}

function hold(event) {
  if (!refreshes(event) || !inUse(event.detail.requestConfig.elt)) return false;
  const { elt, triggeringEvent } = event.detail.requestConfig;
  if (triggeringEvent) waiting.set(elt.id, triggeringEvent.type);
  return true;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (hold(event)) event.preventDefault();
});

// Somebody came in while the answer was on its way.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (hold(event)) event.detail.shouldSwap = false;
});

function release() {
  for (const [id, name] of waiting) {
    const region = document.getElementById(id);
    if (region && inUse(region)) continue;
    waiting.delete(id);
    if (region) document.body.dispatchEvent(new CustomEvent(name));
  }
}

document.addEventListener("focusout", () => setTimeout(release));
document.addEventListener("toggle", release, true); // it does not bubble
