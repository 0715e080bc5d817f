// What the pages of district administration do by themselves; without it they work all the same.
"use strict";

// Features are put in order by dragging too; the buttons 上移 and 下移 do the same.
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
