// One question at a time without a new page. Without this script the buttons do the same by the service.
"use strict";
for (const form of document.querySelectorAll("form[data-guided]")) {
  const parts = [...form.querySelectorAll("[data-step]")];
  const one = (selector) => form.querySelector(selector);
  function show(element, shown) {
    element.hidden = !shown;
    if (element.matches("button")) element.disabled = !shown;
  }
  function go(step) {
    const last = parts.length;
    form.elements.step.value = step;
    for (const part of parts) part.hidden = step > 0 && Number(part.dataset.step) !== step;
    one("[data-steps]").hidden = step === 0;
    show(one("[data-back]"), step > 1);
    show(one("[data-next]"), step > 0 && step < last);
    one("[data-back]").value = `step:${step - 1}`;
    one("[data-next]").value = `step:${step + 1}`;
    one("[data-enter]").value = step > 0 && step < last ? `step:${step + 1}` : "check";
    one("[data-last]").hidden = step > 0 && step < last;
    for (const mode of form.querySelectorAll("[data-mode]")) mode.hidden = (mode.value === "step:0") === (step === 0);
    const said = one("[data-progress]");
    said.textContent = step === 0 ? "" : said.dataset.progress.replace("%{step}", step).replace("%{steps}", last);
    const heading = parts[Math.max(step - 1, 0)].querySelector("h2");
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  }
  form.addEventListener("submit", (event) => {
    const step = /^step:([0-9])$/.exec(event.submitter?.value ?? "");
    if (!step) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    go(Number(step[1]));
  });
}
