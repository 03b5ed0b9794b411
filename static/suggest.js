// Completes what is typed into a search box. Without this script the box works as well.
"use strict";
for (const input of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("datalist");
  list.id = input.id + "-suggestions";
  input.after(list);
  input.setAttribute("list", list.id);
  input.setAttribute("autocomplete", "off");
  let timer = 0;
  let asked = "";
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const text = input.value.trim();
      if (!text || text === asked || text.length > 40) return;
      asked = text;
      try {
        const answer = await fetch(input.dataset.suggest + encodeURIComponent(text));
        if (!answer.ok || input.value.trim() !== text) return;
        const body = await answer.json();
        list.replaceChildren(...body.items.map((item) => {
          const option = document.createElement("option");
          option.value = item.text;
          return option;
        }));
      } catch {
        // A suggestion that does not come is no fault worth showing.
      }
    }, 160);
  });
}
