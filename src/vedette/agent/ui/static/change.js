// Forms that change something: a text area is filled from a file, which is read here and sent as text.
(function () {
  "use strict";
  const MOST = 16 * 1024 * 1024;

  document.addEventListener("change", (event) => {
    const file = event.target.type === "file" && event.target.files[0];
    const area = file && document.querySelector(`[data-fill="${event.target.id}"]`);
    if (!area) return;
    if (file.size > MOST) { area.setCustomValidity("The file is larger than 16 MB."); area.reportValidity(); return; }
    file.text().then((text) => { area.setCustomValidity(""); area.value = text; area.focus(); });
  });
})();
