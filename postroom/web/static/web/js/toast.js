// A toast goes after 10 s, but stays while somebody hovers it or is inside it (DESIGN 5).

const STAYS = 10_000;

function expire(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(() => expire(toast), 1000);
  else toast.remove();
}

function start() {
  for (const toast of document.querySelectorAll(".toast:not([data-started])")) {
    toast.dataset.started = "";
    setTimeout(() => expire(toast), STAYS);
  }
}

start();
new MutationObserver(start).observe(document.body, { childList: true, subtree: true });
