/** One picture with the boxes of its findings over it. */
import type { Picture } from "../src/messages";
import type { Box, Mark } from "../src/protocol";
import { element } from "./dom";

export class Side {
  readonly node: HTMLElement;
  readonly image = element("img");
  private readonly boxes = element("div", { className: "boxes" });
  private readonly edge = element("div", { className: "edge", title: "Right edge of the window" });
  private readonly highlights = element("div", { className: "boxes quiet" });
  private shown: Picture | undefined;

  constructor(
    name: string,
    private readonly open: (mark: Mark) => void,
  ) {
    this.image.alt = name;
    this.image.draggable = false;
    this.node = element("div", { className: "side" }, this.image, this.edge, this.highlights, this.boxes);
  }

  show(picture: Picture | undefined, marks: readonly Mark[]): void {
    this.shown = picture;
    this.highlights.replaceChildren();
    if (picture === undefined) {
      this.image.removeAttribute("src");
      this.edge.hidden = true;
      this.boxes.replaceChildren();
      return;
    }
    if (this.image.src !== picture.src) this.image.src = picture.src;
    this.image.width = picture.width;
    this.image.height = picture.height;
    // A page that is wider than its window is shown whole.
    this.edge.hidden = picture.width <= picture.viewport.width;
    this.edge.style.left = `${(100 * picture.viewport.width) / picture.width}%`;
    const here = marks.filter((mark) => mark.frame === picture.id && mark.box.width > 0);
    this.boxes.replaceChildren(...here.map((mark) => this.markBox(mark)));
  }

  highlight(boxes: readonly Box[], label: string): void {
    const made = boxes.map((box) => this.place(element("div", { className: "highlight", title: label }), box));
    this.highlights.replaceChildren(...made);
    made[0]?.scrollIntoView({ block: "nearest" });
  }

  /** CSS pixels of the document under the pointer. */
  point(event: MouseEvent): { x: number; y: number } | undefined {
    if (this.shown === undefined) return undefined;
    const area = this.image.getBoundingClientRect();
    const scale = this.shown.width / area.width;
    return { x: (event.clientX - area.left) * scale, y: (event.clientY - area.top) * scale };
  }

  private markBox(mark: Mark): HTMLElement {
    const made = element("button", { className: `mark ${mark.severity}`, title: mark.message });
    made.type = "button";
    made.ariaLabel = `${mark.severity}: ${mark.message}`;
    made.addEventListener("click", (event) => {
      event.stopPropagation();
      this.open(mark);
    });
    return this.place(made, mark.box);
  }

  private place(node: HTMLElement, box: Box): HTMLElement {
    const { width, height } = this.shown ?? { width: 1, height: 1 };
    node.style.left = `${(100 * box.x) / width}%`;
    node.style.top = `${(100 * box.y) / height}%`;
    node.style.width = `${(100 * box.width) / width}%`;
    node.style.height = `${(100 * box.height) / height}%`;
    return node;
  }
}
