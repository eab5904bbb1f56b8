// State in the part of the address after "#".

// A page in a cell of a notebook has no address of its own: its state is kept here.
export const isFramed = location.protocol === "about:";
let memory = "";

/** What a reader chooses: the browser's way back leads to what was shown before. */
const CHOICES = [
  "route",
  "section",
  "crossing",
  "corridor",
  "city",
  "link",
  "area",
  "view",
  "mode",
  "tab",
];
/** Whether what follows belongs to a choice that already has its place in the history. */
let isKept = false;

export const getHash = () => (isFramed ? memory : location.hash);

export function setHash(text, isChoice = false) {
  if (isFramed) {
    memory = text;
    return;
  }
  const address = text || location.pathname + location.search;
  if (isChoice && !isKept && document.documentElement.dataset.ready) {
    history.pushState(null, "", address);
    keepAsOne();
  } else history.replaceState(null, "", address);
}

/** All that one click or key changes is one step of the history. */
function keepAsOne() {
  isKept = true;
  setTimeout(() => {
    isKept = false;
  });
}

export const getState = () => new URLSearchParams(getHash().slice(1));

/** Empty values and null leave the address. */
export function setState(changes) {
  const values = getState();
  const before = values.toString();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === "") values.delete(key);
    else values.set(key, value);
  }
  const text = values.toString();
  if (text === before) return;
  setHash(
    text ? `#${text}` : "",
    Object.keys(changes).some((key) => CHOICES.includes(key)),
  );
}

export function onAddressChange(listener) {
  window.addEventListener("hashchange", () => {
    keepAsOne(); // what the address asks for is no new choice
    listener();
  });
}
