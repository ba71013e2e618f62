// Leaving a form that was changed and not saved asks first (AK-108). The browser has the words.

const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-unsaved]");
  if (form && !event.target.matches("[data-single-keys]")) changed.add(form);
});

document.addEventListener("submit", (event) => event.defaultPrevented || changed.delete(event.target));

addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
