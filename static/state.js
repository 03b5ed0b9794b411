// Says that there is no network, or that a part of the page could not be fetched, and shows that one is
// on its way. The words stand in the page.
"use strict";
(() => {
  const note = document.getElementById("net");
  const busy = document.getElementById("busy");
  if (!note || !busy) return;
  let timer = 0;

  function say(which) {
    note.querySelector("[data-said]").textContent = note.dataset[which];
    note.dataset.state = which;
    // Only now: nothing is to be told of a notice that says nothing.
    note.setAttribute("role", "alert");
    note.hidden = false;
  }
  function hush() {
    note.hidden = true;
    delete note.dataset.state;
  }

  addEventListener("offline", () => say("offline"));
  addEventListener("online", () => note.dataset.state === "offline" && hush());
  if (!navigator.onLine) say("offline");
  note.querySelector("[data-close]").addEventListener("click", hush);

  // What comes at once needs no sign.
  addEventListener("htmx:before:request", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { busy.hidden = false; }, 200);
  });
  addEventListener("htmx:finally:request", () => {
    clearTimeout(timer);
    busy.hidden = true;
  });
  addEventListener("htmx:after:swap", () => note.dataset.state === "failed" && hush());
  const failed = () => say(navigator.onLine ? "failed" : "offline");
  addEventListener("htmx:error", failed);
  addEventListener("htmx:response:error", failed);
})();
