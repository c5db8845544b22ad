// Suggestions below the search: arrows choose, Enter or Tab takes, Escape closes.
(function () {
  "use strict";
  const input = document.getElementById("q"), list = document.getElementById("suggestions");
  let found = [], at = -1, waiting = 0, number = 0;

  function close() {
    found = [];
    at = -1;
    number++;  // an answer that is still under way is not wanted any more
    clearTimeout(waiting);
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function option(suggestion, n) {
    const line = document.createElement("li"), text = document.createElement("b"), about = document.createElement("small");
    line.id = "suggestion-" + n;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    text.textContent = suggestion.text;
    about.textContent = suggestion.about;
    line.append(text, " ", about);
    line.addEventListener("pointerdown", (event) => { event.preventDefault(); take(n); });
    return line;
  }

  function show(suggestions) {
    found = suggestions;
    at = -1;
    list.replaceChildren(...found.map(option));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    const mine = ++number;
    try {
      const answer = await fetch("/complete?q=" + encodeURIComponent(input.value));
      const suggestions = answer.ok ? await answer.json() : [];
      if (mine === number && document.activeElement === input) show(suggestions);
    } catch (error) { close(); }  // the agent has gone: there is nothing to suggest
  }

  function later() { clearTimeout(waiting); waiting = setTimeout(ask, 90); }

  function choose(n) {
    at = (n + found.length) % found.length;
    [...list.children].forEach((line, m) => line.setAttribute("aria-selected", String(m === at)));
    input.setAttribute("aria-activedescendant", "suggestion-" + at);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function take(n) {
    const search = found[n].search;
    input.value = search.endsWith(":") ? search : search + " ";
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  input.addEventListener("input", later);
  input.addEventListener("focus", later);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !found.length) { ask(); return; }
    if (!found.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(at < 0 && event.key === "ArrowUp" ? found.length - 1 : at + (event.key === "ArrowDown" ? 1 : -1)); }
    else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) { event.preventDefault(); take(at); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
    else if (event.key === "Enter") close();
  });
})();
