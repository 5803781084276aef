// What every page has: copying, fresh numbers, times for people, forms that are
// sent once. Texts from the server are only ever put in as text.
"use strict";

const say = (text) => {
  const toast = document.getElementById("says");
  toast.textContent = text;
  toast.classList.add("on");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove("on"), Math.max(2500, text.length * 80));
};

// copy works without the clipboard's API too, which needs https and a browser
// that allows it. Where nothing may copy, the text is selected for the person.
async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copiedByCommand(text)) {
      if (source) getSelection().selectAllChildren(source);
      say(source ? "This browser does not let the page copy: the text is selected, press Ctrl+C or ⌘C" : text);
      return;
    }
  }
  say("Copied");
}

function copiedByCommand(text) {
  const area = document.createElement("textarea");
  const focused = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyFrom);
  copy(button.dataset.copy ?? source.textContent, source);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  for (const button of event.target.querySelectorAll("button[type=submit]")) button.disabled = true;
});
// A page that comes back out of the browser's memory is as it was left.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once] button[disabled]")) button.disabled = false;
});

// Fields that only some choice of another one needs.
for (const field of document.querySelectorAll("[data-shown-by]")) {
  const [id, value] = field.dataset.shownBy.split("=");
  const select = document.getElementById(id);
  const show = () => { field.hidden = select.value !== value; };
  select.addEventListener("change", show);
  show();
}

// The server's time: a browser's clock may be anywhere.
const ahead = Number(document.documentElement.dataset.now) - Date.now();
const now = () => Date.now() + ahead;

const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function inWords(at) {
  const seconds = (at - now()) / 1000;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return seconds > 0 ? "in a moment" : "just now";
}

function countdown(at) {
  const seconds = Math.max(0, Math.ceil((at - now()) / 1000));
  const two = (n) => String(n).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function tick() {
  for (const time of document.querySelectorAll("time[data-relative]")) time.textContent = inWords(new Date(time.dateTime));
  for (const time of document.querySelectorAll("time[data-countdown]")) time.textContent = countdown(new Date(time.dateTime));
}

// What has happened is told once, not again when the page is loaded again.
if (["?saved", "?revoked", "?signed"].includes(location.search)) history.replaceState(null, "", location.pathname);

// Parts that are marked live are replaced by what the same page has now, if that
// is something else, and nobody is about to use or copy them.
const shown = new Map();
for (const part of document.querySelectorAll("[data-live]")) shown.set(part.id, part.innerHTML);

const inUse = (part) => part.contains(document.activeElement) || (!getSelection().isCollapsed && getSelection().containsNode(part, true));

async function refresh() {
  if (document.hidden || !document.querySelector("[data-live]")) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
  if (answer.type === "opaqueredirect") location.reload(); // signed out elsewhere
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.getElementById("signin")) location.reload();
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || inUse(old) || shown.get(old.id) === fresh.innerHTML) continue;
    shown.set(old.id, fresh.innerHTML);
    old.replaceChildren(...fresh.childNodes);
  }
  tick();
}

// Numbers that are not fresh any more say so, from the second failure on.
let failures = 0;
let fresh = now();
async function keepFresh() {
  const away = document.getElementById("away");
  try {
    await refresh();
    failures = 0;
    fresh = now();
  } catch {
    failures++;
  }
  if (!away) return;
  const text = failures < 2 ? "" : `The server does not answer: these numbers are of ${new Date(fresh).toISOString().slice(11, 19)} UTC. Trying again …`;
  if (away.textContent !== text) away.textContent = text;
  away.hidden = !text;
}

tick();
setInterval(tick, 1000);
setInterval(keepFresh, 5000);
addEventListener("visibilitychange", () => { if (!document.hidden) keepFresh(); });
