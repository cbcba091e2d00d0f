"use strict";
const $ = (id) => document.getElementById(id);
const presets = JSON.parse($("presets").textContent);
const HUES = [190, 40, 265, 130, 330, 80];
const TICKS = { pending: "Sending", sent: "Sent", delivered: "Delivered", read: "Read", failed: "Not delivered" };
const ONE = '<svg viewBox="0 0 17 12" aria-hidden="true"><path d="m3 6.500 3.200 3.200L13 2.700"/></svg>';
const TWO = '<svg viewBox="0 0 17 12" aria-hidden="true"><path d="m1 6.500 3.200 3.200L11 2.700M7.600 9.100l.6.6L15.500 2.700"/></svg>';
const SLOW_MS = 3000;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "short" });

let person = null;
let source = null;
const shown = new Map();

function stored(key, value) {
  try {
    if (value === undefined) return JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify(value));
  } catch { /* a browser that keeps nothing still works */ }
  return null;
}

const initials = (name) => name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => word[0]).join("").toUpperCase() || "?";
const hue = (number) => HUES[Number(number.replace(/\D/g, "").slice(-2)) % HUES.length];

function face(element, who) {
  element.textContent = initials(who.name || who.number);
  element.style.setProperty("--hue", hue(who.number));
}

function row(who, value, about, mark) {
  const label = document.createElement("label");
  label.className = "person";
  label.innerHTML = '<span class="avatar" aria-hidden="true"></span><span><b></b><small></small></span><span class="lang"></span><input type="radio" name="person">';
  label.querySelector("input").value = value;
  label.querySelector("b").textContent = who ? who.name || who.number : "Someone else";
  label.querySelector("small").textContent = about;
  label.querySelector(".lang").textContent = mark;
  const avatar = label.querySelector(".avatar");
  if (who) face(avatar, who);
  else {
    avatar.classList.add("blank");
    avatar.innerHTML = '<svg viewBox="0 0 24 24"><path d="M12 5v14M5 12h14"/></svg>';
  }
  return label;
}

function listPeople() {
  presets.forEach((who, n) => $("people").append(row(who, String(n), who.about, who.language.toUpperCase())));
  $("people").append(row(null, "other", "any name and number", ""));
  $("people").addEventListener("change", (event) => choose(event.target.value));
}

function choose(value) {
  const other = value === "other";
  $("other").hidden = !other;
  if (other) {
    const last = stored("other");
    if (last) { $("other-name").value = last.name; $("other-number").value = last.number; }
    $("other-name").focus();
    return;
  }
  stored("person", value);
  become(presets[Number(value)]);
}

function become(who) {
  person = who;
  for (const id of ["me", "empty-me"]) face($(id), who);
  for (const id of ["me-name", "empty-name"]) $(id).textContent = who.name || who.number;
  $("log").lang = who.language || "";
  $("text").lang = who.language || "";
  suggest($("says"), who.says || presets[0].says, who.language || "ro");
  suggest($("chips"), (who.says || presets[0].says).slice(0, 2), who.language || "ro");
  shown.clear();
  $("log").replaceChildren();
  listen();
}

function suggest(list, texts, language) {
  list.replaceChildren(...texts.map((text) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.lang = language;
    button.textContent = text;
    button.addEventListener("click", () => { $("text").value = text; grow(); closeSheet(); $("text").focus(); });
    item.append(button);
    return item;
  }));
}

function listen() {
  if (source) source.close();
  source = new EventSource(`/phone/events?from=${encodeURIComponent(person.number)}`);
  source.onopen = () => say("");
  source.onerror = () => say("The sandbox is not answering. What is here is kept; trying again.");
  source.onmessage = (event) => show(JSON.parse(event.data));
}

function say(words) {
  $("notice").textContent = words;
  $("notice").hidden = !words;
}

function show(thread) {
  const scroll = $("scroll");
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const first = shown.size === 0;
  const known = new Set(thread.messages.map((message) => message.id));
  if ([...shown.keys()].some((id) => !known.has(id))) { shown.clear(); $("log").replaceChildren(); }
  thread.messages.forEach((message, n) => place(message, thread.messages[n - 1], first));
  $("empty").hidden = thread.messages.length > 0;
  $("log").hidden = thread.messages.length === 0;
  $("typing").hidden = !thread.typing;
  $("state").textContent = thread.typing ? "writing…" : "on WhatsApp";
  $("state").classList.toggle("live", thread.typing);
  if (atEnd || first) scroll.scrollTop = scroll.scrollHeight;
}

