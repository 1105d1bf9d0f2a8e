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
  window.alert = () => undefined;
  window.confirm = () => false;
  window.prompt = () => null;
  window.print = () => undefined;
  window.open = () => null;
})();
