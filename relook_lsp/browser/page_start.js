// Runs before any script of the page: what would differ from load to load, or block the page, is made steady.
(() => {
  let seed = 0x2545f491;
  const next = () => {
    seed ^= seed << 13; seed ^= seed >>> 17; seed ^= seed << 5;
    return seed >>> 0;
  };
  Math.random = function random() { return next() / 4294967296; };
  const fill = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = next() & 255;
    return array;
  };
  if (globalThis.crypto) {
    Object.defineProperty(crypto, "getRandomValues", { value: fill, configurable: true, writable: true });
    Object.defineProperty(crypto, "randomUUID", { configurable: true, writable: true, value: () => {
      const hex = [...fill(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    } });
  }
  // A document's clock starts a fraction of a millisecond before its first script, and that fraction differs.
  const clock = performance.now.bind(performance), started = clock();
  performance.now = () => clock() - started;
  window.alert = () => undefined;
  window.confirm = () => false;
  window.prompt = () => null;
  window.print = () => undefined;
  window.open = () => null;
  // Forever pending: a refusal would look like the author's mistake.
  if (globalThis.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = () => new Promise(() => undefined);

  // A page that leaves at once would be half a page: what it showed first is looked at. A router that takes the
  // navigation over stays on the page. This listener is always the last one, so that it knows.
  // What it cannot stop is stopped here: the way back, and forms, behind which the rest is not read.
  HTMLFormElement.prototype.submit = () => undefined;
  History.prototype.back = History.prototype.forward = History.prototype.go = () => undefined;
  if (!globalThis.navigation || window.top !== window) return;
  const taken = new WeakSet();
  const intercept = NavigateEvent.prototype.intercept;
  NavigateEvent.prototype.intercept = function (...options) {
    taken.add(this);
    return intercept.apply(this, options);
  };
  const stay = (event) => {
    if (event.cancelable && !event.destination.sameDocument && !taken.has(event)) event.preventDefault();
  };
  const add = navigation.addEventListener.bind(navigation);
  const last = () => { navigation.removeEventListener("navigate", stay); add("navigate", stay); };
  navigation.addEventListener = (...words) => { add(...words); last(); };
  last();
})();
