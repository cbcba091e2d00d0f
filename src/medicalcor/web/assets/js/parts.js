// Small manners of the page: theme, folding rail, tabs, toasts, the conversation's place, reply keys.
const root = document.documentElement;
const remember = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`; };

const themes = (event) => {
  const button = event.target.closest("[data-set-theme]");
  if (!button) return;
  event.preventDefault();
  const theme = button.dataset.setTheme;
  remember("theme", theme);
  root.dataset.theme = theme;
  document.querySelectorAll("[data-set-theme]").forEach((other) => other.setAttribute(other.role === "button" ? "aria-pressed" : "aria-checked", String(other.dataset.setTheme === theme)));
};

const fold = (event) => {
  if (!event.target.closest(".rail-fold")) return;
  root.dataset.rail = root.dataset.rail === "narrow" ? "wide" : "narrow";
  remember("rail", root.dataset.rail);
};

const choose = (tab) => {
  const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
  tabs.forEach((other) => {
    const on = other === tab;
    other.setAttribute("aria-selected", String(on));
    other.tabIndex = on ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !on;
  });
};

const tabs = (event) => {
  const tab = event.target.closest('[role="tab"]');
  if (tab) choose(tab);
  const view = event.target.closest("[data-view-tab]");
  if (!view) return;
  document.querySelector(".desk").dataset.view = view.dataset.viewTab;
  view.parentElement.querySelectorAll("[data-view-tab]").forEach((other) => other.setAttribute("aria-pressed", String(other === view)));
};

const arrows = (event) => {
  const tab = event.target.closest?.('[role="tab"]');
  if (!tab || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const all = [...tab.parentElement.querySelectorAll('[role="tab"]')];
  const next = all[(all.indexOf(tab) + (event.key === "ArrowRight" ? 1 : -1) + all.length) % all.length];
  choose(next);
  next.focus();
};

// Morphing keeps what the server sent; which tab was open is the reader's, so it is put back.
const keepTabs = () => {
  let chosen = [];
  document.addEventListener("htmx:before:swap", () => {
    chosen = [...document.querySelectorAll('[role="tab"][aria-selected="true"]')].map((tab) => tab.id);
  });
  document.addEventListener("htmx:after:swap", () => chosen.forEach((id) => {
    const tab = document.getElementById(id);
    if (tab?.getAttribute("aria-selected") === "false") choose(tab);
  }));
};

// The conversation opens at its end, and stays there when it was there.
const talk = () => {
  let end = true;
  const found = () => document.getElementById("talk");
  const down = () => { const element = found(); if (element && end) element.scrollTop = element.scrollHeight; };
  down();
  document.addEventListener("htmx:before:swap", () => {
    const element = found();
    if (element) end = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
  });
  document.addEventListener("htmx:after:swap", down);
};

const toasts = () => {
  const box = document.getElementById("toasts");
  if (!box) return;
  const leave = (toast) => setTimeout(() => toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove(), 7000);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => node.nodeType === 1 && leave(node))))
    .observe(box, { childList: true });
  document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast")?.remove());
};

const offline = () => document.addEventListener("htmx:error", () => {
  const words = document.getElementById("unsent");
  if (words) document.getElementById("toasts").append(words.content.cloneNode(true));
});

// Coming back to the list: as much of it as was shown, at the place where it was.
const place = () => document.addEventListener("htmx:after:swap", () => {
  const shown = document.querySelectorAll("#leads [data-stamp]").length;
  const page = Number(document.getElementById("leads")?.dataset.page ?? 0);
  if (!page || shown <= page) return;
  const address = new URL(location);
  address.searchParams.set("shown", String(shown));
  history.replaceState(history.state, "", address);
});

const copy = async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy"); // pages without https have no other way
  button.querySelector("span").textContent = button.dataset.copied;
};

export const parts = () => {
  document.addEventListener("click", copy);
  document.addEventListener("click", themes);
  document.addEventListener("click", fold);
  document.addEventListener("click", tabs);
  document.addEventListener("keydown", arrows);
  keepTabs();
  talk();
  toasts();
  offline();
  place();
};
