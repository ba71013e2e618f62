// After a form was sent, focus goes to what wants attention: the first field that is wrong, else,
// after htmx, the heading of the result. A refresh in the background moves nothing.

document.querySelector("main [aria-invalid=true]")?.focus();

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.triggeringEvent?.type !== "submit") return;
  const wrong = document.querySelector("main [aria-invalid=true]");
  const here = event.detail.target?.querySelector("[data-result]"); // what came, before what stood there
  const found = wrong ?? here ?? document.querySelector("main [data-result]");
  found?.focus();
  // All of it, once the page has its height: focus is content with a part.
  requestAnimationFrame(() => found?.scrollIntoView({ block: "nearest" }));
});
