// What the pages of district administration do by themselves; without it they work all the same.
"use strict";

// Features are put in order by dragging too; the buttons for up and down do the same.
for (const list of document.querySelectorAll("[data-sortable]")) {
  const items = () => [...list.querySelectorAll("[data-feature]")];
  let dragged = null;
  const unmark = () => items().forEach((item) => item.classList.remove("before", "after"));
  const target = (y) => items().find((item) => {
    const box = item.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  for (const item of items()) {
    const grip = item.querySelector(".grip");
    grip.addEventListener("pointerdown", () => { item.draggable = true; });
    grip.addEventListener("pointerup", () => { item.draggable = false; });
    item.addEventListener("dragstart", (event) => {
      dragged = item;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.feature);
      item.classList.add("dragged");
    });
    item.addEventListener("dragend", () => {
      item.draggable = false;
      item.classList.remove("dragged");
      unmark();
      dragged = null;
    });
  }
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    unmark();
    const before = target(event.clientY);
    if (before) before.classList.add("before"); else items().at(-1).classList.add("after");
  });
  list.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const before = target(event.clientY);
    if (before === dragged || (before ?? null) === dragged.nextElementSibling) return;
    const form = dragged.querySelector("form[data-order]");
    for (const [name, value] of [["to", "before"], ["before", before ? before.dataset.feature : ""]]) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      form.append(field);
    }
    form.submit();
  });
}

// Rules are put in order by dragging too, within their phase; the buttons for up and down do the same.
(() => {
  let dragged = null;
  const rules = (list) => [...list.querySelectorAll(":scope > [data-rule]")];
  const unmark = () => document.querySelectorAll("[data-rule].before, [data-rule].after").forEach((each) => each.classList.remove("before", "after"));
  const place = (event) => {
    const list = dragged && event.target instanceof Element && event.target.closest("[data-rules]");
    if (!list || list !== dragged.parentElement) return null;
    const before = rules(list).find((each) => { const box = each.getBoundingClientRect(); return event.clientY < box.top + box.height / 2; });
    return { before, last: rules(list).at(-1) };
  };
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target instanceof Element && event.target.closest("[data-grip]");
    if (grip) grip.closest("[data-rule]").draggable = true;
  });
  document.addEventListener("dragstart", (event) => {
    const rule = event.target instanceof Element && event.target.closest("[data-rule]");
    if (!rule || !rule.draggable) return;
    dragged = rule;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", rule.dataset.rule);
    rule.classList.add("dragged");
  });
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.draggable = false;
    dragged.classList.remove("dragged");
    unmark();
    dragged = null;
  });
  document.addEventListener("dragover", (event) => {
    const at = place(event);
    if (!at) return;
    event.preventDefault();
    unmark();
    if (at.before) at.before.classList.add("before"); else at.last.classList.add("after");
  });
  document.addEventListener("drop", (event) => {
    const at = place(event);
    if (!at) return;
    event.preventDefault();
    const other = at.before || at.last;
    if (other === dragged) return;
    const button = document.querySelector("[data-drop]");
    button.value = `${at.before ? "before" : "behind"}:${dragged.dataset.rule}:${other.dataset.rule}`;
    button.click();
  });

  // What is made anew keeps the place where one was writing, also where a picker was put over a list.
  let was = "";
  document.addEventListener("htmx:beforeSwap", () => { was = document.activeElement ? document.activeElement.id : ""; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.detail.target || event.detail.target.id !== "routing-page" || !was) return;
    const again = document.getElementById(was);
    const instead = again && again.disabled ? document.getElementById(was.replace(/^(up|down)-/, (_, way) => (way === "up" ? "down-" : "up-"))) : again;
    if (instead && instead !== document.activeElement) instead.focus({ preventScroll: true });
  });
})();

// The form of a feature's settings: long lists to tick are searched; what is wrong leads to the field that is searched in.
document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("input[data-finds]")) {
    const boxes = [...document.getElementById(field.dataset.finds).querySelectorAll("label")];
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      for (const box of boxes) box.hidden = wanted !== "" && !box.textContent.toLowerCase().includes(wanted);
    });
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  for (const select of document.querySelectorAll(".settings select[data-picker]")) {
    const field = document.getElementById(`${select.id}-text`), list = document.getElementById(`${select.id}-list`);
    if (!field || !list) continue;
    for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
      if (select.hasAttribute(name)) field.setAttribute(name, select.getAttribute(name));
    }
    field.addEventListener("focus", () => field.select());
    if (!select.dataset.things) continue;
    list.setAttribute("aria-label", select.dataset.things);
    field.placeholder = select.dataset.hint;
    field.addEventListener("input", () => {
      const none = list.querySelector(".none");
      if (none) none.textContent = select.dataset.none;
    });
  }
  const faults = document.getElementById("faults");
  if (!faults) return;
  faults.focus();
  faults.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const field = link && document.getElementById(`${link.hash.slice(1)}-text`);
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
});
