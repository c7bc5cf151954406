/**
 * Three coach marks over a design that already works. Nothing is blocked: the page below stays usable, and the mark is
 * not modal, so that nobody is held up; Escape and "Skip" end it for good.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { endTour, nextStep, TOUR_STEPS, useTour } from "../../stores/tour";

interface Step {
  target: string;
  title: string;
  text: string;
}

const STEPS: readonly Step[] = [
  { target: ".stack [data-component-id]:not([data-component-id^='board']), [data-testid='canvas']", title: "Tap a block to change it", text: "Each block is a part of the network, in the order in which the board flows through." },
  { target: ":has(> [data-testid='param-count'])", title: "The counts follow", text: "Parameters and memory change with every step, and the line at the top says whether it can be trained." },
  { target: "[data-testid='train']", title: "Train it", text: "One tap starts the training on the server. You can watch it play 2048 while it learns." },
];
const GAP_PX = 12;

interface Box {
  top: number;
  left: number;
  width: number;
  height: number;
}

export function Tour() {
  const step = useTour((state) => state.step);
  const shown = step === null ? undefined : STEPS[step];
  return step !== null && shown ? <Mark key={step} at={step} step={shown} /> : null;
}

function Mark({ at, step }: { at: number; step: Step }) {
  const box = useBoxOf(step.target);
  const mark = useRef<HTMLDivElement>(null);
  const isPlaced = box !== null;
  useEffect(() => {
    if (isPlaced) mark.current?.focus({ preventScroll: true });
  }, [isPlaced]);
  useEffect(() => {
    const leave = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) endTour();
    };
    document.addEventListener("keydown", leave);
    return () => document.removeEventListener("keydown", leave);
  }, []);
  if (!box) return null;
  const isAbove = box.top > window.innerHeight / 2;
  // Beside a mark there is room above or below; the whole graph is pointed at from within.
  const isWhole = box.height > window.innerHeight / 2;
  const place = isWhole
    ? { top: box.top + 4 * GAP_PX }
    : isAbove ? { bottom: window.innerHeight - box.top + GAP_PX } : { top: box.top + box.height + GAP_PX };
  return (
    <>
      <div className="tour__ring" style={{ top: box.top - 4, left: box.left - 4, width: box.width + 8, height: box.height + 8 }} aria-hidden="true" />
      <div
        ref={mark}
        className="tour"
        role="dialog"
        aria-labelledby="tour-title"
        aria-describedby="tour-text"
        tabIndex={-1}
        data-testid="tour"
        data-step={at + 1}
        style={place}
      >
        <h2 id="tour-title" className="tour__title">
          {step.title}
        </h2>
        <p id="tour-text" className="tour__text">
          {step.text}
        </p>
        <div className="tour__actions">
          <span className="tour__count">
            {at + 1} of {TOUR_STEPS}
          </span>
          {at + 1 < TOUR_STEPS && (
            <button type="button" className="button button--small" onClick={endTour}>
              Skip
            </button>
          )}
          <button type="button" className="button button--small button--filled" onClick={nextStep}>
            {at + 1 < TOUR_STEPS ? "Next" : "Got it"}
          </button>
        </div>
      </div>
    </>
  );
}

/** Where the target stands; follows scrolling and turning the phone. Null until it is there. */
function useBoxOf(selector: string): Box | null {
  const [box, setBox] = useState<Box | null>(null);
  useLayoutEffect(() => {
    const measure = (): void => {
      const element = document.querySelector(selector);
      if (!element) return;
      const { top, left, width, height } = element.getBoundingClientRect();
      setBox((old) => (old && old.top === top && old.left === left && old.width === width && old.height === height ? old : { top, left, width, height }));
    };
    const frame = requestAnimationFrame(measure);
    const sizes = new ResizeObserver(measure);
    sizes.observe(document.body);
    window.addEventListener("scroll", measure, { passive: true });
    window.addEventListener("resize", measure);
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      window.removeEventListener("scroll", measure);
      window.removeEventListener("resize", measure);
    };
  }, [selector]);
  return box;
}
