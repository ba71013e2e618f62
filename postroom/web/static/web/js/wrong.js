// When a request of htmx fails, what the person asked for did not happen: say so, aloud too, and
// say what to do. The words come from the page, in its language. What a page asks by itself in
// the background fails in silence: it asks again.

const words = document.getElementById("wrong")?.dataset;

export function unreachable() {
  if (words) say(words.offline);
}

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast error";
  toast.setAttribute("role", "alert");
  toast.textContent = text;
  const toasts = document.getElementById("toast");
  for (const older of toasts.querySelectorAll("[role=alert]")) older.remove();
  toasts.append(toast);
}

function asked(event) {
  return words && !event.target.matches("[hx-trigger*='live:']");
}

document.addEventListener("htmx:responseError", (event) => {
  if (!asked(event)) return;
  const { xhr, requestConfig } = event.detail;
  if (xhr.getResponseHeader("Postroom-Reason") === "csrf") say(words.stale);
  else if (xhr.status === 500 && requestConfig.verb !== "get") say(words.unsure);
  else say(words.failed);
});

document.addEventListener("htmx:sendError", (event) => asked(event) && say(words.offline));
document.addEventListener("htmx:timeout", (event) => asked(event) && say(words.unsure));

// The button that was pressed is busy until the answer is here.
document.addEventListener("htmx:beforeRequest", (event) => busy(event)?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => busy(event)?.removeAttribute("aria-busy"));

function busy(event) {
  return event.detail.requestConfig?.triggeringEvent?.submitter;
}
