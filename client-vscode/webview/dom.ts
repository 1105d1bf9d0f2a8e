/** Elements are made here and nowhere from markup: text of a page stays text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<Pick<HTMLElementTagNameMap[K], "className" | "textContent" | "title" | "id">> = {},
  ...children: Node[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

export function button(text: string, className: string, press: () => void): HTMLButtonElement {
  const made = element("button", { textContent: text, className });
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}
