/** The catalogue, with what fits at the chosen place marked and the rest explained. */
import { useMemo, useState } from "react";
import { type Block, catalogue, categories } from "../../domain/catalogue";
import { fragmentText } from "../../domain/clipboard";
import { insertBlock, type Place, sourcesOf } from "../../domain/edit";
import { type Fit, fitsAt } from "../../domain/fit";
import { formatShape, formatShort } from "../../domain/format";
import type { Stack } from "../../domain/stack";
import type { ModelArchitecture } from "../../domain/types";
import { revealBlock, selectBlocks, useCanvas } from "../../stores/canvas";
import { useClipboard } from "../../stores/clipboard";
import { useDesignStore } from "../../stores/designStore";
import { Icon } from "../../ui/Icon";
import { BlockTile } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { pasteBlocks } from "../graph/actions";

interface Props {
  design: ModelArchitecture;
  stack: Stack;
  place: Place;
  onClose: () => void;
}

export function PaletteSheet({ design, stack, place, onClose }: Props) {
  const edit = useDesignStore((state) => state.edit);
  const [wanted, setWanted] = useState("");
  const fits = useMemo(() => new Map(fitsAt(design, place).map((fit) => [fit.type, fit])), [design, place]);
  const groups = groupsOf(fits, wanted);

  const fragment = useClipboard((state) => state.fragment);
  const add = (type: string): void => {
    const id = edit((draft) => insertBlock(draft, type, place));
    onClose();
    const after = useDesignStore.getState().currentDesign;
    if (!id || !after) return;
    if (sourcesOf(after, id).length < (catalogue.get(type)?.minInputs ?? 0)) useDesignStore.getState().select(id);
    if (useCanvas.getState().face === "graph") {
      selectBlocks([id]);
      revealSoon(id);
    } else {
      requestAnimationFrame(() => reveal(id));
    }
  };
  return (
    <Sheet title="Add a block" subtitle={placeText(stack, place)} testId="block-palette" onClose={onClose}>
      <label className="search">
        <Icon name="search" size={20} />
        <span className="visually-hidden">Find a block</span>
        <input
          type="search"
          className="search__input"
          placeholder="Find a block"
          autoComplete="off"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </label>
      {fragment && (
        <button
          type="button"
          className="row-button"
          data-testid="palette-paste"
          onClick={() => {
            onClose();
            pasteBlocks();
          }}
        >
          <Icon name="paste" />
          <span>Paste {fragmentText(fragment)}</span>
        </button>
      )}
      {groups.map(({ title, blocks }) => (
        <section key={title} className="palette__group">
          <h3 className="palette__heading">{title}</h3>
          <ul className="palette__list">
            {blocks.map((block) => (
              <li key={block.type}>
                <Item block={block} fit={fits.get(block.type)} onClick={() => add(block.type)} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {groups.length === 0 && <p className="sheet__note">No block is called “{wanted.trim()}”.</p>}
    </Sheet>
  );
}

interface Group {
  title: string;
  blocks: Block[];
}

/** What fits, by category; then the rest, each with its reason. */
function groupsOf(fits: ReadonlyMap<string, Fit>, wanted: string): Group[] {
  const words = wanted.trim().toLowerCase().split(/\s+/);
  const found = [...catalogue.values()].filter((block) => {
    const text = `${block.title} ${block.type} ${block.summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const doesFit = (block: Block): boolean => fits.get(block.type)?.fits ?? false;
  const groups = categories.map(({ id, title }) => ({
    title,
    blocks: found.filter((block) => block.category === id && doesFit(block)),
  }));
  const rest = { title: "Does not fit here", blocks: found.filter((block) => !doesFit(block)) };
  return [...groups, rest].filter(({ blocks }) => blocks.length > 0);
}

function Item({ block, fit, onClick }: { block: Block; fit: Fit | undefined; onClick: () => void }) {
  return (
    <button
      type="button"
      className="palette__item"
      data-testid="block-card"
      data-block-type={block.type}
      data-fits={fit?.fits}
      onClick={onClick}
    >
      <BlockTile type={block.type} category={block.category} />
      <span className="palette__text">
        <span className="palette__title">{block.title}</span>
        <span className="palette__summary">{fit?.fits ? block.summary : fit?.reason}</span>
        {fit?.fits && <FitChips fit={fit} />}
      </span>
    </button>
  );
}

function FitChips({ fit }: { fit: Fit }) {
  return (
    <span className="palette__chips">
      <span className="fit-chip">
        <Icon name="check" size={14} />
        fits
      </span>
      {fit.shape && <span className="plain-chip">gives {formatShape(fit.shape)}</span>}
      {fit.params > 0 && <span className="plain-chip">+{formatShort(fit.params)}</span>}
    </span>
  );
}

function placeText(stack: Stack, place: Place): string {
  const label = (id: string): string => stack.rows.find((row) => row.component.id === id)?.label ?? id;
  if (place.kind === "edge") return `Between ${label(place.from)} and ${place.withHeads ? "the outputs" : label(place.to)}`;
  return place.kind === "after" ? `After ${label(place.from)}` : "At the start";
}

/** The graph has the new block when the page was drawn anew. */
function revealSoon(id: string): void {
  requestAnimationFrame(() => requestAnimationFrame(() => revealBlock(id)));
}

/** Brings a new card into view and gives it the focus. */
function reveal(id: string): void {
  const card = document.querySelector<HTMLElement>(`.stack [data-component-id="${CSS.escape(id)}"]`);
  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  card?.scrollIntoView({ block: "center", behavior: isStill ? "auto" : "smooth" });
  card?.classList.add("card--new");
  if (!document.querySelector("dialog[open]")) card?.focus({ preventScroll: true });
}
