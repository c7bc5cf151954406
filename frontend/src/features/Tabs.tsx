/** The bottom navigation of the first screens. */
import { useState } from "react";
import { go } from "../stores/route";
import { Icon } from "../ui/Icon";
import { MoreSheet } from "./MoreSheet";

const TABS = [
  { screen: "designs", label: "Designs", icon: "designs" },
  { screen: "runs", label: "Runs", icon: "runs" },
] as const;

export function Tabs({ current }: { current: (typeof TABS)[number]["screen"] }) {
  const [showsMore, setShowsMore] = useState(false);
  return (
    <nav className="tabs" aria-label="Main">
      {TABS.map((tab) => (
        <button
          key={tab.screen}
          type="button"
          className="tab"
          aria-current={tab.screen === current ? "page" : undefined}
          onClick={() => go({ screen: tab.screen }, "replace")}
        >
          <span className="tab__icon">
            <Icon name={tab.icon} />
          </span>
          {tab.label}
        </button>
      ))}
      <button type="button" className="tab" data-testid="more" aria-haspopup="dialog" onClick={() => setShowsMore(true)}>
        <span className="tab__icon">
          <Icon name="menu" />
        </span>
        More
      </button>
      {showsMore && <MoreSheet onClose={() => setShowsMore(false)} />}
    </nav>
  );
}
