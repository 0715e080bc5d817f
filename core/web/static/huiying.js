/* Keys, countdowns, the unit picker and the filters. htmx does the requests; every page works without this file. */
(function () {
  "use strict";

  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const one = (selector, root) => (root || document).querySelector(selector);
  const html = document.documentElement;
  html.classList.add("js");

  /* -- words: Chinese as it stands here; a page in another language carries what they are in it (core/web/language) -- */
  const island = one("script#words"), inEnglish = island ? JSON.parse(island.textContent) : {};
  const w = window.w = (text, values) => (inEnglish[text] || text).replace(/\{(\w+)\}/g, (place, name) => (values && name in values ? values[name] : place));

  /* -- keys: an element names its own key (data-key) and what it does (data-does), so no key can be dead -- */
  const rows = () => all("tr[data-serial]");
  const isTyping = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, dialog") !== null;
  const keysAreOn = () => !html.hasAttribute("data-keys-off");

  function step(by) {
    const list = rows();
    if (!list.length) return false;
    const at = list.findIndex((row) => row.classList.contains("at"));
    const next = list[Math.max(0, Math.min(list.length - 1, at + by))];
    if (at !== -1) list[at].classList.remove("at");
    next.classList.add("at");
    next.scrollIntoView({ block: "nearest" });
    const link = one("a.title", next);
    if (next.closest("[data-walk]")) link.focus(); else link.click();
    return true;
  }

  /* lines with a box each, such as the sentences of a letter: one of them holds the focus */
  function line(by) {
    const lines = all("[data-line]"), at = lines.indexOf(document.activeElement);
    const next = lines[at === -1 ? (by > 0 ? 0 : lines.length - 1) : Math.max(0, Math.min(lines.length - 1, at + by))];
    if (next) next.focus();
    return Boolean(next);
  }

  let copied = { serial: "", times: 0, at: 0 };
  function copy() {
    const head = one("[data-copy]");
    if (!head) return false;
    const [serial, title] = [head.dataset.copy, head.dataset.title];
    const again = copied.serial === serial && Date.now() - copied.at < 1500;
    copied = { serial, times: again ? copied.times % 3 + 1 : 1, at: Date.now() };
    const text = [serial, `${serial} ${title}`, `${serial} ${title} ${location.origin}/t/${serial}`][copied.times - 1];
    const done = () => say([w("已复制编号：{text}", { text }), w("已复制编号和标题：{text}", { text }), w("已复制编号、标题和链接：{text}", { text })][copied.times - 1]);
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => {});
    else {
      const area = document.body.appendChild(document.createElement("textarea"));
      area.value = text; area.select();
      if (document.execCommand("copy")) done();
      area.remove();
    }
    return true;
  }

  const general = [
    { key: "j", does: w("下一件"), here: () => rows().length, run: () => step(1) },
    { key: "k", does: w("上一件"), here: () => rows().length, run: () => step(-1) },
    { key: "j", does: w("下一句"), here: () => one("[data-line]"), run: () => line(1) },
    { key: "k", does: w("上一句"), here: () => one("[data-line]"), run: () => line(-1) },
    { key: "x", does: w("勾选这一句"), here: () => one("[data-line]"), run: () => { const here = document.activeElement; if (!here.matches("[data-line]")) return line(1); here.click(); return true; } },
    { key: "Enter", does: w("打开工单"), here: () => one(".at [data-open], [data-open]"), run: () => go(one("[data-open]")) },
    { key: ".", does: w("复制编号（再按加标题，三按加链接）"), here: () => one("[data-copy]"), run: copy },
  ];

  function go(element) {
    if (!element) return false;
    const needed = element.dataset.needs && one("#" + element.dataset.needs);
    if (needed && !needed.value.trim()) { needed.focus(); return true; }
    if (element.matches("summary, section")) return reveal(element);
    if (element.matches("[type=radio], [type=checkbox]")) { element.focus(); element.click(); return true; }
    if (element.matches("input, select, textarea")) {
      const field = element.hidden ? one("#" + element.id + "-text") : element;
      field.focus();
      if (field.select) field.select();
    } else element.click();
    return true;
  }

  /* a form that stands folded is opened, and its first field takes the focus */
  function reveal(element) {
    const form = element.matches("summary") ? element.parentElement : element;
    if (element.matches("summary")) form.open = true;
    form.scrollIntoView({ block: "nearest" });
    const field = all("input:not([type=hidden]), select, textarea, button", form).find((each) => !each.hidden && each.offsetParent !== null);
    if (field) field.focus(); else element.focus();
    return true;
  }

  function name(event) {
    if (event.altKey || event.metaKey) return "";
    const key = { ArrowDown: "j", ArrowUp: "k" }[event.key] || (event.key.length === 1 ? event.key.toLowerCase() : event.key);
    return event.ctrlKey ? "Ctrl+" + key : key;
  }

  /* G, and then the letter of an entry of the menu, goes there */
  let goingSince = 0;
  const goals = () => all("#menu [data-go]");

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || !(event.target instanceof Element)) return;
    const key = name(event);
    if (key === "Escape" && isTyping(event.target) && !event.target.closest("dialog")) return event.target.blur();
    const chord = key.startsWith("Ctrl+");
    if (!chord && (isTyping(event.target) || !keysAreOn())) return;
    if (one("dialog[open]")) return;
    if (key === "Enter" && event.target.closest("a, button, summary")) return;
    const goal = Date.now() - goingSince < 2000 && goals().find((entry) => entry.dataset.go === key);
    goingSince = 0;
    if (goal) { event.preventDefault(); return goal.click(); }
    if (key === "g" && goals().length) { goingSince = Date.now(); return; }
    const bound = all("[data-key]").find((element) => element.dataset.key === key);
    const command = general.find((entry) => entry.key === key && entry.here());
    if (bound ? go(bound) : command && command.run(event)) event.preventDefault();
  });

  function showKeys() {
    const sheet = one("#keys");
    const named = general.filter((entry) => entry.here()).concat(all("[data-key]").map((element) => ({ key: element.dataset.key, does: element.dataset.does })), goals().map((entry) => ({ key: "G+" + entry.dataset.go, does: w("去 {entry}", { entry: entry.firstChild.data.trim() }) })));
    const entries = named.filter((entry, place) => named.findIndex((other) => other.key === entry.key) === place); /* of several with one key the first answers to it */
    const list = one("dl", sheet);
    list.textContent = "";
    for (const { key, does } of entries) {
      const keys = document.createElement("dt"), words = document.createElement("dd");
      for (const part of key.split("+")) {
        const cap = keys.appendChild(document.createElement("kbd"));
        cap.textContent = part.length === 1 ? part.toUpperCase() : part;
      }
      words.textContent = does;
      list.append(keys, words);
    }
    if (sheet.showModal) sheet.showModal(); else sheet.setAttribute("open", "");
  }

  /* -- countdowns: the server draws them, here they are only told anew each minute -- */
  let told = Date.now();
  function inWords(seconds, day) {
    const minutes = Math.max(1, Math.floor(Math.abs(seconds) / 60)), perDay = day / 60;
    const days = Math.floor(minutes / perDay), hours = Math.floor(minutes % perDay / 60), rest = Math.floor(minutes % perDay % 60);
    const amount = days ? w("{days}天{hours}时", { days, hours }) : hours ? w("{hours}时{minutes}分", { hours, minutes: String(rest).padStart(2, "0") }) : w("{minutes}分", { minutes: rest });
    return seconds < 0 ? w("超 {amount}", { amount }) : w("剩 {amount}", { amount });
  }
  function tell() {
    const passed = (Date.now() - told) / 1000;
    told = Date.now();
    for (const dot of all("[data-left]")) {
      const left = Number(dot.dataset.left) - passed;
      dot.dataset.left = left;
      const tone = left < 0 ? "red" : dot.dataset.tone;
      dot.classList.remove("green", "yellow", "red");
      dot.classList.add(tone);
      one("use", dot).setAttribute("href", "#s-" + tone);
      one("span", dot).textContent = inWords(left, Number(dot.dataset.day || 86400));
    }
  }
  setInterval(tell, 60000);

  /* -- unit picker: pinyin initials or any part of the name -- */
  function picker(select) {
    if (select.hidden) return;
    select.hidden = true;
    const box = document.createElement("div"), input = document.createElement("input"), list = document.createElement("ul");
    const options = all("option[value]:not([value=''])", select);
    let shown = [], at = 0;
    box.className = "picker"; list.className = "picker-list"; list.hidden = true; list.id = select.id + "-list";
    list.setAttribute("role", "listbox"); list.setAttribute("aria-label", w("承办单位"));
    Object.assign(input, { type: "text", id: select.id + "-text", autocomplete: "off", placeholder: w("名称或拼音首字母") });
    for (const [attribute, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) input.setAttribute(attribute, value);
    const label = one(`label[for="${select.id}"]`);
    if (label) label.htmlFor = input.id;
    select.after(box); box.append(input, list);
    input.required = select.required;
    select.required = false; /* nobody could be told of a field that is not seen */

    const chosen = () => (select.selectedOptions[0] && select.value ? select.selectedOptions[0].text : "");
    function close() { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); }
    function choose(option) { select.value = option.value; input.value = option.text; close(); select.dispatchEvent(new Event("change", { bubbles: true })); }
    function point(index) {
      at = index;
      all("li", list).forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
      const item = list.children[at];
      if (item && item.id) { input.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
    }
    function open(text) {
      const wanted = text.trim().toLowerCase();
      const rank = (option) => (option.dataset.initials || "").startsWith(wanted) ? 0 : option.text.startsWith(wanted) ? 1 : option.text.includes(wanted) ? 2 : (option.dataset.initials || "").includes(wanted) ? 3 : 4;
      shown = options.map((option) => [rank(option), option]).filter(([place]) => place < 4).sort((a, b) => a[0] - b[0]).map(([, option]) => option).slice(0, 50);
      list.textContent = "";
      shown.forEach((option, place) => {
        const item = list.appendChild(document.createElement("li"));
        item.id = list.id + place; item.setAttribute("role", "option");
        item.append(option.text);
        const initials = item.appendChild(document.createElement("span"));
        initials.className = "initials"; initials.textContent = option.dataset.initials || "";
        item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(option); });
      });
      if (!shown.length) {
        const item = list.appendChild(document.createElement("li"));
        item.className = "none"; item.setAttribute("role", "option"); item.setAttribute("aria-disabled", "true"); item.textContent = w("没有这样的单位");
      }
      list.hidden = false; input.setAttribute("aria-expanded", "true"); point(0);
    }
    input.value = chosen();
    input.addEventListener("input", () => open(input.value));
    input.addEventListener("mousedown", () => { if (list.hidden) open(""); });
    input.addEventListener("blur", () => {
      const named = options.find((option) => option.text === input.value.trim());
      if (named && named.value !== select.value) return choose(named);
      close();
      input.value = chosen();
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open(""); else point(Math.max(0, Math.min(shown.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))));
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        if (shown[at]) choose(shown[at]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault(); event.stopPropagation(); close(); input.value = chosen();
      }
    });
  }

  /* -- a field that only another choice than the suggested one needs -- */
  function otherThan(field) {
    const select = one("#" + field.dataset.of), area = one("textarea", field);
    function show() {
      const other = Boolean(select.value) && select.value !== field.dataset.otherThan;
      field.hidden = !other; area.required = other;
    }
    select.addEventListener("change", show);
    show();
  }

  /* -- what htmx needs from us -- */
  function say(words, tone) {
    const band = document.createElement("p");
    band.className = "band " + (tone || "ok");
    band.textContent = words;
    one("#notice").replaceChildren(band);
  }
  const asks = (element) => element instanceof HTMLElement && "poll" in element.dataset; /* by itself, with a version of its own */
  const polls = (event) => event.detail.elt && (event.detail.elt.id === "list" || asks(event.detail.elt));
  window.huiying = { all, one, say, polls, prepare };
  let version = "";

  document.addEventListener("htmx:configRequest", (event) => {
    if (!polls(event)) return;
    event.detail.headers["X-Poll"] = "1";
    if (asks(event.detail.elt)) { if (event.detail.elt.version) event.detail.headers["If-None-Match"] = event.detail.elt.version; return; }
    event.detail.path = location.pathname + location.search;
    if (version) event.detail.headers["If-None-Match"] = version;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (polls(event)) {
      const inFilters = document.activeElement.closest(".filters");
      if (document.hidden || inFilters) event.preventDefault();
      return;
    }
    if (event.detail.target) event.detail.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target) event.detail.target.removeAttribute("aria-busy");
    const asOf = one("#as-of");
    if (asks(event.detail.elt)) event.detail.elt.version = (event.detail.xhr && event.detail.xhr.getResponseHeader("ETag")) || event.detail.elt.version;
    if (polls(event) && (event.detail.elt.id === "list" || "timed" in event.detail.elt.dataset)) {
      const told = event.detail.xhr && event.detail.xhr.getResponseHeader("Date");
      const failed = !event.detail.xhr || event.detail.xhr.status === 0 || event.detail.xhr.status >= 400;
      if (asOf && told && !failed) asOf.textContent = w("数据截至 {time}", { time: new Date(told).toLocaleTimeString("zh-CN", { hour12: false }) });
      if (event.detail.elt.id === "list") version = (event.detail.xhr && event.detail.xhr.getResponseHeader("ETag")) || version;
      if (asOf) stale(asOf, failed, event.detail.elt);
    } else if (!polls(event)) version = "";
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { status } = event.detail.xhr;
    if (polls(event) && status >= 500) event.detail.shouldSwap = false;
    if (status < 400 || event.detail.xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = false;
    if (!polls(event)) say(w("服务器没有正常回答（{status}），您填写的内容还在页面上。请稍后重试", { status }), "over");
  });
  /* a list that could not be asked anew says so, in amber, until it could */
  function stale(asOf, isStale, elt) {
    if (isStale === asOf.classList.contains("stale")) return;
    asOf.classList.toggle("stale", isStale);
    if (!isStale) return;
    asOf.append(" " + w("刷新没有成功") + " ");
    const again = asOf.appendChild(document.createElement("button"));
    again.type = "button"; again.className = "plain"; again.textContent = w("重试");
    again.addEventListener("click", () => window.htmx.trigger(elt, "refresh"));
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(document);
    if (document.activeElement === document.body && event.detail.target.id !== "list") {
      const heading = one("#pane h2, main h1");
      if (heading) heading.focus({ preventScroll: true });
    }
  });

  function prepare(root) { all("select[data-picker]", root).forEach(picker); all("[data-other-than]", root).forEach(otherThan); }
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-at-once]");
    if (form) one("button", form).click();
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-serial]");
    if (row && event.target.closest("a.title")) { rows().forEach((other) => other.classList.toggle("at", other === row)); one(".work") && one(".work").classList.add("picked"); }
    if (event.target.closest("[data-keys]")) showKeys();
    if (event.target.closest("[data-close]")) { const dialog = event.target.closest("dialog"); if (dialog.close) dialog.close(); else dialog.removeAttribute("open"); }
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("DOMContentLoaded", () => {
    prepare(document);
    all("[data-js]").forEach((element) => { element.hidden = false; });
    if (!html.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches) all("header button[name=theme], #menu button[name=theme]").forEach((theme) => { theme.value = "light"; theme.textContent = w("浅色"); });
  });

  /* -- choosing many: what was ticked stays ticked while the list is renewed -- */
  const picked = new Set();
  let anchor = -1;
  const boxes = () => all("input[name=pick]");
  function tellPicked() {
    const here = boxes();
    here.forEach((box) => box.closest("tr").classList.toggle("chosen", box.checked));
    const whole = one("#pick-page"), count = here.filter((box) => box.checked).length;
    if (whole) { whole.checked = count > 0 && count === here.length; whole.indeterminate = count > 0 && count < here.length; }
    all("[data-picked-count]").forEach((each) => { each.textContent = count || ""; });
    all("[data-picked]").forEach((button) => { button.disabled = count === 0; });
    all("#bulk").forEach((bar) => bar.classList.toggle("none", count === 0));
  }
  function pick(box, on) { box.checked = on; if (on) picked.add(box.value); else picked.delete(box.value); }
  function pickHere(ranges) {
    const here = boxes(), at = Math.max(0, here.findIndex((box) => box.closest("tr").classList.contains("at") || box === document.activeElement));
    if (!here.length) return false;
    if (ranges && anchor >= 0) here.slice(Math.min(anchor, at), Math.max(anchor, at) + 1).forEach((box) => pick(box, true));
    else { pick(here[at], !here[at].checked); anchor = at; }
    tellPicked();
    return true;
  }
  general.push({ key: "x", does: w("选中这一件（Shift+X 选中一段）"), here: () => boxes().length, run: (event) => pickHere(Boolean(event && event.shiftKey)) });
  document.addEventListener("change", (event) => {
    if (event.target.id === "pick-page") boxes().forEach((box) => pick(box, event.target.checked));
    else if (event.target.name === "pick") { pick(event.target, event.target.checked); anchor = boxes().indexOf(event.target); }
    else return;
    tellPicked();
  });
  function keepPicked() { boxes().forEach((box) => { box.checked = picked.has(box.value); }); all("#pick-page").forEach((each) => { each.hidden = false; }); tellPicked(); }
  document.addEventListener("htmx:afterSettle", keepPicked);
  document.addEventListener("DOMContentLoaded", () => { boxes().filter((box) => box.checked).forEach((box) => picked.add(box.value)); keepPicked(); });

  /* -- standard texts (::) and answers of the knowledge base (??), put in where the cursor is -- */
  let texts = null;
  const MARKS = { "::": "::", "：：": "::", "??": "??", "？？": "??" };
  function closeTexts() {
    if (!texts) return;
    texts.list.hidden = true;
    texts.area.removeAttribute("aria-activedescendant");
    texts = null;
  }
  function pointText(at) {
    const items = all("li", texts.list);
    texts.at = (at + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === texts.at)));
    texts.area.setAttribute("aria-activedescendant", items[texts.at].id);
    items[texts.at].scrollIntoView({ block: "nearest" });
  }
  function insertText(item) {
    const { area } = texts, end = area.selectionStart;
    area.setRangeText(item.dataset.text, end - 2, end, "end");
    closeTexts();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.matches("textarea[data-texts]")) return;
    const mark = MARKS[area.value.slice(Math.max(0, area.selectionStart - 2), area.selectionStart)];
    const list = mark && one(`ul.texts[data-after="${mark}"]`, area.closest("form"));
    closeTexts();
    if (!list) return;
    texts = { area, list, at: 0 };
    area.setAttribute("aria-controls", list.id);
    list.hidden = false;
    pointText(0);
  });
  document.addEventListener("keydown", (event) => {
    if (!texts || event.isComposing || event.ctrlKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") pointText(texts.at + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Enter" || event.key === "Tab") insertText(all("li", texts.list)[texts.at]);
    else if (event.key === "Escape") closeTexts();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("mousedown", (event) => {
    const item = texts && event.target.closest("ul.texts li");
    if (item) { event.preventDefault(); insertText(item); } else closeTexts();
  });

  /* -- a choice that brings another with it where nothing was chosen there yet -- */
  document.addEventListener("change", (event) => {
    const brought = event.target.dataset && event.target.dataset.brings && one("#" + event.target.dataset.brings);
    if (brought && !one(`input[name="${brought.name}"]:checked`, brought.form)) brought.checked = true;
  });

  /* -- a menu that is longer than the window shows the entry one is at -- */
  const at = one(".menu [aria-current]");
  const menu = at && at.closest(".entries");
  if (menu && menu.scrollHeight > menu.clientHeight) menu.scrollTop = at.offsetTop - menu.clientHeight / 2;

  /* -- a form that a link leads to is unfolded -- */
  const unfold = () => {
    const form = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (form && form.tagName === "DETAILS") form.open = true;
  };
  window.addEventListener("hashchange", unfold);
  unfold();
})();
