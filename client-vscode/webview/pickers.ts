/** The two pickers over a picture: viewport and moment. */
import type { Picture } from "../src/messages";
import { element } from "./dom";
import { momentName, momentsOf, pictureOf, viewName, viewNames } from "./views";

export class Pickers {
  readonly nodes: HTMLElement[];
  private readonly view = element("select", { id: "viewport" });
  private readonly moment = element("select", { id: "moment" });
  private pictures: readonly Picture[] = [];

  constructor(private readonly change: () => void) {
    this.nodes = [labelled("Viewport", this.view), labelled("Moment", this.moment)];
    this.view.addEventListener("change", () => {
      this.fillMoments();
      change();
    });
    this.moment.addEventListener("change", change);
  }

  /** The picture that is chosen. */
  get current(): Picture | undefined {
    return pictureOf(this.pictures, this.view.value, Number(this.moment.value));
  }

  /** Offer the pictures; what was chosen stays chosen where it is still there. */
  offer(pictures: readonly Picture[]): void {
    this.pictures = pictures;
    fill(this.view, viewNames(pictures), (name) => name);
    this.fillMoments();
  }

  choose(id: string): void {
    const wanted = this.pictures.find((one) => one.id === id);
    if (wanted === undefined || wanted === this.current) return;
    this.view.value = viewName(wanted);
    this.fillMoments();
    this.moment.value = String(wanted.moment);
    this.change();
  }

  private fillMoments(): void {
    const moments = momentsOf(this.pictures, this.view.value);
    fill(this.moment, moments.map(String), (moment) => momentName(Number(moment)), String(moments.at(-1)));
  }
}

function labelled(text: string, picker: HTMLSelectElement): HTMLElement {
  return element("label", {}, element("span", { textContent: text }), picker);
}

function fill(picker: HTMLSelectElement, values: string[], name: (value: string) => string, otherwise = values[0]): void {
  const before = picker.value;
  picker.replaceChildren(
    ...values.map((value) => {
      const option = element("option", { textContent: name(value) });
      option.value = value;
      return option;
    }),
  );
  picker.value = values.includes(before) ? before : (otherwise ?? "");
  picker.disabled = values.length < 2;
}
