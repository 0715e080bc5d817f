/* The steps of a report: keeps what is typed, shrinks photos before they are sent, records, and offers the place.
   Without it every step works by its buttons alone. Its words stand in the page. */
(function () {
  "use strict";

  const form = document.querySelector("form[data-report]");
  if (!form || !window.fetch || !window.FormData) return;
  const PAUSE = 2000, SIDE = 1600, QUALITY = 0.82, HEAD = 262144, DEVICE = "huiying-report";
  const find = (id) => document.getElementById(id);
  const saved = find("saved"), danger = find("danger"), list = find("file-list"), trouble = find("file-problem"), progress = find("file-progress");
  const box = form.elements.text, field = (name) => form.elements[name];
  const device = window.onDevice ? window.onDevice(DEVICE) : { canKeep: false };
  let timer = 0, isLeaving = false, isBusy = false, again = false;
  document.querySelectorAll(".report [data-js]").forEach((part) => { part.classList.add("on"); });

  /* ---- keeping what is typed ---- */
  const answers = () => { const all = new FormData(form); all.delete("files"); return all; };
  const shown = {};  /* drawn anew only when it is different: a recording may be playing, and nobody hears of a danger twice */
  const tell = (words) => { if (saved) saved.textContent = words; };

  async function save() {
    if (isLeaving) return;
    if (isBusy) { again = true; return; }
    isBusy = true;
    try {
      const answer = await fetch(form.dataset.save, { method: "POST", body: answers(), headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (!isLeaving) show(told);
      if (told.is_kept) await forget();
    } catch {
      if (!isLeaving) await keepHere();
    }
    isBusy = false;
    if (again) { again = false; save(); }
  }

  function show(told) {
    tell((told.said || "").trim());
    if (told.dangers !== shown.dangers) danger.innerHTML = shown.dangers = told.dangers;
    if (list && told.files !== shown.files) list.innerHTML = shown.files = told.files;
  }

  async function keepHere() {
    try {
      if (!device.canKeep || !box) throw new Error("no room");
      const sealed = await device.sealed(new TextEncoder().encode(box.value));
      await device.put({ id: field("key").value, at: Date.now(), ...sealed });
      tell(form.dataset.offline);
    } catch { tell(form.dataset.unsaved); }
  }

  const forget = async () => { try { if (device.canKeep) await device.drop(field("key").value); } catch { /* nothing lies there */ } };

  async function restore() {
    if (!device.canKeep || !box) return;
    try {
      if (indexedDB.databases && !(await indexedDB.databases()).some((each) => each.name === DEVICE)) return;
      for (const entry of await device.entries()) {
        const isOld = Date.now() - entry.at > 3 * 86400000, isOurs = entry.id === field("key").value || !box.value.trim();
        if (!isOld && isOurs && !box.value.trim()) {
          box.value = new TextDecoder().decode(await device.unsealed(entry));
          tell(form.dataset.restored);
          timer = setTimeout(save, PAUSE);
        }
        if (isOld || isOurs) await device.drop(entry.id);
      }
    } catch { /* what cannot be read is not ours */ }
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => { isLeaving = true; clearTimeout(timer); });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  window.addEventListener("online", () => { if (box && box.value.trim()) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer && !isLeaving) { clearTimeout(timer); save(); } });
  restore();

  /* ---- files ---- */
  function send(name, blob, more) {
    const body = answers();
    if (blob) body.append("files", blob, name);
    for (const [key, value] of Object.entries(more || {})) body.set(key, value);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.dataset.files);
      request.responseType = "json";
      request.upload.onprogress = (event) => { if (progress && event.lengthComputable) progress.value = 100 * event.loaded / event.total; };
      request.onload = () => {
        const told = request.response;
        if (!told) return resolve("?");
        if (told.said !== undefined) show(told);
        resolve((told.problem || "").trim());
      };
      request.onerror = () => resolve("?");
      request.send(body);
    });
  }

  function complain(words) {
    if (!trouble) return;
    trouble.textContent = words;
    trouble.hidden = !words;
  }

  async function take(input, prepare) {
    const files = [...input.files];
    const wrong = [];
    progress.hidden = false;
    for (const [at, file] of files.entries()) {
      progress.value = 0;
      tell((input.dataset.sending || "").replace("{n}", at + 1).replace("{count}", files.length));
      const made = prepare ? await prepare(file) : { blob: file, name: file.name };
      const problem = await send(made.name, made.blob, made.place);
      if (problem) wrong.push(problem === "?" ? (photos.dataset.broken || "").replace("{name}", file.name) : problem);
    }
    progress.hidden = true;
    input.value = "";
    complain(wrong.join(" "));
  }

  /* A photo as it is sent: 1,600 pixels at most, drawn anew, so that nothing of the camera is left in it. What this browser
     cannot draw goes as it is, and the server judges it. */
  async function shrunk(file) {
    const place = await placeOf(file);
    const more = place && field("photo_longitude") === undefined ? { photo_longitude: place[0], photo_latitude: place[1] } : {};
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(image.width * scale));
      canvas.height = Math.max(1, Math.round(image.height * scale));
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      image.close();
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
      if (!blob) throw new Error("not drawn");
      if (place) remember(more);
      return { blob, name: file.name.replace(/\.[^.]*$/, "") + ".jpg", place: more };
    } catch { return { blob: file, name: file.name, place: more }; }
  }

  function remember(more) {
    for (const [name, value] of Object.entries(more)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
  }

  /* Where a JPEG says that it was taken: longitude and latitude out of its EXIF, null = nowhere. */
  async function placeOf(file) {
    try {
      const view = new DataView(await file.slice(0, HEAD).arrayBuffer());
      if (view.getUint16(0) !== 0xffd8) return null;
      for (let at = 2; at < view.byteLength - 10; at += 2 + view.getUint16(at + 2)) {
        if (view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return placeIn(view, at + 10);
        if ((view.getUint16(at) & 0xff00) !== 0xff00) return null;
      }
    } catch { /* a head that ends too early says nothing */ }
    return null;
  }

  function placeIn(view, base) {
    const little = view.getUint16(base) === 0x4949;
    const short = (at) => view.getUint16(base + at, little), long = (at) => view.getUint32(base + at, little);
    const entries = (at) => Array.from({ length: short(at) }, (_, n) => at + 2 + 12 * n);
    const gps = entries(long(4)).find((at) => short(at) === 0x8825);
    if (gps === undefined) return null;
    const tags = new Map(entries(long(gps + 8)).map((at) => [short(at), at]));
    const degrees = (tag, side, negative) => {
      const values = long(tags.get(tag) + 8);
      const [whole, minutes, seconds] = [0, 8, 16].map((step) => long(values + step) / (long(values + step + 4) || 1));
      const sign = String.fromCharCode(view.getUint8(base + tags.get(side) + 8)) === negative ? -1 : 1;
      return sign * (whole + minutes / 60 + seconds / 3600);
    };
    const latitude = degrees(2, 1, "S"), longitude = degrees(4, 3, "W");
    const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude || longitude);
    return isPlace ? [longitude.toFixed(6), latitude.toFixed(6)] : null;
  }

  const photos = find("photos"), sounds = find("sound");
  if (photos) photos.addEventListener("change", () => take(photos, shrunk));
  if (sounds) sounds.addEventListener("change", () => take(sounds));
  if (list) list.addEventListener("click", async (event) => {
    const button = event.target.closest("[name=drop]");
    if (!button) return;
    event.preventDefault();
    const problem = await send("", null, { drop: button.value });
    complain(problem === "?" ? form.dataset.unsaved : problem);
    if (!list.querySelector("img")) form.querySelectorAll("[name^=photo_]").forEach((input) => input.remove());
    find("photos").focus();
  });

  /* ---- recording ---- */
  const record = find("record");
  const KINDS = [["audio/webm;codecs=opus", ".webm"], ["audio/mp4", ".m4a"], ["audio/ogg;codecs=opus", ".ogg"]];
  if (record && !(window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia)) record.parentNode.hidden = true;
  else if (record) listen();

  function listen() {
    let recorder = null, ticking = 0, pressedAt = 0, isStarting = false, endsWhenReady = false;
    const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

    async function start() {
      isStarting = true;
      endsWhenReady = false;
      let stream;
      try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }); }
      catch { isStarting = false; return complain(record.dataset.denied); }
      complain("");
      const [kind, end] = KINDS.find(([each]) => MediaRecorder.isTypeSupported(each)) || ["", ".webm"];
      const pieces = [];
      recorder = new MediaRecorder(stream, kind ? { mimeType: kind, audioBitsPerSecond: 32000 } : {});
      recorder.ondataavailable = (event) => { if (event.data.size) pieces.push(event.data); };
      recorder.onstop = async () => {
        stream.getTracks().forEach((track) => track.stop());
        clearInterval(ticking);
        recorder = null;
        record.classList.remove("on");
        record.textContent = record.dataset.idle;
        if (!pieces.length) return;
        progress.hidden = false;
        const problem = await send(record.dataset.named + end, new Blob(pieces, { type: kind.split(";")[0] }));
        progress.hidden = true;
        complain(problem === "?" ? form.dataset.unsaved : problem);
      };
      const begun = Date.now();
      const tick = () => {
        const seconds = Math.floor((Date.now() - begun) / 1000);
        record.textContent = record.dataset.on.replace("{time}", clock(seconds));
        if (seconds >= Number(record.dataset.most)) stop();
      };
      recorder.start(1000);
      record.classList.add("on");
      tick();
      ticking = setInterval(tick, 500);
      isStarting = false;
      if (endsWhenReady) stop();
    }
    const stop = () => { if (recorder && recorder.state !== "inactive") recorder.stop(); };

    /* held down it ends when let go; clicked it ends with the next click, which is also what keys do */
    let wasHeld = false;
    record.addEventListener("pointerdown", () => { wasHeld = false; if (!recorder && !isStarting) { pressedAt = Date.now(); start(); } else pressedAt = 0; });
    record.addEventListener("pointerup", () => { wasHeld = pressedAt > 0 && Date.now() - pressedAt > 700; if (wasHeld) { if (isStarting) endsWhenReady = true; stop(); } });
    record.addEventListener("click", (event) => {
      if (event.detail === 0) { if (recorder) stop(); else if (!isStarting) start(); return; }
      if (!wasHeld && pressedAt === 0) stop();
    });
    record.addEventListener("contextmenu", (event) => event.preventDefault());
    form.addEventListener("submit", stop);
  }

  /* ---- the place of the phone ---- */
  const locate = find("locate");
  if (locate && !navigator.geolocation) locate.parentNode.hidden = true;
  else if (locate) {
    const idle = locate.textContent, told = find("located");
    const put = (longitude, latitude, words, label) => {
      field("longitude").value = longitude;
      field("latitude").value = latitude;
      told.textContent = words;
      locate.textContent = label;
      save();
    };
    if (field("longitude").value) locate.textContent = locate.dataset.drop;
    locate.addEventListener("click", () => {
      if (field("longitude").value) return put("", "", "", idle);
      navigator.geolocation.getCurrentPosition(
        (found) => put(found.coords.longitude.toFixed(6), found.coords.latitude.toFixed(6), locate.dataset.located, locate.dataset.drop),
        () => { told.textContent = locate.dataset.failed; },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
      );
    });
  }

  /* ---- what is wrong stands first: there the reader goes on ---- */
  const first = find("faults") || find("at-once") || find("alike");
  if (first) first.focus();
})();
