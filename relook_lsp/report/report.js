"use strict";
(() => {
  const form = document.querySelector(".filters");
  const findings = [...document.querySelectorAll(".finding")];
  const boxes = [...document.querySelectorAll(".box")];
  const of = (box) => document.getElementById(box.getAttribute("href").slice(1));
  const light = (finding, on) => {
    finding.classList.toggle("lit", on);
    for (const box of boxes) if (of(box) === finding) box.classList.toggle("lit", on);
  };
  for (const box of boxes) {
    box.addEventListener("mouseenter", () => light(of(box), true));
    box.addEventListener("mouseleave", () => light(of(box), false));
  }
  for (const finding of findings) {
    finding.addEventListener("mouseenter", () => light(finding, true));
    finding.addEventListener("mouseleave", () => light(finding, false));
  }
  if (!form) return;
  form.hidden = false;
  const show = () => {
    const { rule, severity, viewport } = Object.fromEntries(new FormData(form));
    let count = 0;
    for (const finding of findings) {
      const data = finding.dataset;
      const visible = (!rule || data.rule === rule) && (!severity || data.severity === severity)
        && (!viewport || data.viewport.split(", ").includes(viewport));
      finding.hidden = !visible;
      if (visible) count += 1;
    }
    for (const box of boxes) box.hidden = of(box).hidden;
    form.querySelector(".count").textContent = `${count} of ${findings.length}`;
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
