/** The user's designs, the last changed first, with search where there are more than a few. */
import { useEffect, useState } from "react";
import type { DesignMeta } from "../../api/types";
import { isFound } from "../../domain/search";
import { lookAt, useGlimpses } from "../../stores/glimpses";
import { useLibrary } from "../../stores/library";
import { Icon } from "../../ui/Icon";
import { Skeleton } from "../../ui/parts";
import { DesignActionsSheet } from "./DesignActionsSheet";
import { DesignRow } from "./DesignRow";

/** So that the templates stay in sight. */
const FIRST_DESIGNS = 4;
const SEARCH_FROM = 5;

export function DesignList() {
  const { designs, problem } = useLibrary();
  const glimpses = useGlimpses((state) => state.glimpses);
  const [query, setQuery] = useState("");
  const [showsAll, setShowsAll] = useState(false);
  const [chosen, setChosen] = useState<DesignMeta | null>(null);
  useEffect(() => {
    if (designs) void lookAt(designs);
  }, [designs]);

  const found = (designs ?? [])
    .filter(({ id, name }) => isFound({ name, types: glimpses[id]?.types ?? [] }, query))
    .sort((a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at));
  const isSearching = query.trim() !== "";
  const shown = showsAll || isSearching ? found : found.slice(0, FIRST_DESIGNS);
  return (
    <section aria-labelledby="designs-heading">
      <h2 id="designs-heading" className="section-heading">
        Your designs
      </h2>
      {designs === null && (problem ? <p className="home__problem">{problem}</p> : <Skeleton rows={3} height={88} />)}
      {designs !== null && designs.length >= SEARCH_FROM && <Search query={query} count={found.length} onChange={setQuery} />}
      <ul className="list">
        {shown.map((meta) => (
          <DesignRow key={meta.id} meta={meta} onMenu={() => setChosen(meta)} />
        ))}
      </ul>
      {isSearching && found.length === 0 && (
        <p className="search__none">
          No design has “{query.trim()}” in its name or its blocks.
          <button type="button" className="button button--small" onClick={() => setQuery("")}>
            Show all
          </button>
        </p>
      )}
      {shown.length < found.length && (
        <button type="button" className="button button--small button--more" onClick={() => setShowsAll(true)}>
          All {found.length} designs
        </button>
      )}
      {chosen && <DesignActionsSheet meta={chosen} onClose={() => setChosen(null)} />}
    </section>
  );
}

function Search({ query, count, onChange }: { query: string; count: number; onChange: (query: string) => void }) {
  return (
    <div className="search" role="search">
      <Icon name="search" size={20} />
      <input
        type="search"
        className="search__input"
        data-testid="design-search"
        aria-label="Search your designs"
        placeholder="Name or block"
        autoComplete="off"
        enterKeyHint="search"
        value={query}
        onChange={(event) => onChange(event.target.value)}
      />
      {query !== "" && (
        <button type="button" className="icon-button" aria-label="Clear the search" onClick={() => onChange("")}>
          <Icon name="close" size={20} />
        </button>
      )}
      <span className="visually-hidden" role="status">
        {query.trim() === "" ? "" : `${count} found`}
      </span>
    </div>
  );
}
