/* What a page is in besides done: slow, cut off from the network, out of date, without a session. Forms are sent from here,
   so that no answer but a good one takes away what somebody typed. Every form works without this file. */
(function () {
  "use strict";

  const { all, one, say, prepare } = window.huiying, w = window.w;
  const SOON = 300, SLOW = 8000, EVERY = 15000;
  /* milliseconds: until a bar is seen, until it is said that it takes long, between two looks at what is new */

  /* -- busy and slow -- */
  const running = new Set();
  let soon = 0, slow = 0;
  function begin(request) {
    running.add(request);
    clearTimeout(soon); clearTimeout(slow);
    soon = setTimeout(() => { const bar = one(".busy"); if (bar && running.size) bar.classList.add("on"); }, SOON);
    slow = setTimeout(() => { if (running.size) tellSlow(request); }, SLOW);
  }
  function end(request) {
    running.delete(request);
    if (running.size) return;
    clearTimeout(soon); clearTimeout(slow);
    const bar = one(".busy"), band = one("#slow");
    if (bar) bar.classList.remove("on");
    if (band) band.remove();
  }
  function tellSlow(request) {
    const band = line("slow", "soon", w("仍在处理。"));
    band.append(button(w("取消等待"), () => {
      request.cancel();
      say(w("已取消等待。服务器可能已经收到：先刷新看看办了没有，再重新提交。同一张表提交两次，只办一次。"), "soon");
    }));
  }
  /* a line above the page that stays until it is taken away */
  function line(id, tone, words) {
    const old = one("#" + id), band = old || document.createElement("p");
    band.id = id; band.className = "band over-page " + tone; band.setAttribute("role", "status");
    band.textContent = words;
    if (!old) document.body.append(band);
    return band;
  }
  function button(words, run) {
    const made = document.createElement("button");
    made.type = "button"; made.className = "button small"; made.textContent = words;
    made.addEventListener("click", run);
    return made;
  }

  /* -- no network -- */
  function network() {
    const band = one("#offline");
    if (navigator.onLine !== false) { if (band) { band.remove(); say(w("网络已恢复。")); } return; }
    line("offline", "over", w("没有网络。您填写的内容还在这一页上，不要关闭它；有网后再提交。"));
  }
  /* a page that cannot be opened now is not left for one that says no more than that */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (navigator.onLine !== false || !link || link.getAttribute("href").startsWith("#") || link.origin !== location.origin) return;
    event.preventDefault(); event.stopImmediatePropagation();
    say(w("没有网络，这一页暂时打不开。有网后再点。"), "over");
  }, true);
  addEventListener("offline", network);
  addEventListener("online", () => { network(); look(); });

  /* -- the session is over: sign in on the spot, then send the very same again -- */
  let waiting = null;
  function over(again) {
    waiting = again;
    const dialog = one("#sign-in-again") || document.body.appendChild(document.createElement("dialog"));
    dialog.id = "sign-in-again";
    dialog.setAttribute("aria-labelledby", "sign-in-again-title");
    dialog.innerHTML = "";
    const heading = document.createElement("h2"), words = document.createElement("p"), place = document.createElement("div"), more = document.createElement("p");
    heading.id = "sign-in-again-title"; heading.textContent = w("登录已过期");
    words.textContent = w("您填写的内容还在这一页上。登录后接着提交，不用再填。");
    more.className = "buttons";
    const elsewhere = document.createElement("a");
    elsewhere.href = "/sign-in"; elsewhere.target = "_blank"; elsewhere.rel = "noopener"; elsewhere.className = "button small";
    elsewhere.textContent = w("在新窗口登录");
    more.append(elsewhere, button(w("已在别处登录"), () => goOn(place)), button(w("先不登录"), () => dialog.close()));
    dialog.append(heading, words, place, more);
    if (dialog.showModal) dialog.showModal(); else dialog.setAttribute("open", "");
    fetch("/sign-in?next=/account", { credentials: "same-origin" }).then(read).then(([, page]) => ask(place, page)).catch(() => tellIn(place, w("网络不通，登录页没有打开。请稍后再试。")));
  }
  const read = (response) => response.text().then((text) => [response, new DOMParser().parseFromString(text, "text/html")]);
  function tellIn(place, words) {
    const band = document.createElement("p");
    band.className = "band over"; band.setAttribute("role", "alert"); band.textContent = words;
    place.prepend(band);
  }
  function ask(place, page) {
    const card = one(".card", page);
    place.textContent = "";
    if (!card || one("[data-proof]", card)) return tellIn(place, w("请点“在新窗口登录”，登录后回到这里点“已在别处登录”。"));
    for (const part of all(":scope > .band, :scope > form", card)) place.append(document.importNode(part, true));
    const form = one("form", place), login = one("[name=login]", place);
    if (!form) return tellIn(place, w("请点“在新窗口登录”，登录后回到这里点“已在别处登录”。"));
    if (login && !login.value) login.value = document.body.dataset.login || "";
    const first = all("input:not([type=hidden])", form).find((input) => !input.value);
    if (first) first.focus();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fields = new URLSearchParams(new FormData(form));
      fetch(form.getAttribute("action") || location.pathname, { method: "POST", body: fields, credentials: "same-origin" })
        .then(read)
        .then(([response, next]) => new URL(response.url).pathname.startsWith("/sign-in") ? ask(place, next) : signedIn(place, next))
        .catch(() => tellIn(place, w("网络不通，没有登录。请稍后再试。")));
    });
  }
  function goOn(place) {
    fetch("/account", { credentials: "same-origin" }).then(read).then(([response, page]) => {
      if (new URL(response.url).pathname.startsWith("/sign-in")) tellIn(place, w("还没有登录。"));
      else signedIn(place, page);
    }).catch(() => tellIn(place, w("网络不通。请稍后再试。")));
  }
  function signedIn(place, page) {
    const who = page.body.dataset.login;
    if (who !== document.body.dataset.login) return tellIn(place, w("您以另一个账号登录了。为免以别人的名义提交，这里没有接着提交；请换回原来的账号登录，或把内容抄出后刷新页面。"));
    renew(page);
    const dialog = one("#sign-in-again"), again = waiting;
    waiting = null;
    dialog.close ? dialog.close() : dialog.removeAttribute("open");
    say(w("已重新登录。"));
    look();
    if (again) again();
  }
  /* the forms of this page get the token of the new session */
  function renew(page) {
    const fresh = one("input[name=csrf_token]", page);
    if (fresh) for (const token of all("input[name=csrf_token]")) token.value = fresh.value;
  }
  function renewed() {
    return fetch("/account", { credentials: "same-origin" }).then(read).then(([response, page]) => {
      if (new URL(response.url).pathname.startsWith("/sign-in") || page.body.dataset.login !== document.body.dataset.login) return false;
      renew(page);
      return true;
    });
  }

  /* -- forms are sent by a request of ours: only a good answer leaves the page -- */
  const sending = new WeakSet();
  let pressed = null;
  document.addEventListener("click", (event) => { const made = event.target.closest("button, input[type=submit]"); if (made && made.form) pressed = made; }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target || form.closest("#sign-in-again, [data-plain]")) return;
    const by = event.submitter || (pressed && pressed.form === form ? pressed : null);
    const to = new URL((by && by.getAttribute("formaction")) || form.getAttribute("action") || location.href, location.href);
    if (to.origin !== location.origin || to.pathname === "/sign-out" || !document.body.dataset.login) return;
    event.preventDefault();
    send(form, by, to);
  });
  function send(form, by, to, isSecond) {
    if (sending.has(form)) return;
    const fields = new FormData(form);
    if (by && by.name) fields.append(by.name, by.value);
    const request = new XMLHttpRequest();
    const again = () => send(form, by, to);
    request.cancel = () => request.abort();
    request.open("POST", to.pathname + to.search);
    request.setRequestHeader("X-Send", "1");
    request.responseType = "blob";
    request.upload.addEventListener("progress", (event) => {
      const band = one("#slow");
      if (band && event.lengthComputable && event.loaded < event.total) band.firstChild.data = w("仍在上传，已传 {percent}%。", { percent: Math.floor(100 * event.loaded / event.total) });
    });
    request.addEventListener("loadend", () => { sending.delete(form); form.removeAttribute("aria-busy"); end(request); });
    request.addEventListener("error", () => retry(w("网络不通，没有提交。您填写的内容还在页面上。"), again));
    request.addEventListener("load", () => {
      const to_ = request.getResponseHeader("X-Go-To"), code = request.getResponseHeader("X-Code");
      if (to_) return leave(to_);
      if (request.status === 401) return over(again);
      if (code === "form-expired" && !isSecond) return renewed().then((is) => { sending.delete(form); if (is) send(form, by, to, true); else over(again); });
      if ((request.getResponseHeader("Content-Disposition") || "").startsWith("attachment")) return save(request);
      new Response(request.response).text().then((text) => {
        if (request.getResponseHeader("HX-Retarget")) notice(text, request.status >= 500 ? again : null);
        else if (text.slice(0, 200).toLowerCase().includes("<!doctype")) show(text, to);
        else retry(w("服务器没有正常回答（{status}），您填写的内容还在页面上。", { status: request.status }), again);
      });
    });
    sending.add(form);
    form.setAttribute("aria-busy", "true");
    begin(request);
    request.send(form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields));
  }
  function leave(address) {
    const to = new URL(address, location.href);
    if (to.pathname + to.search !== location.pathname + location.search) return location.assign(to.href);
    if (to.hash) location.hash = to.hash;
    location.reload();
  }
  function notice(text, again) {
    const place = one("#notice");
    place.innerHTML = text;
    if (again && place.firstElementChild) place.firstElementChild.append(button(w("重试"), again));
    place.scrollIntoView({ block: "nearest" });
  }
  function retry(words, again) {
    say(words, "over");
    one("#notice .band").append(button(w("重试"), again));
    one("#notice").scrollIntoView({ block: "nearest" });
  }
  function show(text, to) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const scripts = all("script[src]", page.body).map((script) => script.getAttribute("src"));
    document.title = page.title;
    document.body.replaceWith(document.importNode(page.body, true));
    history.replaceState(null, "", to.href);
    for (const src of scripts) { const script = document.createElement("script"); script.src = src; document.body.append(script); }
    if (window.htmx) window.htmx.process(document.body);
    begun();
    const heading = one("#faults, [role=alert], .wrong, main h1");
    if (heading) { if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1; heading.focus(); heading.scrollIntoView({ block: "center" }); }
  }
  function save(request) {
    const named = /filename\*=UTF-8''([^;]+)|filename="?([^";]+)/i.exec(request.getResponseHeader("Content-Disposition")) || [];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(request.response);
    link.download = named[1] ? decodeURIComponent(named[1]) : named[2] || "";
    document.body.append(link); link.click(); link.remove();
  }

  /* -- htmx: the same words for its requests -- */
  const isPoll = (event) => window.huiying.polls(event);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isPoll(event) || event.defaultPrevented) return;
    const { xhr, elt } = event.detail;
    xhr.cancel = () => window.htmx.trigger(elt, "htmx:abort");
    xhr.addEventListener("loadend", () => end(xhr)); /* also where what asked is no longer on the page, and htmx tells nobody */
    begin(xhr);
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr) end(event.detail.xhr); });
  let lookedAt = "";
  function arrive() {
    const here = one("[data-here]");
    if (here && here.dataset.here !== lookedAt) { lookedAt = here.dataset.here; filling = ""; present(here); }
  }
  document.addEventListener("htmx:afterSettle", arrive);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt } = event.detail, code = xhr.getResponseHeader("X-Code");
    if (xhr.status === 401 && code === "session-over") {
      event.detail.shouldSwap = false;
      if (isPoll(event)) return sessionGone();
      over(() => again(elt));
    } else if (code === "form-expired" && !elt.dataset.renewed) {
      event.detail.shouldSwap = false;
      elt.dataset.renewed = "yes";
      renewed().then((is) => { if (is) again(elt); else over(() => again(elt)); });
    }
  });
  function again(elt) {
    const form = elt.closest("form");
    if (!form || form.method !== "post") return elt.click();
    const by = pressed && pressed.form === form ? pressed : one("button:not([type=button])", form);
    if (by) by.click();
  }
  document.addEventListener("htmx:sendError", (event) => {
    if (!isPoll(event)) retry(w("网络不通，您填写的内容还在页面上。请检查网络后重试"), () => again(event.detail.elt));
  });
  function sessionGone() {
    if (one("#sign-in-again[open]") || one("#notice [data-gone]")) return;
    say(w("登录已过期，这一页不再更新。您填写的内容还在。"), "soon");
    const band = one("#notice .band");
    band.dataset.gone = "";
    band.append(button(w("重新登录"), () => over(null)));
  }

  /* -- what is looked at every 15 seconds while the page is seen -- */
  const etags = new Map();
  function poll(address, use) {
    const headers = { "X-Poll": "1" };
    if (etags.has(address)) headers["If-None-Match"] = etags.get(address);
    return fetch(address, { headers, credentials: "same-origin", cache: "no-store" }).then((response) => {
      if (response.status === 304) return true;
      if (response.status === 401) sessionGone();
      if (!response.ok) return response.text().then(() => { throw new Error(String(response.status)); }); /* read to its end, so that it ends */
      if (response.headers.get("ETag")) etags.set(address, response.headers.get("ETag"));
      return response.json().then((told) => { use(told); return true; });
    });
  }
  function counts(told) {
    for (const entry of all("#menu-entries a")) {
      const count = one("[data-count]", entry), fresh = told[entry.getAttribute("href")];
      if (count && fresh !== undefined && count.textContent !== fresh) count.textContent = fresh;
    }
  }
  function look() {
    if (document.hidden || !document.body.dataset.login) return;
    const stale = one("#menu .stale"), here = one("[data-here]");
    if (one("#menu")) poll("/menu", counts).then(() => { if (stale) stale.hidden = true; }, () => { if (stale) stale.hidden = false; });
    if (here) present(here);
  }
  window.huiying.poll = poll;
  window.huiying.look = look;
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);

  /* -- who else has the ticket open, and who is filling in a form on it -- */
  let filling = "";
  function present(place) {
    const address = place.dataset.here + (filling ? "?filling=" + encodeURIComponent(filling) : "");
    poll(address, (told) => {
      const words = told.words || "";
      if (place.textContent !== words) place.textContent = words;
      place.hidden = !words;
      place.classList.toggle("fills", Boolean(told.fills));
      place.dataset.fills = told.fills || "";
    }).catch(() => {});
  }
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[method=post]"), here = one("[data-here]");
    if (!form || !here || filling || form.closest("header, #keys, #sign-in-again")) return;
    const folded = form.closest("details"), heading = folded ? one("summary", folded) : one("h2, h3, legend", form.closest("section, article") || form);
    filling = (heading && (heading.firstChild.textContent || heading.textContent) || "").trim().slice(0, 20) || w("表单");
    present(here);
    setTimeout(() => { filling = ""; }, 90000);
  });
  /* who is about to send is told once that somebody else is at it; nobody is kept from it */
  document.addEventListener("submit", (event) => {
    const here = one("[data-here]"), form = event.target;
    if (!here || !here.dataset.fills || form.method !== "post" || form.dataset.warned || form.closest("header, #keys, #sign-in-again") || !here.closest("main")) return;
    form.dataset.warned = "yes";
    event.preventDefault(); event.stopImmediatePropagation();
    say(w("{others}。先问一声再提交更稳妥；仍要提交，请再按一次。", { others: here.dataset.fills }), "soon");
  }, true);

  /* -- the menu folds in a smaller window -- */
  function fold() {
    const made = one("[data-fold]");
    if (!made) return;
    made.hidden = false;
    made.addEventListener("click", () => {
      const isOpen = made.getAttribute("aria-expanded") === "true";
      made.setAttribute("aria-expanded", String(!isOpen));
      one("#menu").classList.toggle("open", !isOpen);
      if (!isOpen) { const first = one("#menu-entries a[aria-current]") || one("#menu-entries a"); if (first) first.focus(); }
    });
    one("#menu").parentNode.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || made.getAttribute("aria-expanded") !== "true") return;
      event.stopPropagation(); made.click(); made.focus();
    });
  }
  document.addEventListener("click", (event) => { if (event.target.closest("[data-retry]")) look(); });

  function begun() { fold(); prepare(document); network(); lookedAt = ""; arrive(); }
  document.addEventListener("DOMContentLoaded", () => { fold(); network(); arrive(); });
})();
