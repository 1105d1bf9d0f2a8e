/** What the extension and its webviews say to each other. Text of pages is data here, never markup. */
import type { Box, Frame, Mark } from "./protocol";

export interface Picture extends Omit<Frame, "path"> {
  /** Address that the webview may load. */
  src: string;
}

export interface Shown {
  score: number | null;
  marks: Mark[];
  pictures: Picture[];
}

export interface ToPreview {
  kind: "show";
  title: string;
  before: Shown;
  after: Shown;
}

export type FromPreview = { kind: "ready" | "accept" | "discard" } | { kind: "open"; id: string };

export type ToPage =
  | { kind: "show"; entry: string; shown: Shown; note: string }
  | { kind: "highlight"; boxes: Box[]; label: string };

export type FromPage =
  | { kind: "ready" }
  | { kind: "open"; id: string }
  | { kind: "frame"; id: string }
  | { kind: "point"; frame: string; x: number; y: number };
