/** All findings as a list: also those that have no box in the picture that is shown. */
import type { Mark } from "../src/protocol";
import { button, element } from "./dom";

export function list(title: string, marks: readonly Mark[], open: (mark: Mark) => void): HTMLElement {
  const items = marks.map((mark) => element("li", {}, button(mark.message, `finding ${mark.severity}`, () => { open(mark); })));
  return element("section", { className: "findings" }, element("h2", { textContent: `${title} (${marks.length})` }), element("ul", {}, ...items));
}
