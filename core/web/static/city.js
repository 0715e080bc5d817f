// What the pages of the central city do by themselves; without it they work all the same.
"use strict";

// -- big screen: what it shows is old when nobody answers ------------------
for (const [event, isStale] of [["htmx:sendError", true], ["htmx:responseError", true], ["htmx:afterOnLoad", false]]) {
  document.addEventListener(event, () => {
    const told = document.querySelector(".wall .stale");
    if (!told) return;
    told.textContent = isStale ? told.dataset.said : "";
    told.classList.toggle("shown", isStale);
  });
}
