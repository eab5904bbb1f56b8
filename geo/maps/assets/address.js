// State in the part of the address after "#".

// A page in a cell of a notebook has no address of its own: its state is kept here.
export const isFramed = location.protocol === "about:";
let memory = "";

export const getHash = () => (isFramed ? memory : location.hash);

export function setHash(text) {
  if (isFramed) memory = text;
  else history.replaceState(null, "", text || location.pathname + location.search);
}

export const getState = () => new URLSearchParams(getHash().slice(1));

/** Empty values and null leave the address. */
export function setState(changes) {
  const values = getState();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === "") values.delete(key);
    else values.set(key, value);
  }
  const text = values.toString();
  setHash(text ? `#${text}` : "");
}

export function onAddressChange(listener) {
  window.addEventListener("hashchange", listener);
}
