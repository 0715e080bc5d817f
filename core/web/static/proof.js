/* The proof of work of a form: numbers are tried in a worker until one fits, and put into the form. The same file is the
   worker. Without it, or without WebCrypto (a page without https), the form says how long to wait instead. */
(function () {
  "use strict";

  if (typeof document === "undefined") {
    self.onmessage = async (event) => {
      const { salt, wanted, most } = event.data;
      const encoder = new TextEncoder();
      const bytes = wanted.match(/../g).map((pair) => parseInt(pair, 16));
      for (let number = 0; number <= most; number++) {
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(salt + number)));
        if (bytes.every((byte, place) => digest[place] === byte)) return self.postMessage(number);
      }
    };
    return;
  }

  const box = document.querySelector("[data-proof]");
  if (!box || !window.Worker || !(window.crypto && crypto.subtle)) return;
  const form = box.closest("form"), words = box.querySelector("[role=status]"), field = box.querySelector("[name=proof_number]");
  if (field.value) { if (words) words.textContent = box.dataset.done; return; }  /* found on an earlier page of the same form */
  const worker = new Worker(box.dataset.proof);
  let isSent = null;
  if (words) words.textContent = box.dataset.working;
  worker.onmessage = (event) => {
    field.value = event.data;
    if (words) words.textContent = box.dataset.done;
    worker.terminate();
    if (isSent) form.requestSubmit(isSent.submitter);
  };
  form.addEventListener("submit", (event) => {
    if (field.value || !words) return;  /* a page that is not the last says nothing, and waits for nothing */
    event.preventDefault();
    isSent = event;
    words.textContent = box.dataset.waiting;
  });
  worker.postMessage({ salt: box.dataset.salt, wanted: box.dataset.wanted, most: Number(box.dataset.most) });
})();
