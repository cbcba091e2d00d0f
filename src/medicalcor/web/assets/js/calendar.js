// Moving a visit: drag it, hold it on a touch screen, or press m and use the arrows. The server decides.
import htmx from "htmx.org";

const ROW = 5; // minutes, as board.py has them
const STEP = 3; // rows: a quarter of an hour
const HOLD = 350; // milliseconds until a finger picks up instead of scrolling
const FAR = 6; // pixels until a press becomes a drag

let held; // { button, form, columns, column, row, x, y, startX, startY, moved }

const calendar = () => document.getElementById("calendar");
const say = (words) => { document.getElementById("calendar-said").textContent = words; };
const words = () => JSON.parse(document.getElementById("calendar-said").dataset.words);
const two = (number) => String(number).padStart(2, "0");
const clock = (row) => `${two(Math.floor((row * ROW) / 60))}:${two((row * ROW) % 60)}`;
const height = (body) => parseFloat(getComputedStyle(body).gridAutoRows);
const first = () => Number(document.querySelector(".cal").dataset.first);

const pick = (button, x, y) => {
  const columns = [...document.querySelectorAll(".cal-body[data-day]")];
  const column = columns.indexOf(button.closest(".cal-body"));
  held = { button, form: button.closest(".visit"), columns, column, from: column, row: Number(button.dataset.row), startX: x, startY: y, moved: false };
};

const lift = () => {
  held.moved = true;
  held.form.classList.add("visit-picked");
  calendar().classList.add("calendar-dragging");
};

// Where it would go, shown by moving the visit itself; its rows stay those of the server's page.
const show = () => {
  const from = held.columns[held.from].getBoundingClientRect();
  const to = held.columns[held.column].getBoundingClientRect();
  const down = (held.row - Number(held.button.dataset.row)) * height(held.columns[held.from]);
  held.form.style.transform = `translate(${to.left - from.left}px, ${down}px)`;
  const when = held.form.querySelector(".visit-when");
  held.was ??= when.firstChild.data;
  when.firstChild.data = `${clock(held.row)} `;
};

const drop = () => {
  const { button, form, columns, column, row, from } = held;
  const body = columns[column];
  const stays = column === from && row === Number(button.dataset.row);
  put();
  if (stays) return;
  const move = document.getElementById("calendar-move");
  const path = `/appointments/${button.dataset.id}/move`;
  move.elements.starts.value = `${body.dataset.day}T${clock(row)}`;
  move.elements.practitioner.value = body.dataset.practitioner;
  move.elements.treatment.value = button.dataset.treatment;
  move.elements.version.value = button.dataset.version;
  move.setAttribute("action", path);
  move.setAttribute("hx-post", path);
  htmx.ajax("POST", path, { source: move, target: "#calendar", swap: "outerMorph" });
  form.classList.add("visit-going");
};

// Back to how it was drawn; the answer draws it anew.
const put = () => {
  held.form.classList.remove("visit-picked");
  held.form.style.removeProperty("transform");
  if (held.was) held.form.querySelector(".visit-when").firstChild.data = held.was;
  calendar()?.classList.remove("calendar-dragging");
  held = undefined;
};

const leave = () => {
  if (!held) return;
  const { button } = held;
  put();
  say(words().left);
  button.focus();
};

const clamp = (row) => Math.min(Math.max(row, first()), 288 - Number(held.button.dataset.rows));

const follow = (event) => {
  if (!held || held.byKeys) return;
  if (!held.moved) {
    const far = Math.hypot(event.clientX - held.startX, event.clientY - held.startY) > FAR;
    if (event.pointerType === "touch" ? far : !far) return event.pointerType === "touch" ? cancelHold() : undefined;
    if (event.pointerType === "touch") return;
    lift();
  }
  event.preventDefault();
  const rows = Math.round((event.clientY - held.startY) / height(held.columns[held.from]) / STEP) * STEP;
  held.row = clamp(Number(held.button.dataset.row) + rows);
  const over = held.columns.findIndex((body) => {
    const box = body.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right;
  });
  if (over >= 0) held.column = over;
  show();
};

let waiting = 0;
const cancelHold = () => { clearTimeout(waiting); if (held && !held.moved) held = undefined; };

const press = (event) => {
  const button = event.target.closest?.("[data-drag]");
  if (!button || event.button !== 0 || held) return;
  pick(button, event.clientX, event.clientY);
  if (event.pointerType === "touch") waiting = setTimeout(() => { if (held) { lift(); navigator.vibrate?.(10); } }, HOLD);
};

let dragged = 0; // the click that ends a drag opens nothing
const release = () => {
  clearTimeout(waiting);
  if (!held || held.byKeys) return;
  if (!held.moved) { held = undefined; return; }
  dragged = Date.now();
  drop();
};

const keys = (event) => {
  if (!held) {
    const button = event.target.closest?.("[data-drag]");
    if (!button || event.key !== "m" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    pick(button, 0, 0);
    held.byKeys = true;
    lift();
    return say(words().picked);
  }
  const step = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!step && !["Enter", " ", "Escape"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "Escape") return leave();
  if (!step) return drop();
  held.column = Math.min(Math.max(held.column + step[0], 0), held.columns.length - 1);
  held.row = clamp(held.row + step[1]);
  show();
  held.form.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(`${held.columns[held.column].parentElement.getAttribute("aria-label")}, ${clock(held.row)}`);
};

export const movable = () => {
  document.addEventListener("change", (event) => event.target.matches("[data-submit]") && event.target.value !== "" && event.target.form.requestSubmit());
  document.addEventListener("submit", (event) => { if (event.target.matches("[data-close-after]")) event.target.closest("dialog")?.close(); });
  if (document.querySelector(".cal")?.dataset.mayMove !== "yes") return;
  document.addEventListener("pointerdown", press);
  document.addEventListener("pointermove", follow, { passive: false });
  document.addEventListener("touchmove", (event) => { if (held?.moved) event.preventDefault(); }, { passive: false });
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", () => held && !held.byKeys && leave());
  document.addEventListener("keydown", keys, true);
  document.addEventListener("click", (event) => {
    if (Date.now() - dragged > 300 || !event.target.closest("[data-drag]")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  // What others change waits until the visit in the hand is put down.
  document.addEventListener("changed", (event) => { if (held && event.target.id === "calendar") event.stopImmediatePropagation(); }, true);
};
