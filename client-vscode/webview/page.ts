/** The page view: one picture, its findings, and the element that is selected in the source. */
import type { FromPage, Shown, ToPage } from "../src/messages";
import type { Mark } from "../src/protocol";
import { element } from "./dom";
import { list } from "./findings";
import { send } from "./host";
import { Pickers } from "./pickers";
import { Side } from "./side";

let shown: Shown | undefined;

const post = (message: FromPage): void => { send(message); };

const entry = element("h1");
const score = element("p", { className: "score" });
const note = element("p", { className: "note" });
const selected = element("p", { className: "selected" });
const pickers = new Pickers(draw);
const side = new Side("The page as it was last rendered", open);
const stage = element("div", { className: "stage" }, side.node);
const findings = element("div", { className: "lists" });

selected.ariaLive = "polite";
stage.addEventListener("click", (event) => {
  const at = side.point(event);
  const frame = pickers.current?.id;
  if (at !== undefined && frame !== undefined) post({ kind: "point", frame, ...at });
});
document.getElementById("view")?.append(
  element("header", {}, element("div", { className: "row" }, entry, score), element("div", { className: "row" }, ...pickers.nodes, selected), note),
  stage,
  findings,
);

window.addEventListener("message", ({ data: message }: MessageEvent<ToPage>) => {
  if (message.kind === "highlight") {
    side.highlight(message.boxes, message.label);
    selected.textContent = message.label;
    return;
  }
  shown = message.shown;
  entry.textContent = message.entry;
  score.textContent = message.shown.score === null ? "not judged" : `Score ${message.shown.score}`;
  note.textContent = message.note;
  findings.replaceChildren(list("Findings", message.shown.marks, open));
  pickers.offer(message.shown.pictures);
  draw();
});
post({ kind: "ready" });

function open(mark: Mark): void {
  if (mark.frame !== null) pickers.choose(mark.frame);
  post({ kind: "open", id: mark.id });
}

function draw(): void {
  const picture = pickers.current;
  side.show(picture, shown?.marks ?? []);
  if (picture !== undefined) post({ kind: "frame", id: picture.id });
}
