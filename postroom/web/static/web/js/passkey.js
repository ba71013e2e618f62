// Forms [data-passkey="get" or "create"]: the device is asked, its answer goes along as text in
// the field «credential». Hidden, for these forms, where the browser knows no passkeys.

const forms = window.isSecureContext && window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : [];

const asking = new Set(); // forms whose device has not answered yet
const answered = new Set(); // forms that go out now, once

for (const form of forms) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    if (answered.delete(form)) return;
    event.preventDefault(); // pressed twice, a challenge would be spent before its answer came
    if (!form.elements.credential.value && !asking.has(form)) ask(form, event.submitter);
  });
}

// A form [data-passkey-offers]: the browser offers passkeys of ours in the field for the address.
const offering = [...forms].find((form) => "passkeyOffers" in form.dataset);
const RENEW = 4 * 60_000; // ms: a challenge is good for five minutes
let offer = null;

if (offering) beginOffering();

async function beginOffering() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  keepOffering();
  setInterval(keepOffering, RENEW);
  document.addEventListener("visibilitychange", keepOffering);
}

async function keepOffering() {
  offer?.abort();
  if (offering.elements.credential.value || document.hidden) return;
  const mine = (offer = new AbortController());
  try {
    const options = await optionsFor(offering);
    if (mine.signal.aborted) return;
    const made = await get(options, { mediation: "conditional", signal: mine.signal });
    send(offering, made);
  } catch {
    // Nobody chose one. The button and the password are there still.
  }
}

// Back to a page that was kept: its answer is used up.
window.addEventListener("pageshow", () => {
  for (const form of forms) form.elements.credential.value = "";
});

async function ask(form, button) {
  const failed = form.querySelector("[data-passkey-failed]");
  asking.add(form);
  failed.hidden = true;
  button?.setAttribute("aria-busy", "true");
  offer?.abort(); // one question at a time
  try {
    const options = await optionsFor(form);
    const made = await (form.dataset.passkey === "create" ? create(options) : get(options));
    send(form, made);
  } catch {
    // Whoever pressed «Cancel», and a device that has none of ours, look alike on purpose.
    failed.hidden = false;
    button?.removeAttribute("aria-busy");
  } finally {
    asking.delete(form);
  }
}

function send(form, made) {
  form.elements.credential.value = JSON.stringify(made);
  answered.add(form);
  form.requestSubmit();
}

async function optionsFor(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    redirect: "error",
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function create(options) {
  const { response, ...rest } = await shown(navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  }));
  return {
    ...rest,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

async function get(options, how = {}) {
  const { response, ...rest } = await shown(navigator.credentials.get({
    ...how,
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    },
  }));
  return {
    ...rest,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle && text(response.userHandle),
    },
  };
}

async function shown(asked) {
  const credential = await asked;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: credential.response,
  };
}

function known(list = []) {
  return list.map((one) => ({ ...one, id: bytes(one.id) }));
}

// base64url (RFC 4648, 5), without padding

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
