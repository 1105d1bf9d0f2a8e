/** Which picture to show: pure choices over the frames of a capture. */
import type { Picture } from "../src/messages";

/** What a viewport picker says: pictures with one name differ only in their moment. */
export function viewName({ viewport, role }: Picture): string {
  const size = `${viewport.width} × ${viewport.height}`;
  const more = [viewport.touch ? "touch" : "", viewport.scheme === "light" ? "" : viewport.scheme, role === "configured" ? "" : role];
  return [...new Set([size, ...more])].filter(Boolean).join(", ");
}

export function viewNames(pictures: readonly Picture[]): string[] {
  return [...new Set(pictures.map(viewName))];
}

export function momentsOf(pictures: readonly Picture[], view: string): number[] {
  const moments = pictures.filter((one) => viewName(one) === view).map((one) => one.moment);
  return [...new Set(moments)].sort((a, b) => a - b);
}

/** The picture of a view at a moment, else its last one. */
export function pictureOf(pictures: readonly Picture[], view: string, moment: number): Picture | undefined {
  const found = pictures.filter((one) => viewName(one) === view);
  return found.find((one) => one.moment === moment) ?? found.at(-1);
}

export function momentName(moment: number): string {
  return moment === 0 ? "at load" : `+${moment / 1000} s`;
}
