// A toast goes after 10 s, one that offers Undo after the seconds its member has chosen; but it stays
// while somebody hovers it or is inside it (DESIGN 5, MODEL decision 11).

const STAYS = 10;

function expire(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(() => expire(toast), 1000);
  else toast.remove();
}

function start() {
  for (const toast of document.querySelectorAll(".toast:not([data-started])")) {
    toast.dataset.started = "";
    setTimeout(() => expire(toast), 1000 * (Number(toast.dataset.stays) || STAYS));
  }
}

start();
new MutationObserver(start).observe(document.body, { childList: true, subtree: true });
