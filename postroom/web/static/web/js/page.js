// What every page of a practice does; each module leaves the page alone where it has nothing to do.
import "./keys.js";
import "./combobox.js";
import "./toast.js";
import "./focus.js";
import "./live.js";
import "./refresh.js";
import "./wrong.js";
import "./once.js";
import "./unsaved.js";
import "./typed.js";
import "./copies.js";
import "./idle.js";
