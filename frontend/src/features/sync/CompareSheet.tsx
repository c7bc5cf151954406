/** Two designs side by side: what one has that the other has not. */
import { useEffect, useMemo, useState } from "react";
import { explain } from "../../api/problems";
import { diffDesigns } from "../../domain/diff";
import type { ModelArchitecture } from "../../domain/types";
import { createDesign, loadDesigns, readDesign, useLibrary } from "../../stores/library";
import { go } from "../../stores/route";
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { Sheet } from "../../ui/Sheet";
import { DiffView } from "./DiffView";

interface Side {
  title: string;
  design: ModelArchitecture;
}

interface Props {
  before: Side;
  /** Null lets the user choose. */
  after: Side | null;
  onClose: () => void;
}

export function CompareSheet({ before, after: given, onClose }: Props) {
  const [chosen, setChosen] = useState<Side | null>(given);
  const diff = useMemo(() => (chosen ? diffDesigns(before.design, chosen.design) : null), [before.design, chosen]);
  const open = async (): Promise<void> => {
    try {
      const designId = await createDesign({ architecture: before.design });
      onClose();
      go({ screen: "studio", designId });
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <Sheet
      title={chosen ? "What is different" : "Compare with"}
      subtitle={chosen ? `From ${before.title} to ${chosen.title}` : before.title}
      testId="compare-sheet"
      onClose={onClose}
      footer={
        given ? (
          <button type="button" className="button button--wide" onClick={() => void open()}>
            Open {before.title} as a new design
          </button>
        ) : undefined
      }
    >
      {diff ? <DiffView diff={diff} /> : <Picker except={before.design.id} onChoose={setChosen} />}
    </Sheet>
  );
}

function Picker({ except, onChoose }: { except: string; onChoose: (side: Side) => void }) {
  const designs = useLibrary((state) => state.designs);
  const others = designs?.filter(({ id }) => id !== except) ?? [];
  useEffect(() => void loadDesigns(), []);
  const choose = async (id: string, title: string): Promise<void> => {
    try {
      onChoose({ title, design: await readDesign(id) });
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  if (designs && others.length === 0) return <p className="sheet__note">There is no other design yet.</p>;
  return (
    <div>
      {others.map(({ id, name }) => (
        <button key={id} type="button" className="row-button" onClick={() => void choose(id, name)}>
          <Icon name="designs" />
          <span>{name}</span>
          <Icon name="chevron" size={20} />
        </button>
      ))}
    </div>
  );
}
