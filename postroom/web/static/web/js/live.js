// Hears that something changed and says so on <body>: «live:entry», «live:account»,
// «live:source», with detail {kinds}. One tab of the browser holds the stream for all of them, and
// what comes within a second is said once. htmx listens: hx-trigger="live:entry from:body".

const KINDS = ["entry.new", "entry.filing", "account", "source", "member", "notice", "message", "sending"];
const GATHER = 1000; // ms
const AGAIN = 30_000; // ms, after the server closed the door

const place = document.getElementById("live");
const url = place?.dataset.events;
let waiting = [];

function hear(kind) {
  waiting.push(kind);
  if (waiting.length === 1) setTimeout(say, GATHER);
}

function say() {
  const heard = waiting;
  waiting = [];
  for (const name of new Set(heard.map((kind) => kind.split(".")[0]))) {
    const kinds = heard.filter((kind) => kind.split(".")[0] === name);
    document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: { kinds } }));
  }
}

function listen(tell) {
  const source = new EventSource(url);
  let broken = false;
  for (const kind of KINDS) {
    source.addEventListener(kind, () => tell(kind));
  }
  source.addEventListener("open", () => {
    // What happened while nobody listened is found by looking again.
    if (broken) for (const kind of ["entry.filing", "account", "source", "notice", "message", "sending"]) tell(kind);
    broken = false;
  });
  source.addEventListener("error", () => {
    broken = true;
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(tell), AGAIN);
  });
}

function lead(channel) {
  listen((kind) => {
    channel.postMessage(kind);
    hear(kind);
  });
  return new Promise(() => {}); // the lock is held until this tab goes
}

if (url) {
  if (navigator.locks) {
    const channel = new BroadcastChannel(url);
    channel.addEventListener("message", (message) => hear(message.data));
    navigator.locks.request(url, () => lead(channel));
  } else {
    listen(hear); // without HTTPS there are no locks: each tab listens for itself
  }
}
