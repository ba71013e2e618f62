// After a form was sent by htmx, focus goes to what wants attention: the first field that is
// wrong, else the heading of the result. A refresh in the background moves nothing.

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.triggeringEvent?.type !== "submit") return;
  const wrong = document.querySelector("main [aria-invalid=true]");
  const here = event.detail.target?.querySelector("[data-result]"); // what came, before what stood there
  (wrong ?? here ?? document.querySelector("main [data-result]"))?.focus();
});
