// The theme's search runs in a worker. A page that was opened as a file may start none: a hidden frame stands in for it.
// The offline plugin names such a script on the network; where that is out of reach, the theme hides the search.
class FrameWorker extends EventTarget {
  constructor(address) {
    super();
    this.frame = document.createElement("iframe");
    this.frame.hidden = true;
    document.body.append(this.frame);
    const inside = this.frame.contentWindow;
    inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
    inside.importScripts = (...addresses) => addresses.reduce(
      (before, each) => before.then(() => this.load(each)), Promise.resolve());
    this.ready = this.load(address);
  }

  load(address) {
    return new Promise((done, failed) => {
      const script = this.frame.contentDocument.createElement("script");
      Object.assign(script, { src: address, onload: done, onerror: failed });
      this.frame.contentDocument.body.append(script);
    });
  }

  postMessage(data) {
    this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
  }

  terminate() {
    this.frame.remove();
  }
}

if (location.protocol === "file:") {
  window.Worker = FrameWorker;
  // By this name the theme's worker knows that it is in a frame.
  window.IFrameWorker = FrameWorker;
}
