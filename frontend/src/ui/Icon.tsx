/** Line icons on a 24 grid; decoration only, the text beside them carries the meaning. */

const PATHS = {
  add: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  bell: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.5zM10 20a2 2 0 0 0 4 0",
  check: "M5 12.5l4.5 4.5L19 7.5",
  chevron: "M9 5l7 7-7 7",
  compare: "M4 5h7v14H4zM15 5h5v14h-5M15 9h5M15 14h5",
  history: "M5 12a7 7 0 1 0 2.2-5.1M4.5 4v4h4M12 8v4.5l3 2",
  keyboard: "M3.5 7h17v10h-17zM7 10.5v.01M10.5 10.5v.01M14 10.5v.01M17 10.5v.01M8 13.8h8",
  list: "M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5v.01M4.5 12v.01M4.5 17.5v.01",
  close: "M6 6l12 12M18 6L6 18",
  code: "M9 7l-5 5 5 5M15 7l5 5-5 5",
  copy: "M9 9h10v10H9zM5 15V5h10",
  designs: "M5 5h14v4H5zM5 12h14v3H5zM5 18h14v1.5H5z",
  down: "M12 5v14M6 13l6 6 6-6",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  error: "M12 8v5M12 16.2v.3M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  file: "M7 3.5h7l4.5 4.5v12.5H7zM14 3.5V8h4.5",
  image: "M4.5 5h15v14h-15zM4.5 16l4.5-4.5 4 4 2.5-2.5 4 4M15.5 9.2v.01",
  import: "M12 4v10M8 10.5l4 4 4-4M5 15v4.5h14V15",
  info: "M12 11v5.5M12 7.6v.3M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  install: "M8 3.5h8v17H8zM12 8v5.5M9.7 11.3l2.3 2.3 2.3-2.3M11 17.8h2",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1",
  menu: "M5 7.500h14M5 12h14M5 16.500h14",
  minus: "M5 12h14",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  paste: "M9 5H6v15h12V5h-3M9 3.500h6v3.500H9zM9.500 12h5M9.500 15.500h5",
  offline: "M4 4l16 16M8.5 13.5a5 5 0 0 1 5-1.2M5.5 10.3a9 9 0 0 1 3.2-2M18.5 10.3a9 9 0 0 0-6-2.7M12 18v.01",
  pause: "M8.5 6v12M15.5 6v12",
  pencil: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  play: "M8 5.5l10.5 6.5L8 18.5z",
  pin: "M9 4h6l-.8 6 3.3 3.500h-11L9.800 10zM12 13.500V20",
  redo: "M19 9.5H9a4.5 4.5 0 0 0 0 9h6M19 9.5l-4-4M19 9.5l-4 4",
  refresh: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4",
  runs: "M4 18l5-6 4 3 7-9M15.5 6H20v4.5",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.300 15.300L20 20",
  share: "M12 15V4M8 7.500L12 3.500l4 4M6.500 11H5v9.500h14V11h-1.500",
  skip: "M6.5 6l8 6-8 6zM17.500 6v12",
  stop: "M7 7h10v10H7z",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5",
  tune: "M5 8h8M17 8h2M5 16h2M11 16h8M15 5.8v4.4M9 13.8v4.4",
  undo: "M5 9.5h10a4.5 4.5 0 0 1 0 9H9M5 9.5l4-4M5 9.5l4 4",
  branch: "M12 4v5M12 9c0 5-6 4-6 10M12 9c0 5 6 4 6 10M3.5 16.5L6 19l2.5-2.5M15.5 16.5L18 19l2.5-2.5",
  cards: "M5 4.5h14v6H5zM5 13.5h14v6H5z",
  connect: "M4 7a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M15 17a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M9 7h3.5c5 0 0 10 2.5 10",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M9 9h6v6H9z",
  graph: "M9 4h6v4H9zM3.5 16h6v4h-6zM14.5 16h6v4h-6zM12 8v4M6.5 16v-4h11v4",
  lasso: "M4.5 4.5h3M10.5 4.5h3M16.5 4.5h3v3M19.5 10.5v3M4.5 4.5v3M4.5 10.5v3M4.5 16.5v3h3M10.5 19.5h2M15 15l6 2.2-2.6 1.2L17 21z",
  tidy: "M9.5 4h5v4h-5zM4 12h5v4H4zM15 12h5v4h-5zM12 8v2M6.5 12v-2h11v2M6.5 16v4M17.5 16v4",
  unlink: "M9.5 14.5l5-5M11 7l1.5-1.5a4 4 0 0 1 6 6L17 13M13 17l-1.5 1.5a4 4 0 0 1-6-6L7 11",
  up: "M12 19V5M6 11l6-6 6 6",
  warning: "M12 4.5L3.5 19h17zM12 10v4.2M12 16.7v.2",
  board_input: "M4.5 4.5h15v15h-15zM4.5 9.5h15M4.5 14.5h15M9.5 4.5v15M14.5 4.5v15",
  embedding: "M4 6h4v4H4zM4 14h4v4H4zM12 5v5M15.5 7v3M19 4v6M12 15v4M15.5 13v6M19 16v3",
  transformer_layer: "M4 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M4 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0M16 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M16 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0M8 7h8M8 17h8M7.6 8.4l8.8 7.2M7.6 15.6l8.8-7.2",
  moe_layer: "M4 12h3M7 12c4 0 3-7 7-7M7 12c4 0 3 7 7 7M7 12h7M14 3.5h6v3h-6zM14 10.5h6v3h-6zM14 17.5h6v3h-6z",
  load_balance_router: "M12 4v15M8 19.5h8M5 7.5h14M5 7.5L2.8 13h4.4zM19 7.5L16.8 13h4.4z",
  layer_norm: "M3 18c5 0 5-12 9-12s4 12 9 12M12 18v2",
  linear: "M5 4H3.5v16H5M19 4h1.5v16H19M8 9h8M8 15h8M12 6v12",
  add_block: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8.5v7M8.5 12h7",
  action_output: "M12 3.5v17M3.5 12h17M9.5 6L12 3.5 14.5 6M9.5 18l2.5 2.5 2.5-2.5M6 9.5L3.5 12 6 14.5M18 9.5l2.5 2.5-2.5 2.5",
  value_output: "M4 16.5a8 8 0 1 1 16 0M12 16l4-5.5M7.5 16.5v.01M16.5 16.5v.01",
  mlp: "M4 6.5h.01M4 12h.01M4 17.5h.01M12 4h.01M12 9.3h.01M12 14.7h.01M12 20h.01M20 9h.01M20 15h.01M6 7l4-2.4M6 11.4l4-1.6M6 12.6l4 1.6M6 17l4 2.4M14 9.5l4-.3M14 14.5l4 .3M14 5l4.4 3.2M14 19l4.4-3.2",
  conv2d: "M4 4h16v16H4zM4 9.3h16M9.3 4v16M9.3 9.3h5.4v5.4H9.3zM14.7 4v5.3M4 14.7h5.3M14.7 14.7V20M14.7 14.7H20",
  ntuple: "M4 4.5h16v5H4zM9.3 4.5v5M14.7 4.5v5M12 12v3M9 19.5h6M12 15l-3 4.5M12 15l3 4.5",
  dropout: "M5 6h.01M12 6h4M5 12h4M14 12h5M5 18h4M19 18h.01M12 18h2M4 20L20 4",
  concat: "M5 4h5v7H5zM14 4h5v7h-5zM7.5 11v3h9v-3M12 14v6M9.5 17.5L12 20l2.5-2.5",
  pool: "M3.5 5h17l-6 7v4l-5 3.5V12z",
  aux_loss_head: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 12v.01",
  grad_checkpoint: "M6 20V4M6 5h11l-2.5 3.5L17 12H6",
  back_one: "M17.500 6l-8 6 8 6zM6.500 6v12",
  block: "M5 7.5L12 4l7 3.5v9L12 20l-7-3.5zM5 7.5l7 3.5 7-3.5M12 11v9",
} as const;

/** The icon's path on the grid of 24, for pictures outside of the page. */
export function iconPath(name: IconName): string {
  return PATHS[name];
}

export type IconName = keyof typeof PATHS;

/** The icon of a block type; `add` is also the plus sign, so the block has its own. */
export function blockIcon(type: string): IconName {
  if (type === "add") return "add_block";
  return type in PATHS ? (type as IconName) : "block";
}

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" data-icon={name} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