function place(message, before, first) {
  const now = JSON.stringify(message);
  const there = shown.get(message.id);
  if (there && there.now === now) return;
  const item = there ? there.item : build(message, before, first);
  if (!there) $("log").append(item);
  shown.set(message.id, { item, now });
  mark(item, message);
}

function build(message, before, first) {
  const date = day.format(new Date(message.at));
  if (!before || day.format(new Date(before.at)) !== date) {
    const heading = document.createElement("li");
    heading.className = "day";
    heading.lang = "en";
    heading.textContent = date === day.format(new Date()) ? "Today" : date;
    $("log").append(heading);
  }
  const item = $("bubble").content.firstElementChild.cloneNode(true);
  item.className = "msg";
  item.classList.toggle("mine", message.mine);
  item.classList.toggle("turn", !before || before.mine !== message.mine);
  item.classList.toggle("new", !first);
  item.querySelector(".body").textContent = message.text;
  const foot = item.querySelector(".foot");
  foot.textContent = message.footer;
  foot.hidden = !message.footer;
  const time = item.querySelector("time");
  time.dateTime = message.at;
  time.textContent = clock.format(new Date(message.at));
  if (message.choices.length) offer(item.querySelector(".choices"), message);
  return item;
}

function mark(item, message) {
  const ticks = item.querySelector(".ticks");
  ticks.className = `ticks ${message.tick}`;
  ticks.innerHTML = message.tick === "pending" || message.tick === "failed" ? "" : message.tick === "sent" ? ONE : TWO;
  const words = document.createElement("span");
  words.className = "quiet";
  words.lang = "en";
  words.textContent = TICKS[message.tick];
  ticks.append(words);
  item.classList.toggle("failed", message.tick === "failed");
  const note = item.querySelector(".note");
  note.lang = "en";
  note.textContent = message.tick === "failed" ? `Not delivered: ${message.reason.toLowerCase()}` : message.kind === "template" ? "template" : "";
  if (message.mine && message.tick === "sent") {
    setTimeout(() => {
      if (ticks.classList.contains("sent")) note.textContent = "the gateway has not taken it yet";
    }, SLOW_MS);
  }
}

function offer(box, message) {
  box.hidden = false;
  box.parentElement.classList.add("asks");
  const buttons = message.choices.map((choice) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = choice.title;
    if (choice.description) {
      const more = document.createElement("small");
      more.textContent = choice.description;
      button.append(more);
    }
    button.addEventListener("click", () => {
      box.querySelector("details")?.removeAttribute("open");
      send({ tap: { type: choice.type, id: choice.id, title: choice.title, message_id: message.id } });
    });
    return button;
  });
  if (!message.opener) { box.append(...buttons); return; }
  const list = document.createElement("details");
  const opener = document.createElement("summary");
  opener.textContent = message.opener;
  list.append(opener, ...buttons);
  box.append(list);
}

async function send(what) {
  const body = JSON.stringify({ from: person.number, name: person.name, ...what });
  try {
    const answer = await fetch("/phone/messages", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (answer.ok) { say(""); return true; }
    say((await answer.json()).error);
  } catch {
    say("The sandbox is not answering. Your text is kept; send it again in a moment.");
  }
  return false;
}

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

$("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) { $("text").focus(); return; }
  $("text").value = "";
  grow();
  $("scroll").scrollTop = $("scroll").scrollHeight;
  if (!(await send({ text }))) { $("text").value = text; grow(); }
  $("text").focus();
});
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("write").requestSubmit(); }
});

$("other").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = $("other-number").value.trim();
  const wrong = !/^([A-Z]{2}\.\w+|\+?[\d\s().-]{7,})$/.test(number);
  $("other-number").setAttribute("aria-invalid", String(wrong));
  if (wrong) { $("other-number").focus(); return; }
  const who = { name: $("other-name").value.trim(), number };
  stored("other", who);
  become(who);
  closeSheet();
  $("text").focus();
});

function closeSheet() {
  $("who").classList.remove("open");
  $("switch").setAttribute("aria-expanded", "false");
}
$("switch").addEventListener("click", () => {
  $("who").classList.add("open");
  $("switch").setAttribute("aria-expanded", "true");
  document.querySelector("#people input:checked").focus();
});
$("close").addEventListener("click", () => { closeSheet(); $("switch").focus(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("who").classList.contains("open")) { closeSheet(); $("switch").focus(); }
});

listPeople();
const last = Number(stored("person") ?? 0);
const start = presets[last] ? last : 0;
document.querySelectorAll("#people input")[start].checked = true;
become(presets[start]);
if (matchMedia("(min-width: 901px)").matches) $("text").focus();
