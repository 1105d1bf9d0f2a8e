/** What ReLook says beyond the Language Server Protocol; docs/protocol.md explains it. Ranges are UTF-16. */
import type { Location, Position, Range } from "vscode-languageserver-protocol";

export const STATUS = "relook/status";
export const REVIEWED = "relook/reviewed";
export const PROGRESS = "relook/progress";
export const COMPLETE = "relook/lm/complete";
export const TRUSTED = "relook/trusted";
export const REVIEW = "relook/review";
export const REFINE = "relook/refine";
export const PREVIEW = "relook/preview";
export const ACCEPT = "relook/accept";
export const DISCARD = "relook/discard";
export const ELEMENT_AT = "relook/elementAt";
export const PAGES = "relook/pages";
export const REPORT = "relook/report";
export const SUPPRESS = "relook/suppress";
export const DOCTOR = "relook/doctor";

export interface Status {
  state: "idle" | "rendering" | "refining" | "problem" | "settings";
  message: string;
  kind: string;
  page: string | null;
  score: number | null;
  findings: number | null;
}

/** CSS pixels from the top left of the whole document. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
  touch: boolean;
  scheme: "light" | "dark";
}

/** A picture of the whole document, one pixel a CSS pixel; `moment` in milliseconds after load. */
export interface Frame {
  id: string;
  viewport: Size;
  moment: number;
  role: string;
  path: string;
  width: number;
  height: number;
}

/** One finding. `fix`: a verified edit is there, could be looked for, or cannot exist. */
export interface Mark {
  id: string;
  rule: string;
  severity: "error" | "warning" | "information";
  message: string;
  location: Location | null;
  viewport: Size;
  moment: number;
  frame: string | null;
  box: Box;
  fix: "verified" | "search" | "none";
}

export interface Reviewed {
  page: string;
  entry: string;
  root: string;
  score: number | null;
  findings: Mark[];
  problems: { kind: string; message: string }[];
  notJudged: string;
  frames: Frame[];
  files: string[];
}

/** One candidate of a running refinement. */
export interface Progress {
  page: string;
  round: number;
  attempt: number;
  proposer: string;
  title: string;
  outcome: string;
  accepted: boolean;
  score: number | null;
  best: number | null;
}

export interface Side {
  score: number | null;
  findings: Mark[];
  frames: Frame[];
}

/** A verified edit that waits for a decision. Frames of both sides have the same ids. */
export interface Preview {
  id: string;
  page: string;
  title: string;
  before: Side;
  after: Side;
}

export interface Refined {
  applied: boolean;
  message: string;
  preview: Preview | null;
}

export interface Applied {
  applied: boolean;
  message: string;
}

export type ElementAt = { page: string; frame: string } & ({ uri: string; position: Position } | { x: number; y: number });

export interface Element {
  selector: string;
  boxes: Box[];
  uri: string;
  tag: Range;
  whole: Range;
}

export interface Pages {
  pages: { page: string; entry: string }[];
  message: string;
}

export interface Complete {
  purpose: "policy" | "critic";
  messages: { role: string; text: string; pictures: string[] }[];
  model: string;
  samples: number;
  tokens: number;
  schema: object | null;
}

export interface Completed {
  texts: string[];
}
