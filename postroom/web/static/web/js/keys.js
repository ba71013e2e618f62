// Single keys (DESIGN 7): an element with data-key="u" is pressed by that key, a link followed,
// a field put in focus. They follow event.key, so AZERTY works, stay silent inside fields and
// with Ctrl, Alt or Meta, and can be switched off (WCAG 2.1.4).

const OFF = "postroom.single-keys-off";
const PLACES = {
  h: "home", i: "my-inbox", s: "shared-inbox", u: "unresolved", c: "clients", r: "register", o: "outbox",
};
const WAIT = 1200; // ms between G and the place

export function singleKeys() {
  return localStorage.getItem(OFF) === null;
}

export function typing(target) {
  return target.isContentEditable || target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
}

let going = 0;

function press(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape" && typing(event.target)) {
    event.target.blur();
    return;
  }
  if (!singleKeys() || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (act(event.key)) event.preventDefault();
}

function act(key) {
  if (key === "/") return focus(document.getElementById("find"));
  if (key === "?") return open(document.getElementById("keys"));
  const small = key.toLowerCase();
  if (going && Date.now() - going < WAIT && small in PLACES) {
    going = 0;
    return follow(document.querySelector(`[data-place="${PLACES[small]}"]`));
  }
  going = small === "g" ? Date.now() : 0;
  return follow(document.querySelector(`[data-key="${CSS.escape(small)}"]`));
}

function focus(field) {
  field?.focus();
  field?.select?.();
  return Boolean(field);
}

function open(dialog) {
  dialog?.showModal();
  return Boolean(dialog);
}

function follow(element) {
  if (!element || element.disabled) return false;
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea")) return focus(element);
  element.click();
  return true;
}

document.addEventListener("keydown", press);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  // A link that opens a dialog leads, without script, to a page that says the same.
  if (opener && open(document.getElementById(opener.dataset.opens))) event.preventDefault();
});

// In the list of keys, and in the profile: the two agree.
const switches = document.querySelectorAll("[data-single-keys]");
for (const single of switches) {
  single.checked = singleKeys();
  single.addEventListener("change", () => {
    if (single.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    for (const other of switches) other.checked = single.checked;
  });
}
