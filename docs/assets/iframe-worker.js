// Browsers refuse workers to pages opened from a folder. There the script of a worker, the search,
// runs in a hidden frame of the page instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
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
  };
}
