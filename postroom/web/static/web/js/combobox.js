// Searching as one types: an ARIA combobox with a listbox (APG), laid over a search form that works
// without it. The options are drawn by the server. An option of a client is chosen for the desk; one
// with an address leads there. In a form with data-free none is chosen before the arrows are used,
// so that Enter sends the form. Inside a larger form, `data-picks` says which button of it a choice
// stands for.

const WAIT = 200; // ms after the last letter

class Combobox {
  constructor(form) {
    this.form = form;
    this.field = form.querySelector("input[type=search]");
    this.box = form.querySelector(".options");
    this.status = form.querySelector("[role=status]");
    this.asked = 0;
    const { field } = this;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.addEventListener("input", () => this.later());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    // Before the blur that a press would cause.
    this.box.addEventListener("pointerdown", (event) => event.preventDefault());
    this.box.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  get options() {
    return [...this.box.querySelectorAll("[role=option]")];
  }

  get active() {
    return this.box.querySelector("[aria-selected=true]");
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const words = this.field.value.trim();
    const asked = ++this.asked;
    if (!words) return this.close();
    const { options } = this.form.dataset;
    const address = `${options}${options.endsWith("=") ? "" : "?q="}${encodeURIComponent(words)}`;
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    // Somebody typed on meanwhile, or the session is over: the form itself still works.
    if (!answer?.ok || answer.headers.has("HX-Redirect") || asked !== this.asked) return undefined;
    this.box.innerHTML = await answer.text();
    this.status.textContent = this.box.querySelector(".count-words").textContent;
    this.box.hidden = false;
    this.field.setAttribute("aria-controls", this.box.querySelector("[role=listbox]").id);
    this.field.setAttribute("aria-expanded", "true");
    return this.mark("free" in this.form.dataset ? null : this.options[0]);
  }

  mark(option) {
    this.active?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const { options } = this;
    if (this.box.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      const now = options.indexOf(this.active);
      this.mark(options.at(now < 0 && step < 0 ? -1 : (now + step) % options.length));
    } else if (event.key === "Enter" && this.active) {
      this.choose(this.active);
    } else if (event.key === "Escape") {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  choose(option) {
    if (!option) return;
    this.close();
    if (option.dataset.href) {
      window.location.assign(option.dataset.href);
      return;
    }
    const { picks } = this.form.dataset;
    if (picks !== undefined) {
      const detail = picks + option.dataset.client;
      this.form.dispatchEvent(new CustomEvent("combo:picked", { bubbles: true, detail }));
      return;
    }
    const address = this.form.dataset.chosen + option.dataset.client;
    history.replaceState(null, "", address);
    window.htmx.ajax("GET", address, { target: "#desk", swap: "outerHTML" });
  }

  close() {
    clearTimeout(this.timer);
    this.asked++;
    this.box.hidden = true;
    this.box.replaceChildren(); // another one on the page uses the same ids
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    this.field.removeAttribute("aria-controls");
  }
}

function start() {
  for (const form of document.querySelectorAll(".combo:not([data-ready])")) {
    form.dataset.ready = "";
    new Combobox(form);
  }
}

start();
document.body.addEventListener("htmx:afterSwap", start);
