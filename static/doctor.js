// Asks the need doctor while somebody types. Without this script its button does the same.
"use strict";
for (const box of document.querySelectorAll("[data-doctor]")) {
  const form = box.closest("form");
  const summary = box.querySelector("[data-summary]");
  const found = box.querySelector("[data-found]");
  let timer = 0;
  let asked = "";
  let running = null;
  async function ask() {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      // Whom to turn to is nothing the doctor needs to know.
      if (!name.startsWith("contact_")) fields.append(name, value);
    }
    if (fields.toString() === asked) return;
    asked = fields.toString();
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(box.dataset.doctor, {
        method: "POST", body: fields, headers: { accept: "text/html" }, signal: running.signal,
      });
      if (!answer.ok) return;
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      const said = part.querySelector("[data-summary]")?.textContent;
      // Read out only when something has changed.
      if (said && said !== summary.textContent) summary.textContent = said;
      found.replaceChildren(...part.querySelectorAll("[data-found] > *"));
    } catch {
      // An answer that does not come, or comes too late, is no fault worth showing.
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 500);
  });
}
