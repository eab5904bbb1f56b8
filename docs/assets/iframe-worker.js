// The search runs in a worker. The index knows every hanzi as a word of its own, so those of a query
// are told apart too; a page must have all of them.
const apart = (message) =>
  typeof message.data === "string"
    ? { ...message, data: message.data.replace(/[\u4e00-\u9fff]/g, " +$& ") }
    : message;

// Browsers refuse workers to pages opened from a folder. There the script of a worker runs in a hidden
// frame of the page instead.
class FrameWorker extends EventTarget {
  constructor(url) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.title = "search";
    this.ready = new Promise((resolve) => {
      frame.onload = () => resolve(frame.contentWindow);
    });
    const address = new URL(url, location.href).href.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    frame.srcdoc = `<script>postMessage = (data) => parent.dispatchEvent(
      new CustomEvent("worker-says", { detail: data }))</script><script src="${address}"></script>`;
    addEventListener("worker-says", (event) => {
      this.dispatchEvent(new MessageEvent("message", { data: event.detail }));
    });
    document.body.append(frame);
  }

  postMessage(data) {
    this.ready.then((frame) => frame.dispatchEvent(new MessageEvent("message", { data })));
  }
}

window.Worker = class extends (location.protocol === "file:" ? FrameWorker : Worker) {
  postMessage(message) {
    super.postMessage(apart(message));
  }
};
