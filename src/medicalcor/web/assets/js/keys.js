// Keyboard: g then a letter goes to a page, j k move, Enter opens, Esc closes, ? lists, Ctrl K searches.
// No Alt combinations: they type letters in Romanian and German.
// A dialog that was just closed may hold the focus for a moment longer.
const writing = (element) => element.checkVisibility?.() && element.closest("input, textarea, select, [contenteditable]");
const dialog = (name) => document.getElementById(name);
let waiting = 0;

const move = (step) => {
  const items = [...document.querySelectorAll("[data-move]")].filter((item) => item.offsetParent);
  if (!items.length) return;
  const here = items.indexOf(document.activeElement);
  const current = items.findIndex((item) => item.closest('[aria-current="true"]'));
  const from = here >= 0 ? here : current;
  const to = items[Math.min(Math.max(from + step, 0), items.length - 1)];
  to.focus();
  to.scrollIntoView({ block: "nearest" });
};

const open = (name) => {
  const found = dialog(name);
  if (!found || found.open) return;
  document.querySelectorAll("dialog[open]").forEach((other) => other.close());
  found.showModal();
};

const escape = () => {
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  if (writing(document.activeElement)) return document.activeElement.blur();
  document.querySelector("[data-back]")?.click();
};

const pressed = (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return open("find");
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return escape();
  if (writing(event.target)) return;
  if (Date.now() < waiting) {
    waiting = 0;
    const link = document.querySelector(`a[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  const act = { g: () => (waiting = Date.now() + 1200), j: () => move(1), k: () => move(-1), "?": () => open("keys"),
    r: () => document.querySelector("[data-reply]")?.focus(), "/": () => (document.querySelector("[data-search]") ?? { focus: () => open("find") }).focus() }[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
};

// Arrows in the palette move over what was found.
const palette = (event) => {
  const box = event.target.closest("#find");
  if (!box || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  const items = [...box.querySelectorAll("a.find-item")];
  const here = items.indexOf(document.activeElement);
  if (event.key === "Enter") {
    if (here < 0 && items.length) {
      event.preventDefault();
      items[0].click();
    }
    return;
  }
  event.preventDefault();
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? box.querySelector("input") : items[Math.min(next, items.length - 1)])?.focus();
};

export const keys = () => {
  document.addEventListener("keydown", palette);
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open);
    if (event.target.matches("dialog") || event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest("[data-reply]")?.form.requestSubmit();
  });
};
