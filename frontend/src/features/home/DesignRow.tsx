/** One design in the list: picture, name, numbers, how it stands to the server, and its menu. */
import type { DesignMeta } from "../../api/types";
import { formatAgo, formatShort } from "../../domain/format";
import { type Standing, useGlimpses } from "../../stores/glimpses";
import { go } from "../../stores/route";
import { SketchPicture } from "../../ui/SketchPicture";
import { Icon, type IconName } from "../../ui/Icon";
import { useNow } from "../../ui/useNow";

const STANDING: Record<Exclude<Standing, "saved">, { text: string; icon: IconName }> = {
  waiting: { text: "Not sent yet", icon: "offline" },
  conflict: { text: "Changed elsewhere too", icon: "warning" },
  trouble: { text: "Needs a look", icon: "warning" },
};

/** Keeps the line, so that nothing moves once the numbers are there. */
const UNKNOWN = "\u00a0";

interface Props {
  meta: DesignMeta;
  onMenu: () => void;
}

export function DesignRow({ meta, onMenu }: Props) {
  const now = useNow();
  const glimpse = useGlimpses((state) => state.glimpses[meta.id]);
  const standing = useGlimpses((state) => state.standings[meta.id] ?? "saved");
  const numbers = glimpse && `${glimpse.blocks} ${glimpse.blocks === 1 ? "block" : "blocks"} · ${formatShort(glimpse.params)} parameters`;
  return (
    <li className="design">
      <button type="button" className="design__open" data-design-id={meta.id} onClick={() => go({ screen: "studio", designId: meta.id })}>
        <span className="design__picture">{glimpse && glimpse.blocks > 0 ? <SketchPicture sketch={glimpse.sketch} /> : <Icon name="designs" />}</span>
        <span className="item__text">
          <span className="item__title">{meta.name}</span>
          <span className="item__caption">{numbers ?? UNKNOWN}</span>
          <span className="design__when">
            Edited {formatAgo(meta.updated_at, now)}
            {standing !== "saved" && (
              <span className="standing" data-standing={standing}>
                <Icon name={STANDING[standing].icon} size={15} />
                {STANDING[standing].text}
              </span>
            )}
          </span>
        </span>
      </button>
      <button type="button" className="icon-button design__more" aria-label={`More for ${meta.name}`} onClick={onMenu}>
        <Icon name="more" />
      </button>
    </li>
  );
}
