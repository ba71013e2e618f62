// What somebody typed outlives the door and the server: where the session has ended, was locked
// meanwhile, or nothing answered, the words that could not be saved wait in this tab, and stand in
// their form again once the same person is back on the same page. Any other page drops them.

const KEY = "postroom.typed";
const FORMS = "form[data-unsaved], form[data-draft], #composer";
const WORDS = "textarea[name], input[name]:not([type]), input[type=text], input[type=search], input[type=email]";
const DOOR = /^\/(sign-in|lock)\b|\/profile\/confirm\b/;

const here = () => location.pathname + location.search;
const who = () => document.getElementById("toast")?.dataset.who;
const forms = () => [...document.querySelectorAll(FORMS)];

export function atDoor(url) {
  return DOOR.test(new URL(url, location.href).pathname);
}

export function hold(form, sent = false) {
  if (!form || !who()) return;
  const words = [...form.querySelectorAll(WORDS)].map((field) => [field.name, field.value]);
  const held = { page: here(), who: who(), place: forms().indexOf(form), sent, words };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(held));
  } catch {
    // This browser keeps nothing: it is as it was before.
  }
}

// Somebody signed in again in another window: this page's forms are refused until it is loaded anew,
// which is done once, with what was typed.
export function renewed(answer, form) {
  const again = performance.getEntriesByType("navigation")[0]?.type === "reload";
  if (answer?.headers.get("Postroom-Reason") !== "csrf" || again) return false;
  hold(form, true);
  location.reload();
  return true;
}

function held() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

// Whoever goes back from the browser's own page, "no answer", may pass by others of ours.
function passing() {
  return performance.getEntriesByType("navigation")[0]?.type === "back_forward";
}

function restore() {
  const kept = held();
  if (!kept || atDoor(location.href)) return;
  const theirs = kept.who === who();
  if (theirs && kept.page !== here() && passing()) return;
  sessionStorage.removeItem(KEY);
  const unanswered = kept.sent || (document.referrer && atDoor(document.referrer));
  if (theirs && kept.page === here() && unanswered) put(kept);
}

function put(held) {
  const form = forms()[held.place];
  for (const [name, value] of form ? held.words : []) {
    const field = [...form.querySelectorAll(WORDS)].find((one) => one.name === name);
    if (!field || field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(FORMS) && !form.matches("[hx-post]")) hold(form, true);
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const to = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (to && atDoor(to)) for (const form of forms()) hold(form);
});

document.addEventListener("DOMContentLoaded", restore); // the page's other modules listen by then
