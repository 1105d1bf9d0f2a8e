"use strict";
for (const pair of document.querySelectorAll(".pair")) {
  const slider = pair.querySelector(".slider");
  const input = pair.querySelector("input");
  input.addEventListener("input", () => slider.style.setProperty("--cut", `${input.value}%`));
}
