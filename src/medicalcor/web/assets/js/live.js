// Live: one stream of notices ("something about this person changed"); the parts that show the person ask again.
// The list never moves under the hand: while the pointer or the focus is in it, changes are counted instead.
let changed = new Set();
let soon = 0;
let gone = false;

const plural = new Intl.PluralRules(document.documentElement.lang);
const refresh = (element) => element.dispatchEvent(new Event("changed"));
const list = () => document.getElementById("leads");
const busy = (element) => element.matches(":hover") || element.contains(document.activeElement) || getSelection()?.type === "Range";

const announce = () => {
  const news = document.getElementById("news");
  if (!news) return;
  news.hidden = changed.size === 0;
  const words = JSON.parse(news.dataset.words);
  news.querySelector("span").textContent = (words[plural.select(changed.size)] ?? words.other).replace("{n}", changed.size);
};

const settle = () => {
  soon = 0;
  const found = list();
  if (!found || !changed.size) return;
  if (busy(found)) return announce();
  refresh(found);
};

const heard = (event) => {
  const notice = JSON.parse(event.data);
  const seen = new Set(notice.subjects);
  const all = seen.has("*");
  document.querySelectorAll("[data-watch]").forEach((element) => (all || seen.has(element.dataset.watch) || (element.dataset.watch === "*" && !busy(element))) && refresh(element));
  const calls = document.getElementById("calls");
  if (calls && !busy(calls) && !calls.querySelector(".call-body:not(:empty)")) refresh(calls);
  if (list()) {
    notice.subjects.forEach((subject) => changed.add(subject));
    soon ||= setTimeout(settle, 400);
  }
  const queue = document.getElementById("queue");
  if (queue && !busy(queue)) refresh(queue);
  refresh(document.getElementById("health"));
};

const connection = (state) => {
  document.documentElement.dataset.live = state;
  document.getElementById("offline").hidden = state !== "lost";
};

let position = document.body.dataset.position;
const listen = () => {
  const source = new EventSource(`/events?after=${position}`);
  source.addEventListener("change", (event) => {
    position = event.lastEventId;
    heard(event);
  });
  source.onopen = () => connection("on");
  // A broken line mends itself; one that was refused is asked for again, later, from where it ended.
  source.onerror = () => setTimeout(() => {
    if (source.readyState !== EventSource.OPEN) connection("lost");
    if (source.readyState === EventSource.CLOSED && !gone) listen();
  }, 4000);
  addEventListener("pagehide", () => { gone = true; source.close(); }, { once: true });
};

// After a swap of the list: what is new or newer than before fades in.
const flashes = () => {
  const stamps = new Map();
  const rows = () => document.querySelectorAll("#leads [data-stamp]");
  const remember = () => rows().forEach((row) => stamps.set(row.id, row.dataset.stamp));
  remember();
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.target?.id !== "leads") return;
    rows().forEach((row) => {
      if (stamps.get(row.id) === row.dataset.stamp) return;
      row.classList.add("lead-fresh");
      row.addEventListener("animationend", () => row.classList.remove("lead-fresh"), { once: true });
    });
    stamps.clear();
    remember();
    changed = new Set();
    announce();
  });
};

export const live = () => {
  if (!document.body.dataset.position) return;
  document.addEventListener("click", (event) => event.target.closest("#news button") && refresh(list()));
  document.addEventListener("pointerout", (event) => {
    if (event.target.closest("#leads") && !event.relatedTarget?.closest?.("#leads") && changed.size) soon ||= setTimeout(settle, 400);
  });
  flashes();
  listen();
  addEventListener("pageshow", (event) => event.persisted && location.reload());
};
