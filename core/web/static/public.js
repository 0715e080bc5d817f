/* Reading a page aloud 朗读 with the voices of the device; where it has none there is no button. One sentence of the page
   after the other, each in the language that it is marked with, so that a long page can be stopped, and is not cut off. */
(function () {
  "use strict";

  const button = document.getElementById("read-aloud"), voices = window.speechSynthesis;
  if (!button || !voices || !window.SpeechSynthesisUtterance) return;
  const READ = "h1, h2, h3, p, li, dt, dd, th, td, label, legend, summary, figcaption, [role=status], [role=alert]";
  let isReading = false;

  const show = () => {
    button.textContent = isReading ? button.dataset.stop : button.dataset.read;
    button.setAttribute("aria-pressed", String(isReading));
  };
  const stop = () => { isReading = false; voices.cancel(); show(); };
  const pieces = () => [...document.querySelectorAll("#main :is(" + READ + ")")]
    .filter((each) => !each.querySelector(READ) && each.getClientRects().length && !each.closest(".sr, .optional"))
    .map((each) => ({ text: each.innerText.replace(/\s+/g, " ").trim(), lang: each.closest("[lang]").lang }))
    .filter((each) => each.text);

  const readAll = () => {
    const found = pieces();
    isReading = true;
    voices.cancel();
    found.forEach((each, place) => {
      const speech = new SpeechSynthesisUtterance(each.text);
      speech.lang = each.lang;
      speech.rate = 0.95;
      if (place === found.length - 1) speech.onend = stop;
      speech.onerror = (event) => {
        if (!isReading || event.error === "canceled" || event.error === "interrupted") return;
        stop();
        button.insertAdjacentHTML("afterend", '<span class="hint" role="status"></span>');
        button.nextElementSibling.textContent = button.dataset.unread;
        button.hidden = true;
      };
      voices.speak(speech);
    });
    if (!found.length) stop();
    show();
  };

  button.hidden = false;
  show();
  button.addEventListener("click", () => (isReading ? stop() : readAll()));
  window.addEventListener("pagehide", () => voices.cancel());
})();
