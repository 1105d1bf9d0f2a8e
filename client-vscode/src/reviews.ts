/** The last review of each page, and which findings stand at a place of a document. */
import { EventEmitter, Range, Uri, type Disposable, type Position } from "vscode";
import type { Mark, Reviewed } from "./protocol";

export class Reviews implements Disposable {
  private readonly pages = new Map<string, Reviewed>();
  private readonly changed = new EventEmitter<Reviewed>();
  readonly onChange = this.changed.event;

  put(reviewed: Reviewed): void {
    // The newest stands last.
    this.pages.delete(key(reviewed.page));
    this.pages.set(key(reviewed.page), reviewed);
    this.changed.fire(reviewed);
  }

  page(page: string): Reviewed | undefined {
    return this.pages.get(key(page));
  }

  /** The review of the page that the document is, else the newest of a page that uses it. */
  of(document: Uri): Reviewed | undefined {
    const wanted = document.toString();
    const using = [...this.pages.values()].filter((one) => one.files.some((file) => key(file) === wanted));
    return this.pages.get(wanted) ?? using.at(-1);
  }

  /** Findings whose cause touches a range of the document, the innermost first. */
  at(document: Uri, place: Range | Position): Mark[] {
    const wanted = document.toString();
    const range = place instanceof Range ? place : new Range(place, place);
    const found = new Map<string, Mark>();
    for (const review of this.pages.values()) {
      for (const mark of review.findings) {
        if (mark.location === null || key(mark.location.uri) !== wanted) continue;
        if (rangeOf(mark.location.range).intersection(range) !== undefined) found.set(mark.id, mark);
      }
    }
    return [...found.values()].sort((a, b) => lines(a) - lines(b));
  }

  clear(): void {
    this.pages.clear();
  }

  dispose(): void {
    this.changed.dispose();
  }
}

export function rangeOf({ start, end }: { start: { line: number; character: number }; end: { line: number; character: number } }): Range {
  return new Range(start.line, start.character, end.line, end.character);
}

/** Editor and server escape addresses differently. */
function key(uri: string): string {
  return Uri.parse(uri).toString();
}

function lines(mark: Mark): number {
  const range = mark.location?.range;
  return range === undefined ? 0 : range.end.line - range.start.line;
}
