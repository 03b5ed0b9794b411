// Saves a form while somebody types. Without this script there is the button.
"use strict";
for (const form of document.querySelectorAll("form[data-draft]")) {
  const status = form.querySelector("[data-draft-status]");
  const ours = ["csrf", "draft_place", "draft_version", "button", "step"];
  let timer = 0;
  let running = null;
  let stopped = false;
  function typed() {
    const fields = [...new FormData(form)].filter(([name]) => !ours.includes(name));
    return new URLSearchParams(fields).toString();
  }
  let saved = typed();
  function say(text) {
    // Read out only when something has changed.
    if (status.textContent !== text) status.textContent = text;
  }
  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }
  async function save() {
    const now = typed();
    if (stopped || now === saved) return;
    if (running) return later(500);
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    running = new AbortController();
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST", body, headers: { accept: "text/html" }, signal: running.signal,
      });
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      const state = part.querySelector("[data-draft-state]");
      if (answer.ok && state) {
        form.elements.draft_version.value = state.dataset.version;
        saved = now;
        say(state.textContent);
      } else if (answer.status === 412 && state) {
        stopped = true;
        status.replaceChildren(...state.childNodes);
        status.querySelector("[data-keep-mine]")?.addEventListener("click", () => {
          form.elements.draft_version.value = state.dataset.version;
          stopped = false;
          save();
        });
      } else if ([401, 403].includes(answer.status)) {
        stopped = true;
        say(status.dataset.signedOut);
      } else {
        say(status.dataset.offline);
        later(10000);
      }
    } catch {
      if (!stopped) {
        say(status.dataset.offline);
        later(10000);
      }
    } finally {
      running = null;
    }
  }
  say(status.dataset.idle);
  form.addEventListener("input", () => later(1200));
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
    running?.abort();
  });
  // Whoever leaves soon after the last word has it saved as well.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}
