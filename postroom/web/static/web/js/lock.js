// On the lock page: choosing somebody puts the cursor into the PIN; and the other pages of this
// browser are told, so that nothing stays on a screen that is locked.

const form = document.querySelector("[data-lock]");

form?.addEventListener("click", (event) => {
  // A click on a name, by mouse or finger; arrow keys go on choosing.
  if (event.target.matches("input[name=who]") && event.detail !== 0) form.elements.pin.focus();
});

new BroadcastChannel("postroom.lock").postMessage("locked");
