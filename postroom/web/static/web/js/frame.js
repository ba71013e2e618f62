// «Open larger» makes the frame of a letter as high as the window; without script it is a link to
// the letter alone. The frame runs no script, so it cannot tell how high it is.

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-larger]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const frame = document.getElementById(link.dataset.larger);
  event.preventDefault();
  const larger = frame.classList.toggle("larger");
  link.setAttribute("aria-pressed", String(larger));
  link.setAttribute("role", "button");
  if (larger) frame.scrollIntoView({ block: "start" });
});
