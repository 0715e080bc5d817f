/* Keeps the form of /center/new usable without network: the page itself, and what it is drawn and run with. Nothing of anybody is kept here. */
"use strict";

const KEPT = "huiying-center";
const PAGE = "/center/new";
const WORDS = "<!doctype html><meta charset=utf-8><title>没有网络</title><p>没有网络，这台设备上还没有存过代录的页面。请连上网打开一次。<p lang=en>No network, and this device has no copy of the form yet. Connect and open it once.";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.status === 200 && !answer.redirected) await keep(cache, answer.clone());
    return answer;
  } catch {
    return (await cache.match(PAGE)) || new Response(WORDS, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}

/* Put the page in the place of the one before, and let go of what it does not need any more. */
async function keep(cache, answer) {
  const text = await answer.clone().text();
  await cache.put(PAGE, answer);
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url);
    if (pathname !== PAGE && !text.includes(pathname + search)) await cache.delete(request);
  }
}

async function asset(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) await cache.put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});
