/** The sheets that any screen may open. */
import { useDesignStore } from "../../stores/designStore";
import { useSync } from "../../stores/designSync";
import { closeSheet, type OpenSheet } from "../../stores/sheets";
import { CompareSheet } from "./CompareSheet";
import { EventLogSheet } from "./EventLogSheet";
import { HistorySheet } from "./HistorySheet";
import { KeyboardSheet } from "./KeyboardSheet";
import { MergeSheet } from "./MergeSheet";
import { OutboxSheet } from "./OutboxSheet";

export default function SyncSheets({ sheet }: { sheet: OpenSheet }) {
  const design = useDesignStore((state) => state.currentDesign);
  const conflict = useSync((state) => state.conflict);
  switch (sheet.kind) {
    case "outbox":
      return <OutboxSheet onClose={closeSheet} />;
    case "events":
      return <EventLogSheet onClose={closeSheet} />;
    case "keyboard":
      return <KeyboardSheet onClose={closeSheet} />;
    case "merge":
      return design && conflict ? <MergeSheet mine={design} clash={conflict} onClose={closeSheet} /> : null;
    case "history":
      return design ? <HistorySheet design={design} onClose={closeSheet} /> : null;
    case "compare":
      return (
        <CompareSheet
          before={{ title: sheet.title ?? sheet.design.name, design: sheet.design }}
          after={sheet.with ? { title: sheet.withTitle ?? sheet.with.name, design: sheet.with } : null}
          onClose={closeSheet}
        />
      );
  }
}
