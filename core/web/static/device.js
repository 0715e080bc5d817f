/* What is kept on the device while there is no network: encrypted with a key that no script can read out. */
(function () {
  "use strict";

  window.onDevice = function (name) {
    let opened;
    function store() {
      opened = opened || new Promise((resolve, reject) => {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => { request.result.createObjectStore("keys"); request.result.createObjectStore("entries", { keyPath: "id" }); };
        request.onsuccess = () => { request.result.onversionchange = () => { request.result.close(); opened = null; }; resolve(request.result); };
        request.onerror = () => reject(request.error);
      });
      return opened;
    }
    async function within(which, mode, work) {
      const base = await store();
      return new Promise((resolve, reject) => {
        const transaction = base.transaction(which, mode), request = work(transaction.objectStore(which));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    }
    async function key() {
      const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      /* two tabs may both make one: the first that is kept counts */
      await within("keys", "readwrite", (kept) => { const found = kept.get("key"); found.onsuccess = () => { if (!found.result) kept.put(made, "key"); }; return found; });
      return within("keys", "readonly", (kept) => kept.get("key"));
    }
    return {
      canKeep: Boolean(window.isSecureContext && window.indexedDB && window.crypto && crypto.subtle),
      entries: () => within("entries", "readonly", (kept) => kept.getAll()),
      entry: (id) => within("entries", "readonly", (kept) => kept.get(id)),
      put: (record) => within("entries", "readwrite", (kept) => kept.put(record)),
      drop: (id) => within("entries", "readwrite", (kept) => kept.delete(id)),
      async sealed(bytes) {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), bytes) };
      },
      unsealed: async (part) => crypto.subtle.decrypt({ name: "AES-GCM", iv: part.iv }, await key(), part.data),
      async forget() {
        if (opened) { (await opened).close(); opened = null; }
        await new Promise((resolve) => { const request = indexedDB.deleteDatabase(name); request.onsuccess = request.onerror = request.onblocked = resolve; });
      },
    };
  };
})();
