"use strict";
(() => {
  const form = document.querySelector(".filters");
  const findings = [...document.querySelectorAll(".finding")];
  const boxes = [...document.querySelectorAll(".box")];
  const target = (link) => document.getElementById(link.getAttribute("href").slice(1));
  const boxesOf = new Map(findings.map((finding) => [finding, []]));
  for (const box of boxes) boxesOf.get(target(box))?.push(box);

  const light = (finding, on) => {
    finding.classList.toggle("lit", on);
    for (const box of boxesOf.get(finding)) box.classList.toggle("lit", on);
  };
  const open = (box) => {
    document.getElementById(box.closest(".window").dataset.tab).checked = true;
    box.scrollIntoView({ block: "center", inline: "nearest" });
  };
  let chosen = null;
  const choose = (finding) => {
    if (chosen) chosen.classList.remove("chosen");
    for (const box of boxes) box.classList.toggle("chosen", target(box) === finding);
    chosen = finding;
    finding.classList.add("chosen");
  };
  for (const finding of findings) {
    finding.addEventListener("mouseenter", () => light(finding, true));
    finding.addEventListener("mouseleave", () => light(finding, false));
    finding.querySelector(".show")?.addEventListener("click", (event) => {
      event.preventDefault();
      choose(finding);
      const box = target(event.currentTarget);
      open(box);
      box.focus({ preventScroll: true });
    });
  }
  for (const box of boxes) {
    const finding = target(box);
    box.addEventListener("mouseenter", () => light(finding, true));
    box.addEventListener("mouseleave", () => light(finding, false));
    box.addEventListener("click", (event) => {
      event.preventDefault();
      choose(finding);
      finding.scrollIntoView({ block: "center" });
      finding.focus({ preventScroll: true });
    });
  }
  // j and k walk through the findings that are shown.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !"jk".includes(event.key)) return;
    if (event.target instanceof Element && event.target.closest("select, input")) return;
    const shown = findings.filter((finding) => !finding.hidden);
    if (!shown.length) return;
    const at = shown.indexOf(chosen) + (event.key === "j" ? 1 : -1);
    const next = shown[Math.max(0, Math.min(shown.length - 1, at))];
    choose(next);
    const box = boxesOf.get(next)[0];
    if (box) open(box);
    next.scrollIntoView({ block: "center" });
    next.focus({ preventScroll: true });
  });

  if (!form) return;
  form.hidden = false;
  const show = () => {
    const data = new FormData(form);
    const severities = data.getAll("severity"), rule = data.get("rule"), size = data.get("window");
    let count = 0;
    for (const finding of findings) {
      const { severity, rule: own, windows } = finding.dataset;
      finding.hidden = !severities.includes(severity) || (rule && rule !== own)
        || (size && !windows.split("|").includes(size));
      for (const box of boxesOf.get(finding)) box.hidden = finding.hidden;
      if (!finding.hidden) count += 1;
    }
    form.querySelector(".count").textContent = `${count} of ${findings.length} causes shown`;
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
