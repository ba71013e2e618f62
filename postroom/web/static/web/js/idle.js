// Whether somebody is here: what a page asks by itself says so in a header when nobody has
// touched it since it asked last, and does not keep the seat open (practice/door.py).

const LOCK = "/lock";
let touched = true;

for (const name of ["pointerdown", "keydown", "wheel", "touchstart"]) {
  document.addEventListener(name, () => (touched = true), { passive: true, capture: true });
}

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("[hx-trigger*='live:']")) return;
  if (!touched) event.detail.headers["Postroom-Background"] = "yes";
  touched = false;
});

// Another page of this browser is locked: so is this one.
new BroadcastChannel("postroom.lock").addEventListener("message", () => location.assign(LOCK));
