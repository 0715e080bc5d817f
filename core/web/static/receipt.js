/* The receipt: its numbers are copied in words, and the page is printed; the address of a public case is copied alike. Without this file both buttons stay hidden: the page
   can be copied by hand, printed by the browser, or sent by SMS. */
(function () {
  "use strict";

  const copy = document.getElementById("copy-numbers"), said = document.getElementById("copy-said");
  const print = document.getElementById("print-receipt");
  if (!copy || !said) return;

  const byHand = (words) => {
    const field = document.createElement("textarea");
    field.value = words;
    field.readOnly = true;
    field.className = "sr";
    copy.after(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  };
  const copied = async (words) => {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch (_) {
      return byHand(words);  // WeChat's browser, or a page without https
    }
  };

  copy.hidden = false;
  copy.addEventListener("click", async () => {
    said.textContent = (await copied(copy.dataset.words)) ? copy.dataset.copied : copy.dataset.failed;
    copy.focus();
  });
  if (!print) return;
  print.hidden = false;
  print.addEventListener("click", () => window.print());
})();
