/** Before and after over each other, with a divider between them. */
import type { FromPreview, ToPreview } from "../src/messages";
import type { Mark } from "../src/protocol";
import { button, element } from "./dom";
import { list } from "./findings";
import { send } from "./host";
import { Pickers } from "./pickers";
import { Side } from "./side";
import { pictureOf, viewName } from "./views";

let state: ToPreview | undefined;

const post = (message: FromPreview): void => { send(message); };
const open = (mark: Mark): void => { post({ kind: "open", id: mark.id }); };

const title = element("h1");
const score = element("p", { className: "score" });
const pickers = new Pickers(draw);
const before = new Side("The page before the edit", open);
const after = new Side("The page after the edit", open);
const divider = element("div", { className: "divider" });
const stage = element("div", { className: "stage both" }, before.node, after.node, divider);
const slider = element("input", { id: "slider" });
const lists = element("div", { className: "lists" });

slider.type = "range";
slider.ariaLabel = "How much of the page before the edit is shown, in percent";
slider.addEventListener("input", split);
stage.addEventListener("pointermove", (event) => {
  if (event.buttons === 1) drag(event);
});
stage.addEventListener("pointerdown", drag);

document.getElementById("view")?.append(
  element(
    "header",
    {},
    element("div", { className: "row" }, title, button("Accept", "primary", () => { post({ kind: "accept" }); }), button("Discard", "secondary", () => { post({ kind: "discard" }); })),
    element("div", { className: "row" }, score, ...pickers.nodes),
  ),
  element("div", { className: "compare" }, element("div", { className: "sides" }, element("span", { textContent: "Before" }), element("span", { textContent: "After" })), slider, stage),
  lists,
);

window.addEventListener("message", ({ data: message }: MessageEvent<ToPreview>) => {
  state = message;
  title.textContent = message.title;
  score.textContent = `Score ${message.before.score ?? "–"} → ${message.after.score ?? "–"}`;
  pickers.offer(message.before.pictures);
  const worst = message.before.marks.find((mark) => mark.frame !== null && !message.after.marks.some((one) => one.id === mark.id));
  if (worst?.frame) pickers.choose(worst.frame);
  lists.replaceChildren(list("Findings before", message.before.marks, open), list("Findings after", message.after.marks, open));
  draw();
  split();
});
post({ kind: "ready" });

function draw(): void {
  const picture = pickers.current;
  if (state === undefined || picture === undefined) return;
  before.show(picture, state.before.marks);
  after.show(pictureOf(state.after.pictures, viewName(picture), picture.moment), state.after.marks);
}

function drag(event: PointerEvent): void {
  if (event.target instanceof HTMLButtonElement) return;
  const area = stage.getBoundingClientRect();
  slider.value = String(Math.round((100 * (event.clientX - area.left)) / area.width));
  split();
}

/** Left of the divider the page is as it was; a box that is cut away takes no clicks. The outer edges leave room for boxes. */
function split(): void {
  const at = Number(slider.value);
  before.node.style.clipPath = `inset(-4px ${100 - at}% -4px -4px)`;
  after.node.style.clipPath = `inset(-4px -4px -4px ${at}%)`;
  divider.style.left = `${at}%`;
}
