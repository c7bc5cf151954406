/** What changed between two designs, block by block. */
import { catalogue } from "../../domain/catalogue";
import { type BlockChange, changeCount, type DesignDiff, type PropChange, valueText } from "../../domain/diff";
import { BlockTile, categoryOf } from "../../ui/parts";

const KIND_TEXT = { added: "Added", removed: "Removed", changed: "" } as const;

/** A list of changes, or one line that there are none. */
export function DiffView({ diff }: { diff: DesignDiff }) {
  if (changeCount(diff) === 0) return <p className="sheet__note">No differences.</p>;
  return (
    <ul className="diff" data-testid="design-diff">
      {diff.name && <PlainRow title="Name" from={diff.name.from} to={diff.name.to} />}
      {diff.meta.map((change) => (
        <PlainRow key={change.name} title={change.label} from={valueText(null, change.name, change.from)} to={valueText(null, change.name, change.to)} />
      ))}
      {diff.blocks.map((change) => (
        <BlockRow key={`${change.kind} ${change.id}`} change={change} />
      ))}
      {diff.moved > 0 && (
        <li className="diff__row diff__row--quiet">
          {diff.moved === 1 ? "1 block was" : `${diff.moved} blocks were`} only moved on the graph
        </li>
      )}
    </ul>
  );
}

/** "64 → 128", read aloud as "64 becomes 128". */
export function FromTo({ from, to }: { from: string; to: string }) {
  return (
    <span className="from-to">
      <span className="from-to__old">{from}</span>
      <span aria-hidden="true"> → </span>
      <span className="visually-hidden"> becomes </span>
      <strong>{to}</strong>
    </span>
  );
}

function PlainRow({ title, from, to }: { title: string; from: string; to: string }) {
  return (
    <li className="diff__row">
      <div className="diff__text">
        <span className="diff__title">{title}</span>
        <FromTo from={from} to={to} />
      </div>
    </li>
  );
}

function BlockRow({ change }: { change: BlockChange }) {
  const block = catalogue.get(change.type);
  const { inputs, typeBefore } = change;
  return (
    <li className="diff__row" data-change={change.kind} data-block={change.id}>
      <BlockTile type={change.type} category={categoryOf(block)} small />
      <div className="diff__text">
        <span className="diff__title">{change.label}</span>
        {change.kind !== "changed" && <span className="diff__kind">{KIND_TEXT[change.kind]}</span>}
        {typeBefore !== null && <span>was {catalogue.get(typeBefore)?.title ?? typeBefore}</span>}
        {change.props.map((prop) => (
          <PropLine key={prop.name} type={change.type} prop={prop} />
        ))}
        {inputs && <span className="diff__line">reads <FromTo from={listed(inputs.from)} to={listed(inputs.to)} /></span>}
      </div>
    </li>
  );
}

function PropLine({ type, prop }: { type: string; prop: PropChange }) {
  const block = catalogue.get(type);
  return (
    <span className="diff__line">
      {prop.label} <FromTo from={valueText(block, prop.name, prop.from)} to={valueText(block, prop.name, prop.to)} />
    </span>
  );
}

function listed(labels: readonly string[]): string {
  return labels.length === 0 ? "nothing" : labels.join(", ");
}
