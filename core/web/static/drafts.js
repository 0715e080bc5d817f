/* What is typed is kept on the server while it is typed, and on the device while there is no network; limits are said and
   cut nothing; what can be taken back is counted down. Nothing here ever sends a form. */
(function () {
  "use strict";

  const one = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const w = window.w || ((text, values) => text.replace(/\{(\w+)\}/g, (place, name) => (values && name in values ? values[name] : place)));
  const WAIT = 2000, SOONEST = 2000, LATEST = 30000, RESUME = 3000, KEPT = 12 * 3600 * 1000;
  /* milliseconds: after the last key until it is saved, between tries after a failure, after a form was sent in vain, how long it stays on the device */
  const me = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  /* this window: what it saved itself is never news to it */
  const states = new WeakMap();
  const stateOf = (form) => { if (!states.has(form)) states.set(form, { version: Number(form.dataset.draftVersion || 0), pause: SOONEST }); return states.get(form); };
  const device = window.onDevice ? window.onDevice("huiying-drafts") : { canKeep: false };
  const owner = () => document.body.dataset.login || "";

  /* -- reading a form: what was typed, nothing hidden, no file, no secret -- */
  function typed(form) {
    const left = new Set(all("input[type=hidden], input[type=password], input[type=file], [autocomplete=one-time-code]", form).map((element) => element.name));
    return Array.from(new FormData(form)).filter(([name, value]) => !left.has(name) && typeof value === "string");
  }
  function parcel(form) {
    const token = one("input[name=csrf_token]", form), id = one("input[name=command_id]", form);
    return {
      typed: typed(form),
      more: [
        ["draft", form.dataset.draft], ["draft_version", String(stateOf(form).version)], ["draft_window", me],
        ["draft_page", location.pathname + location.search], ["draft_title", document.title.split(" · ")[0]],
        ["csrf_token", token ? token.value : ""], ["command_id", id ? id.value : ""],
      ],
    };
  }
  function body(made) {
    const data = new FormData();
    for (const [name, value] of made.typed.concat(made.more)) data.append(name, value);
    return data;
  }
  async function post(made, signal) {
    const answer = await fetch("/drafts", { method: "POST", body: body(made), redirect: "manual", credentials: "same-origin", headers: { "X-Send": "1" }, signal });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 400) return { state: "signed-out" };
    try { return await answer.json(); } catch { return { state: "failed", status: answer.status }; }
  }

  /* -- saying how it stands, beside the form -- */
  function footOf(form) {
    const foot = one(":scope > .draft-foot", form) || form.appendChild(document.createElement("div"));
    foot.className = "draft-foot";
    return foot;
  }
  function tell(form, words, tone) {
    const foot = footOf(form);
    let line = one(".draft-state", foot);
    if (!line) {
      line = document.createElement("p");
      line.className = "hint draft-state"; line.setAttribute("role", "status");
      foot.prepend(line);
    }
    line.classList.toggle("fault", tone === "over");
    if (line.textContent !== words) line.textContent = words;
  }
  function button(words, work) {
    const made = document.createElement("button");
    made.type = "button"; made.className = "button small"; made.textContent = words;
    made.addEventListener("click", work);
    return made;
  }
  function hide(form, name, value) {
    let field = one(`:scope > input[name="${name}"]`, form);
    if (!field) { field = form.appendChild(document.createElement("input")); field.type = "hidden"; field.name = name; }
    field.value = value;
  }
  function offerClearing(form) {
    if (one(".draft-clear", form)) return;
    const made = footOf(form).appendChild(button(w("清除草稿"), async () => {
      const state = stateOf(form), data = new FormData();
      clearTimeout(state.timer); state.dirty = false;
      for (const [name, value] of [["name", form.dataset.draft], ["csrf_token", one("input[name=csrf_token]", form).value], ["page", location.pathname]]) data.append(name, value);
      await fetch("/drafts/discard", { method: "POST", body: data, credentials: "same-origin", redirect: "manual" }).catch(() => {});
      if (device.canKeep) await device.drop(form.dataset.draft).catch(() => {});
      form.reset();
      state.version = 0; hide(form, "draft_version", "0");
      const told = one(`[data-draft-told="${CSS.escape(form.dataset.draft)}"]`);
      if (told) location.reload(); else tell(form, w("草稿已清除"));
      made.remove();
    }));
    made.classList.add("draft-clear");
  }

  /* -- saving -- */
  function later(form, wait) {
    const state = stateOf(form);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form), wait);
  }
  async function save(form) {
    const state = stateOf(form);
    if (!form.isConnected || state.sent || state.asking) return;
    if (state.saving) return later(form, WAIT);
    const made = parcel(form);
    state.dirty = false; state.saving = new AbortController();
    let told;
    try { told = await post(made, state.saving.signal); } catch (error) { told = { state: error.name === "AbortError" ? "aborted" : "offline" }; }
    state.saving = null;
    if (told.state === "aborted" || state.sent) return;
    if (told.state === "saved") {
      state.version = told.version; state.pause = SOONEST;
      hide(form, "draft_version", String(told.version)); hide(form, "draft_window", me);
      tell(form, w("已保存 {at}", { at: told.at }));
      offerClearing(form);
      if (device.canKeep) device.drop(form.dataset.draft).catch(() => {});
    } else if (told.state === "newer") ask(form, told);
    else if (told.state === "sent") tell(form, w("这张表已经提交，没有再存草稿"));
    else if (told.state === "refused") tell(form, told.words, "over");
    else await fail(form, made, told);
  }
  async function fail(form, made, told) {
    const state = stateOf(form);
    state.dirty = true;
    let words = told.state === "signed-out" ? w("登录已过期，没有保存；内容仍在这一页上，重新登录后自动保存") : w("保存失败，仍在这一页上，正在重试");
    if (told.state !== "signed-out" && device.canKeep) {
      try {
        await keep(made);
        words = told.state === "offline" ? w("没有网络，已存在这台设备上，有网后自动保存") : words;
      } catch { /* it is still on the page */ }
    }
    tell(form, words, "over");
    later(form, state.pause);
    state.pause = Math.min(state.pause * 2, LATEST);
  }

  /* -- another window wrote something else: both are shown, and the person decides -- */
  function ask(form, told) {
    const state = stateOf(form), band = document.createElement("div"), words = document.createElement("p"), own = new Map(typed(form));
    state.asking = true;
    band.className = "band soon draft-newer"; band.setAttribute("role", "alert");
    words.textContent = w("另一个窗口在 {at} 保存了不同的内容。两份都在：下面是那一份，您写的还在表里。", { at: told.at });
    band.append(words);
    for (const [name, value] of told.typed) {
      if (!value.trim() || own.get(name) === value) continue;
      const said = band.appendChild(document.createElement("p"));
      said.className = "said prose"; said.lang = "zh-CN"; said.textContent = value;
    }
    const decide = (take) => () => {
      state.version = told.version; state.asking = false;
      band.remove();
      if (take) fill(form, told.typed);
      hide(form, "draft_version", String(told.version));
      save(form);
    };
    const choices = band.appendChild(document.createElement("p"));
    choices.className = "buttons";
    choices.append(button(w("用那一份"), decide(true)), button(w("保留我写的"), decide(false)));
    form.prepend(band);
  }
  function fill(form, said) {
    const given = new Map();
    for (const [name, value] of said) given.set(name, (given.get(name) || []).concat(value));
    for (const element of Array.from(form.elements)) {
      const { name, type } = element, values = given.get(name);
      if (!name || ["hidden", "password", "file", "submit", "button"].includes(type)) continue;
      if (type === "checkbox" || type === "radio") element.checked = Boolean(values && values.includes(element.value));
      else if (type === "select-multiple") Array.from(element.options).forEach((option) => { option.selected = Boolean(values && values.includes(option.value)); });
      else if (values && values.length) element.value = values.shift();
      const shown = element.id && one("#" + CSS.escape(element.id) + "-text");
      if (shown && element.selectedOptions) shown.value = element.value ? element.selectedOptions[0].text : "";
    }
  }

  /* -- on the device, while there is no network: for hours, until it is saved or somebody signs out -- */
  async function keep(made) {
    const said = await device.sealed(new TextEncoder().encode(JSON.stringify(made)));
    await device.put({ id: made.more[0][1], owner: owner(), at: Date.now(), said });
  }
  async function sync() {
    if (!device.canKeep || navigator.onLine === false || !owner()) return;
    let saved = 0;
    for (const record of await device.entries()) {
      if (record.at < Date.now() - KEPT) { await device.drop(record.id); continue; }
      if (record.owner !== owner() || all("form[data-draft]").some((form) => form.dataset.draft === record.id && states.has(form))) continue;
      const made = JSON.parse(new TextDecoder().decode(await device.unsealed(record.said)));
      const token = one("input[name=csrf_token]");
      for (const pair of made.more) if (pair[0] === "csrf_token" && token) pair[1] = token.value;
      let told = await post(made);
      if (told.state === "newer") { made.more[0][1] += "&other=" + record.at; made.more[1][1] = "0"; told = await post(made); }
      if (["saved", "sent", "refused"].includes(told.state)) await device.drop(record.id);
      if (told.state === "saved") saved += 1;
    }
    if (saved && window.huiying) window.huiying.say(w("网络恢复，这台设备上的 {saved} 份草稿已存到服务器，刷新这一页就能看到。", { saved }), "ok");
  }

  /* -- what happens on the page -- */
  const isText = (element) => element.matches && element.matches("textarea, select, input:not([type=hidden]):not([type=password]):not([type=file]):not([autocomplete=one-time-code])");
  function changed(event) {
    const form = isText(event.target) && event.target.closest("form[data-draft]");
    if (!form || event.target.closest(".draft-newer")) return;
    const state = stateOf(form);
    state.dirty = true; state.sent = false;
    later(form, WAIT);
  }
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const isLookUp = event.submitter && event.submitter.formTarget;
    if (!form.matches || !form.matches("form[data-draft]") || isLookUp) return;
    const state = stateOf(form);
    clearTimeout(state.timer);
    state.sent = true; state.dirty = false;
    if (state.saving) state.saving.abort();
    setTimeout(() => goOn(form), RESUME);
  });
  /* a form that is still there some seconds after it was sent was not taken: what stands in it is a draft again */
  function goOn(form) {
    const state = stateOf(form);
    if (!form.isConnected || !state.sent) return;
    if (form.getAttribute("aria-busy") || form.classList.contains("htmx-request")) { setTimeout(() => goOn(form), RESUME); return; }
    state.sent = false; state.dirty = true;
    save(form);
  }
  addEventListener("pagehide", () => {
    for (const form of all("form[data-draft]")) {
      const state = states.get(form);
      if (state && state.dirty && !state.sent && !state.asking) navigator.sendBeacon("/drafts", body(parcel(form)));
    }
  });
  addEventListener("online", () => {
    for (const form of all("form[data-draft]")) { const state = states.get(form); if (state && state.dirty) { state.pause = SOONEST; save(form); } }
    sync().catch(() => {});
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("action") !== "/sign-out" || !device.canKeep || one("body.center") || form.dataset.forgotten) return;
    event.preventDefault();
    const leave = () => { form.dataset.forgotten = "yes"; form.submit(); };
    Promise.race([device.forget(), new Promise((resolve) => setTimeout(resolve, 1000))]).then(leave, leave);
  });

  /* -- limits: said, and what is beyond them stays where it was typed -- */
  function measure(field) {
    const most = Number(field.dataset.longest), length = Array.from(field.value.trim()).length;
    const id = (field.id || field.name) + "-limit";
    let line = field.nextElementSibling && field.nextElementSibling.classList.contains("limit") ? field.nextElementSibling : null;
    if (length <= most * 0.9) { if (line) line.remove(); field.setCustomValidity(""); return; }
    if (!line) {
      line = document.createElement("span");
      line.className = "hint limit"; line.id = id; line.setAttribute("role", "status");
      field.after(line);
    }
    const numbers = { length: length.toLocaleString("en"), most: most.toLocaleString("en"), over: (length - most).toLocaleString("en") };
    const words = length > most ? w("已有 {length} 个字，超过 {most} 字的上限，请精简 {over} 字。写下的都还在。", numbers) : w("已写 {length} 个字，最多 {most} 字。", numbers);
    line.classList.toggle("fault", length > most);
    if (line.textContent !== words) line.textContent = words;
    field.setCustomValidity(length > most ? words : "");
  }
  document.addEventListener("input", (event) => { if (event.target.dataset && event.target.dataset.longest) measure(event.target); });

  /* -- what can be taken back is counted down; it is read aloud once, when it appears -- */
  function count() {
    for (const band of all("[data-undo]")) {
      if (!band.dataset.until) band.dataset.until = String(Date.now() + Number(band.dataset.undo) * 1000);
      const left = Math.ceil((Number(band.dataset.until) - Date.now()) / 1000), seconds = one("[data-seconds]", band);
      if (left > 0) { if (seconds && seconds.textContent !== String(left)) seconds.textContent = String(left); continue; }
      all(".count, button", band).forEach((element) => element.remove());
      delete band.dataset.undo;
    }
  }
  setInterval(count, 250);
  document.addEventListener("DOMContentLoaded", () => {
    count();
    all("[data-longest]").forEach((field) => { if (field.value) measure(field); });
    sync().catch(() => {});
  });
})();
