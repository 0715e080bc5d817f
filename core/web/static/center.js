/* The form at the counter and at the door: kept on the device, encrypted, while there is no network, and sent once when there is. */
(function () {
  "use strict";

  const w = window.w;
  const one = (selector, root) => (root || document).querySelector(selector);
  const form = one("form[data-entry]");
  const canKeep = Boolean(window.isSecureContext && window.indexedDB && window.crypto && crypto.subtle && window.caches && navigator.serviceWorker);
  const KEPT = "huiying-center", PAGE = "/center/new";
  const SOONEST = 1000, LATEST = 30000;
  /* milliseconds until the next try; twice as long after each that found no network */
  const PASSING = [400, 408, 425, 429];
  /* answers after which the same entry is tried again, besides those of a server in trouble */

  /* -- what is kept on the device (device.js): entries, encrypted -- */
  const device = window.onDevice(KEPT), { entries, entry, put, drop, sealed, unsealed } = device;

  async function keep(at) {
    const fields = [], files = [], named = [];
    for (const [name, value] of new FormData(form)) {
      if (name === "csrf_token") continue;
      if (!(value instanceof File)) fields.push([name, value]);
      else if (value.size || value.name) { files.push(await sealed(await value.arrayBuffer())); named.push({ name: value.name, type: value.type }); }
    }
    const said = await sealed(new TextEncoder().encode(JSON.stringify({ fields, named })));
    await put({ id: form.elements.message_id.value, owner: form.dataset.owner, at, said, files, state: "waiting", reason: "" });
  }
  async function read(record) {
    const { fields, named } = JSON.parse(new TextDecoder().decode(await unsealed(record.said)));
    const files = await Promise.all(record.files.map(async (part, place) => new File([await unsealed(part)], named[place].name, { type: named[place].type })));
    return { fields, files };
  }

  /* -- sending: one at a time in all tabs, and again with the same id until the server has said what became of it -- */
  const alone = (work) => (navigator.locks ? navigator.locks.request("huiying-center-send", work) : work());
  const asJson = { Accept: "application/json" };
  const isSignedOut = (answer) => answer.type === "opaqueredirect" || answer.status === 401;

  async function ready() {
    try {
      const answer = await fetch("/center/ready", { redirect: "manual", cache: "no-store", headers: asJson });
      if (isSignedOut(answer)) return "signed-out";
      return answer.ok ? await answer.json() : "offline";
    } catch { return "offline"; }
  }
  async function send(id) {
    const record = await entry(id);
    if (!record || record.state !== "waiting") return record ? record.state : "gone";
    const who = await ready();
    if (typeof who === "string") return who;
    if (who.owner !== record.owner) return "others";
    const { fields, files } = await read(record);
    const body = new FormData();
    for (const [name, value] of fields) body.append(name, value);
    for (const file of files) body.append("files", file, file.name);
    body.append("csrf_token", who.csrf_token);
    body.append("written_at", record.at);
    let answer, told;
    try {
      answer = await fetch(PAGE, { method: "POST", body, redirect: "manual", headers: asJson });
      if (isSignedOut(answer)) return "signed-out";
      told = await answer.json();
    } catch { return answer && answer.status < 500 && !answer.ok && !PASSING.includes(answer.status) ? refuse(record, { message: w("服务器没有收下（{status}）", { status: answer.status }) }) : "offline"; }
    if (answer.ok) {
      await put({ id, owner: record.owner, at: record.at, state: "sent", serial_no: told.serial_no, receipt: told.receipt, receipt_id: told.receipt_id });
      return "sent";
    }
    return answer.status >= 500 || PASSING.includes(answer.status) ? "offline" : refuse(record, told);
  }
  async function refuse(record, told) {
    await put({ ...record, state: "refused", code: told.code || "", reason: told.message || w("服务器没有收下") });
    return "refused";
  }
  let standing = "", pause = SOONEST, next = 0;
  function later() {
    clearTimeout(next);
    next = setTimeout(sendAll, pause);
    pause = Math.min(pause * 2, LATEST);
  }
  async function sendAll() {
    const mine = (await entries()).filter((each) => each.owner === form.dataset.owner && each.state === "waiting").sort((a, b) => (a.at < b.at ? -1 : 1));
    standing = "";
    for (const { id } of mine) {
      const became = await alone(() => send(id));
      if (became === "offline" || became === "signed-out" || became === "others") { standing = became; break; }
    }
    if (standing === "offline") later(); else pause = SOONEST;
    await show();
  }

  /* -- what the page shows of it -- */
  const say = (words, tone) => {
    const band = document.createElement("p");
    band.className = `band field ${tone}`; band.textContent = words;
    one("#told").replaceChildren(band);
    one("#told").focus();
  };
  const STANDING = { offline: w("没有网络，有网后自动提交。"), "signed-out": w("登录已过期，录入的都还在。请重新登录，登录后自动提交。"), others: w("现在登录的是另一个账号，须由录入的人登录后提交。") };
  function button(words, work) {
    const made = document.createElement("button");
    made.type = "button"; made.className = "button"; made.textContent = words;
    made.addEventListener("click", work);
    return made;
  }
  async function line(record) {
    const item = document.createElement("li"), about = item.appendChild(document.createElement("span"));
    const at = new Date(record.at).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
    if (record.state === "sent") {
      about.textContent = w("{at}　已提交，流水号 {serial}", { at, serial: record.serial_no });
      item.append(button(w("打印回执"), () => receipt(record)), button(w("知道了"), async () => { await drop(record.id); await show(); }));
      return item;
    }
    const { fields } = await read(record);
    const text = (fields.find(([name]) => name === "text") || ["", ""])[1];
    about.textContent = `${at}　${text.slice(0, 20)}${text.length > 20 ? "…" : ""}`;
    item.dataset.waits = record.state;
    if (record.state === "refused") item.appendChild(document.createElement("span")).className = "fault";
    if (record.state === "refused") one(".fault", item).textContent = w("没有受理：{reason}", { reason: record.reason });
    else item.appendChild(document.createElement("span")).textContent = w("待提交");
    item.append(button(w("修改"), () => edit(record)), button(w("删除"), async () => { if (confirm(w("从这台设备删除这件代录？删除后找不回来。"))) { await drop(record.id); await show(); } }));
    return item;
  }
  async function show() {
    const box = one("#waiting"), all = await entries(), mine = all.filter((each) => each.owner === form.dataset.owner);
    const others = all.filter((each) => each.owner !== form.dataset.owner && each.state !== "sent").length;
    one("ul", box).replaceChildren(...(await Promise.all(mine.sort((a, b) => (a.at < b.at ? -1 : 1)).map(line))));
    const waits = mine.some((each) => each.state === "waiting");
    const words = one("[data-standing]", box);
    words.textContent = (waits ? STANDING[standing] || w("正在提交……") : "") + (others ? w("另有 {others} 件是别的账号录入的，须由本人登录后提交。", { others }) : "");
    if (waits && standing === "signed-out") {
      const link = document.createElement("a");
      link.href = `/sign-in?next=${encodeURIComponent(PAGE)}`; link.textContent = ` ${w("重新登录")}`;
      words.append(link);
    }
    box.hidden = !mine.length && !others;
  }
  async function edit(record) {
    const { fields, files } = await read(record), given = new Map(fields);
    for (const element of form.elements) {
      if (!element.name || element.name === "csrf_token" || element.type === "file") continue;
      if (element.type === "checkbox") element.checked = given.has(element.name);
      else if (element.type === "radio") element.checked = given.get(element.name) === element.value;
      else if (given.has(element.name)) element.value = given.get(element.name);
    }
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    form.elements.files.files = chosen.files;
    if (record.code === "message-reused") { form.elements.message_id.value = newId(); await drop(record.id); await show(); }
    decide();
    form.elements.text.focus();
  }
  async function receipt(record) {
    const who = await ready();
    if (typeof who === "string") return say(STANDING[who], "soon");
    const sheet = document.body.appendChild(document.createElement("form"));
    Object.assign(sheet, { method: "post", action: record.receipt, hidden: true });
    for (const [name, value] of [["csrf_token", who.csrf_token], ["command_id", record.receipt_id], ["with_code", "1"], ["present", "1"]]) {
      const field = sheet.appendChild(document.createElement("input"));
      Object.assign(field, { type: "hidden", name, value });
    }
    await drop(record.id);
    sheet.submit();
  }

  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  function decide() { form.elements.phone.required = !form.elements.no_phone.checked; }
  function begin() {
    form.reset();
    for (const name of ["text", "name", "phone", "address", "place", "matter", "longitude", "latitude"]) form.elements[name].value = "";
    for (const name of ["no_phone", "told"]) form.elements[name].checked = false;
    form.elements.message_id.value = newId();
    one("[data-located]").textContent = "";
    decide();
    form.elements.text.focus();
  }
  let busy = false;
  async function submit(event) {
    event.preventDefault();
    if (busy || !form.reportValidity()) return;
    busy = true;
    const send_ = one("[data-send]"), id = form.elements.message_id.value;
    send_.disabled = true;
    try {
      await keep(new Date().toISOString());
      const became = await alone(() => send(id)), record = await entry(id);
      if (became === "sent") return await receipt(record);
      if (became === "refused") { say(w("还没有受理：{reason}", { reason: record.reason }), "over"); if (record.code === "message-reused") form.elements.message_id.value = newId(); }
      else { standing = became; later(); begin(); say(`${w("已存在这台设备上。")}${STANDING[became] || ""}`, "soon"); }
      await show();
    } catch (error) {
      say(w("这台设备存不下，没有提交。请检查存储空间，或连上网后再试。"), "over");
    } finally {
      busy = false;
      send_.disabled = false;
    }
  }

  function locate() {
    const told = one("[data-located]");
    if (!navigator.geolocation) { told.textContent = w("这台设备不能定位"); return; }
    told.textContent = w("正在定位……");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.longitude.value = coords.longitude.toFixed(6); form.elements.latitude.value = coords.latitude.toFixed(6);
        told.textContent = w("已带上位置，误差约 {metres} 米", { metres: Math.round(coords.accuracy) });
      },
      () => { told.textContent = w("没有定到位，请写地点"); },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
    );
  }

  /* -- the page itself is kept, so that it opens without network -- */
  async function keepPage() {
    await navigator.serviceWorker.register("/center/worker.js");
    const cache = await caches.open(KEPT), answer = await fetch(PAGE, { redirect: "manual", cache: "no-store" });
    if (answer.type !== "basic" || answer.status !== 200) return;
    await cache.put(PAGE, answer);
    const needed = Array.from(document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]"), (element) => element.href || element.src);
    for (const address of needed) if (!(await cache.match(address))) await cache.add(address);
  }

  /* -- signing out takes everything off the device -- */
  async function forget() {
    await device.forget();
    await window.onDevice("huiying-drafts").forget();
    await caches.delete(KEPT);
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  }
  async function signOut(event) {
    event.preventDefault();
    const left = (await entries()).filter((each) => each.state !== "sent").length;
    if (left && !confirm(w("这台设备上还有 {left} 件代录没有提交，退出后会删除。确定退出？", { left }))) return;
    const leaving = event.target;
    await forget();
    leaving.submit();
  }

  if (!canKeep) return;
  const leaving = one('form[action="/sign-out"]');
  if (leaving) leaving.addEventListener("submit", (event) => signOut(event).catch(() => event.target.submit()));
  if (!form) return;
  form.addEventListener("submit", submit);
  form.elements.no_phone.addEventListener("change", decide);
  one("[data-locate]").addEventListener("click", locate);
  one("[data-offline-hint]").hidden = false;
  decide();
  window.addEventListener("online", () => { pause = SOONEST; sendAll(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sendAll(); });
  sendAll();
  keepPage().catch(() => {});
})();
