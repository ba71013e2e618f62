// An inbox: a letter that is laid on the desk is read, and its row no longer bold.
import "./frame.js";
import { focusHeading, laidDown } from "./desk.js";

laidDown((desk) => {
  const row = document.getElementById(`row-${desk.dataset.entry}`);
  row?.classList.remove("unread");
  row?.querySelector(".udot")?.remove();
  focusHeading(desk);
});
