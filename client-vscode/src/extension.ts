/** Wiring only. */
import { workspace, type ExtensionContext } from "vscode";
import { registerCommands } from "./commands";
import { bridge } from "./lmBridge";
import { createLog } from "./log";
import { PageView } from "./pageView";
import { Previews } from "./preview";
import { Refiner } from "./refine";
import { Reviews } from "./reviews";
import { DOCUMENTS, Server } from "./server";
import { StatusView } from "./status";

let running: Server | undefined;

export function activate(context: ExtensionContext): void {
  const log = createLog();
  const status = new StatusView(DOCUMENTS);
  const refiner = new Refiner();
  const reviews = new Reviews();
  const server = new Server(context, log, status, [
    bridge,
    (client) => {
      refiner.listen(client);
    },
  ]);
  const previews = new Previews(context.extensionUri, log, server, refiner);
  const pageView = new PageView(context.extensionUri, log, server, reviews);
  running = server;
  context.subscriptions.push(
    log,
    status,
    refiner,
    reviews,
    previews,
    pageView,
    server,
    server.onReviewed((reviewed) => {
      reviews.put(reviewed);
    }),
    ...registerCommands({ log, server, reviews, refiner, previews, pageView }),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("relook.python")) void server.retry();
    }),
    workspace.onDidGrantWorkspaceTrust(() => {
      server.trusted();
    }),
  );
  // Not awaited: an environment may have to be made first.
  void server.restart();
}

export async function deactivate(): Promise<void> {
  await running?.end();
}
