/** Small pieces that several screens use. */
import type { ReactNode } from "react";
import type { Block, CategoryId } from "../domain/catalogue";
import { blockIcon, Icon, type IconName } from "./Icon";

/** The coloured tile of a block; the colour is its category's. */
export function BlockTile({ type, category, small = false }: { type: string; category: CategoryId | null; small?: boolean }) {
  return (
    <span className={`block-tile${small ? " block-tile--small" : ""}`} data-category={category ?? "layer"} aria-hidden="true">
      <Icon name={blockIcon(type)} size={small ? 18 : 22} />
    </span>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <span className="empty__icon">
        <Icon name={icon} size={30} />
      </span>
      <h2 className="empty__title">{title}</h2>
      <p className="empty__text">{children}</p>
      {action}
    </div>
  );
}

export function Spinner({ label }: { label: string }) {
  return (
    <span className="spinner" role="status">
      <span className="spinner__ring" aria-hidden="true" />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}

/** Grey shapes where a list will be. */
export function Skeleton({ rows, height }: { rows: number; height: number }) {
  return (
    <div aria-hidden="true" className="skeletons">
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} className="skeleton" style={{ height }} />
      ))}
    </div>
  );
}

export function categoryOf(block: Block | null | undefined): CategoryId {
  return block?.category ?? "layer";
}
