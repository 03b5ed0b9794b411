// Counts the matches that are chosen for a comparison and allows no more than can stand side by side.
// Without this script too many are answered with a message.
"use strict";
document.addEventListener("change", (event) => {
  if (event.target.name !== "with") return;
  const form = event.target.form;
  const most = Number(form?.dataset.most);
  if (!most) return;
  const boxes = [...form.elements].filter((one) => one.name === "with");
  const chosen = boxes.filter((one) => one.checked).length;
  for (const box of boxes) box.disabled = !box.checked && chosen >= most;
  const said = form.querySelector("[data-chosen]");
  said.textContent = said.dataset.chosen.replace("%{count}", chosen).replace("%{most}", most);
});
