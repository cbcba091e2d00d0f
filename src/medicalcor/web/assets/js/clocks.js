// The clinic's clock, "6 minutes ago", and what is left of the reply window: kept true without asking the server.
const MINUTE = 60_000;
const UNITS = [["year", 525_600], ["month", 43_800], ["day", 1_440], ["hour", 60], ["minute", 1]];
const root = document.documentElement;

const relative = new Intl.RelativeTimeFormat(root.lang, { numeric: "always" });
const ago = (element) => {
  const minutes = (Date.now() - new Date(element.dateTime)) / MINUTE;
  if (minutes < 0.75) return;
  const [unit, size] = UNITS.find(([, size]) => minutes >= size * (size > 1 ? 1.2 : 0.5)) ?? UNITS.at(-1);
  const words = relative.format(-Math.round(minutes / size), unit);
  if (element.textContent !== words) element.textContent = words;
};

const remaining = (element) => {
  const left = new Date(element.dataset.until) - Date.now();
  if (left <= 0) return element.dispatchEvent(new Event("changed", { bubbles: true }));
  const hours = Math.floor(left / (60 * MINUTE));
  const minutes = Math.floor(left / MINUTE) % 60;
  const words = hours ? `${hours} h ${String(minutes).padStart(2, "0")} min` : `${minutes} min`;
  if (element.textContent !== words) element.textContent = words;
};

const clock = (element) => {
  const shape = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: element.dataset.zone };
  const words = new Intl.DateTimeFormat(root.lang === "en" ? "en-GB" : root.lang, shape).format(new Date());
  if (element.textContent !== words) element.textContent = words;
};

const tick = () => {
  document.querySelectorAll("time[data-ago]").forEach(ago);
  document.querySelectorAll("[data-until]").forEach(remaining);
  document.querySelectorAll("[data-zone]").forEach(clock);
};

export const clocks = () => {
  tick();
  setInterval(tick, 10_000);
};
