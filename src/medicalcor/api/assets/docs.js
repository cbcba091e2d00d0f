// Sends what a form says and shows the answer. Nothing leaves but the request itself; the key stays in its field.
const key = document.getElementById("key");

const request = (form) => {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const field of form.querySelectorAll("[data-in]")) {
    const { name, in: place } = field.dataset;
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(field.value));
    else if (field.value && place === "query") query.set(name, field.value);
    else if (field.value && place === "header") headers[name] = field.value;
  }
  if (key.value) headers.Authorization = `Bearer ${key.value}`;
  const body = form.querySelector("textarea");
  if (body) headers["Content-Type"] = body.dataset.type;
  const address = query.size ? `${path}?${query}` : path;
  return [address, { method: form.dataset.method, headers, body: body ? body.value : undefined }];
};

const pretty = (text, type) => {
  if (!type.includes("json")) return text;
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
};

const show = (form, title, text) => {
  const answer = form.querySelector(".answer");
  answer.hidden = false;
  answer.querySelector("b").textContent = title;
  answer.querySelector("pre").textContent = text;
  answer.focus();
};

const send = async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const [address, options] = request(form);
    const began = performance.now();
    const answer = await fetch(address, options);
    const text = await answer.text();
    const told = ["location", "retry-after", "idempotent-replayed", "www-authenticate", "x-correlation-id"]
      .filter((name) => answer.headers.has(name)).map((name) => `${name}: ${answer.headers.get(name)}`);
    const took = Math.round(performance.now() - began);
    show(form, `${answer.status} ${answer.statusText} · ${took} ms`, [...told, "", pretty(text, answer.headers.get("content-type") ?? "")].join("\n"));
  } catch (problem) {
    show(form, "No answer", String(problem));
  } finally {
    button.disabled = false;
  }
};

document.addEventListener("submit", send);
