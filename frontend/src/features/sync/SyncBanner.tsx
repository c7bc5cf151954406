/** Above the blocks, where the open design cannot be saved without the user. */
import { useDesignStore } from "../../stores/designStore";
import { putBack } from "../../stores/designSync";
import { openSheet } from "../../stores/sheets";
import { Icon } from "../../ui/Icon";

export function SyncBanner({ designId }: { designId: string }) {
  const saveState = useDesignStore((state) => state.saveState);
  if (saveState !== "conflict" && saveState !== "gone") return null;
  const isConflict = saveState === "conflict";
  return (
    <section className="sync-banner" data-testid="sync-banner">
      <Icon name="warning" size={20} />
      <p>{isConflict ? "Another device changed the same things." : "This design was deleted on another device."}</p>
      <button
        type="button"
        className="button button--small button--filled"
        onClick={() => (isConflict ? openSheet({ kind: "merge" }) : void putBack(designId))}
      >
        {isConflict ? "Merge" : "Put it back"}
      </button>
    </section>
  );
}
