// Sends the clinic's form without leaving the page. Without this script the form is posted as it is.
(() => {
  const WORDS = {
    de: ["Wird gesendet …", "Vielen Dank! Wir haben Ihre Anfrage erhalten und melden uns in Kürze.",
      "Das hat nicht geklappt. Bitte versuchen Sie es in einer Minute noch einmal, oder rufen Sie uns an."],
    ro: ["Se trimite …", "Vă mulțumim! Am primit solicitarea dumneavoastră și vă contactăm în scurt timp.",
      "Nu am reușit să trimitem. Vă rugăm să încercați din nou peste un minut sau să ne sunați."],
    en: ["Sending …", "Thank you! We have received your request and will contact you shortly.",
      "That did not work. Please try again in a minute, or call us."],
  };
  const UTM = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid"];

  function enhance(form) {
    const language = (form.elements.language?.value || form.lang || document.documentElement.lang || "en").slice(0, 2);
    const [sending, thanks, failed] = WORDS[language] || WORDS.en;
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    form.append(status);
    let key, last;

    function clear() {
      form.querySelectorAll("[data-error]").forEach((line) => line.remove());
      form.querySelectorAll("[aria-invalid]").forEach((field) => {
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
      });
      status.textContent = "";
    }

    function show({ field, message }, index) {
      const name = field.startsWith("consent") ? "consent" : field;
      const input = form.elements[name];
      const line = document.createElement("p");
      line.dataset.error = name;
      line.id = `medicalcor-error-${index}`;
      line.setAttribute("role", "alert");
      line.textContent = message;
      if (!input?.setAttribute) return status.before(line);
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", line.id);
      (input.closest("label") || input).after(line);
    }

    form.noValidate = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      clear();
      const button = form.querySelector("[type=submit], button:not([type])");
      const body = JSON.stringify({ language, ...came(), ...Object.fromEntries(new FormData(form)) });
      if (body !== last) [key, last] = [newKey(), body];
      status.textContent = sending;
      if (button) button.disabled = true;
      try {
        const answer = await fetch(form.action, {
          method: "POST",
          headers: { "content-type": "application/json", "idempotency-key": key },
          body,
        });
        if (answer.ok) {
          form.replaceChildren(status);
          status.textContent = thanks;
          status.tabIndex = -1;
          return status.focus();
        }
        const { errors = [] } = answer.status === 422 ? await answer.json() : {};
        status.textContent = errors.length ? "" : failed;
        errors.forEach(show);
        form.querySelector("[aria-invalid]")?.focus();
      } catch {
        status.textContent = failed;
      }
      if (button) button.disabled = false;
    });
  }

  // Where the visitor came from: only what the address and the browser say about it.
  function came() {
    const asked = new URLSearchParams(location.search);
    const found = UTM.filter((name) => asked.get(name)).map((name) => [name, asked.get(name)]);
    return { ...Object.fromEntries(found), referrer: document.referrer, page: location.origin + location.pathname };
  }

  function newKey() {
    return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");
  }

  const start = () => document.querySelectorAll("form[data-medicalcor]").forEach(enhance);
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
