/** A bottom sheet on the browser's own modal dialog: focus stays inside, Escape and Android's back close it. */
import { type ReactNode, useCallback, useId, useLayoutEffect, useRef } from "react";
import { Icon } from "./Icon";
import { useDragToClose } from "./useDragToClose";

interface SheetProps {
  title: ReactNode;
  subtitle?: ReactNode;
  icon?: ReactNode;
  testId?: string;
  /** Stays visible below the scrolling content. */
  footer?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

const CLOSING_MS = 180;

export function Sheet({ title, subtitle, icon, testId, footer, onClose, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();

  // A layout effect is undone while the dialog is still in the page: only then close() gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    heading.current?.focus();
    return () => element?.close();
  }, []);

  const leave = useCallback(() => {
    const element = dialog.current;
    if (!element || element.classList.contains("sheet--closing")) return;
    const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.classList.add("sheet--closing");
    window.setTimeout(onClose, isStill ? 0 : CLOSING_MS);
  }, [onClose]);

  const drag = useDragToClose(dialog, leave);

  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby={titleId}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onClose={(event) => {
        // A browser may close it without asking, for example at a second "back" in a row.
        if (event.currentTarget.isConnected) onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) leave();
      }}
    >
      <div className="sheet__panel">
        <header className="sheet__header" {...drag}>
          <span className="sheet__grip" aria-hidden="true" />
          <div className="sheet__title-row">
            {icon}
            <div className="sheet__titles">
              <h2 id={titleId} ref={heading} tabIndex={-1} className="sheet__title">
                {title}
              </h2>
              {subtitle !== undefined && <p className="sheet__subtitle">{subtitle}</p>}
            </div>
            <button type="button" className="icon-button" aria-label="Close" onClick={leave}>
              <Icon name="close" />
            </button>
          </div>
        </header>
        <div className="sheet__body">{children}</div>
        {footer !== undefined && <footer className="sheet__footer">{footer}</footer>}
      </div>
    </dialog>
  );
}
