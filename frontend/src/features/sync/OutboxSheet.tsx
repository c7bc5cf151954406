/** What waits for the server: since when, why, and what can be done about it. */
import { useState } from "react";
import { explain } from "../../api/problems";
import { formatAgo } from "../../domain/format";
import { type Connection, useConnection } from "../../stores/connection";
import { putBack } from "../../stores/designSync";
import { discardEdits, restoreDesign } from "../../stores/library";
import { flush, type OutboxItem, useOutbox } from "../../stores/outbox";
import { go } from "../../stores/route";
import { openSheet } from "../../stores/sheets";
import { toast } from "../../stores/toasts";
import { Icon, type IconName } from "../../ui/Icon";
import { Spinner } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { useNow } from "../../ui/useNow";

const WHAT: Record<OutboxItem["what"], { text: string; icon: IconName }> = {
  new: { text: "New design", icon: "add" },
  edit: { text: "Edits", icon: "pencil" },
  delete: { text: "Deletion", icon: "trash" },
};

const WHY: Record<Connection, string> = {
  offline: "This phone has no network.",
  away: "The server does not answer.",
  online: "",
};

export function OutboxSheet({ onClose }: { onClose: () => void }) {
  const { items, isSending, retryAt } = useOutbox();
  const connection = useConnection((state) => state.connection);
  const waits = retryAt === null ? "" : " The next try comes by itself.";
  const subtitle =
    items.length === 0
      ? "Everything on this phone is on the server too."
      : `${WHY[connection]} Nothing is lost: it is kept on this phone and sent when that works.${connection === "online" ? waits : ""}`.trim();
  return (
    <Sheet
      title={items.length === 0 ? "Nothing waits" : "Waiting for the server"}
      subtitle={subtitle}
      testId="outbox-sheet"
      onClose={onClose}
      footer={
        <button
          type="button"
          className="button button--filled button--wide"
          data-testid="outbox-try"
          aria-busy={isSending}
          disabled={items.length === 0}
          onClick={() => void flush()}
        >
          {isSending ? <Spinner label="Sending" /> : <Icon name="refresh" size={20} />}
          Try now
        </button>
      }
    >
      <ul className="outbox" role="list">
        {items.map((item) => (
          <OutboxRow key={`${item.what} ${item.id}`} item={item} onClose={onClose} />
        ))}
      </ul>
    </Sheet>
  );
}

function OutboxRow({ item, onClose }: { item: OutboxItem; onClose: () => void }) {
  const now = useNow();
  const [isSure, setSure] = useState(false);
  const { text, icon } = WHAT[item.what];
  const discard = async (): Promise<void> => {
    try {
      if (item.what === "delete") await restoreDesign(item.id);
      else await discardEdits(item.id);
      toast(item.what === "delete" ? `${item.name} is kept` : "Discarded");
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  const openMerge = (): void => {
    onClose();
    go({ screen: "studio", designId: item.id });
    openSheet({ kind: "merge" });
  };
  const reason = reasonOf(item);
  return (
    <li className="outbox__row" data-outbox-id={item.id}>
      <span className="item__icon">
        <Icon name={icon} size={20} />
      </span>
      <div className="outbox__text">
        <span className="outbox__name">{item.name}</span>
        <span className="outbox__caption">
          {text} · {formatAgo(new Date(item.since).toISOString(), now)}
        </span>
        {reason !== null && <span className="outbox__why">{reason}</span>}
        {isSure && (
          <span className="outbox__why" role="alert">
            {item.what === "new" ? "This design is only on this phone. Discarding deletes it for good." : "Your unsent edits of this design go for good."}
          </span>
        )}
        <span className="outbox__actions">
          {isSure ? (
            <>
              <button type="button" className="button button--small button--bad" data-testid="outbox-discard-sure" onClick={() => void discard()}>
                Discard
              </button>
              <button type="button" className="button button--small" onClick={() => setSure(false)}>
                Keep
              </button>
            </>
          ) : (
            <>
              {item.conflict && (
                <button type="button" className="button button--small button--filled" onClick={openMerge}>
                  Merge
                </button>
              )}
              {item.trouble?.kind === "gone" && (
                <button type="button" className="button button--small button--filled" onClick={() => void putBack(item.id)}>
                  Put it back
                </button>
              )}
              <button
                type="button"
                className="button button--small"
                data-testid="outbox-discard"
                onClick={() => (item.what === "delete" ? void discard() : setSure(true))}
              >
                {item.what === "delete" ? "Keep the design" : "Discard my edits"}
              </button>
            </>
          )}
        </span>
      </div>
    </li>
  );
}

function reasonOf({ conflict, trouble }: OutboxItem): string | null {
  if (conflict) return "Changed on another device too.";
  if (trouble?.kind === "gone") return "It was deleted on another device.";
  if (trouble?.kind === "refused") return `The server does not take it: ${trouble.text}`;
  return trouble?.text ?? null;
}
