/** Form controls for thumbs: steppers with presets, choices, switches. */
import { type ReactNode, useId, useState } from "react";
import { Icon } from "./Icon";

interface FieldProps {
  label: string;
  help?: string;
  unit?: string | null;
}

interface StepperProps extends FieldProps {
  value: number;
  isWhole: boolean;
  presets: number[];
  /** What is wrong with the value, for people. */
  error?: string | null;
  canLower: boolean;
  canRaise: boolean;
  onStep: (direction: -1 | 1) => void;
  onChange: (value: number) => void;
  /** What was typed as a number, or null. */
  parse: (text: string) => number | null;
  /** How a preset is written, where not as it is. */
  presetText?: (preset: number) => string;
  /** Below the help, for example a repair. */
  children?: ReactNode;
}

/** A number with − and +, presets, and the keyboard for those who want it. */
export function Stepper(props: StepperProps) {
  const { label, help, unit, value, isWhole, presets, error, canLower, canRaise, onStep, onChange, parse, presetText = String, children } = props;
  const id = useId();
  /** What is being typed, or was refused; null shows the value itself. */
  const [draft, setDraft] = useState<string | null>(null);
  const [isEditing, setEditing] = useState(false);

  const commit = (): void => {
    const typed = draft === null ? value : parse(draft);
    if (typed !== null && typed !== value) onChange(typed);
    if (typed !== null || draft?.trim() === "") setDraft(null);
  };
  const choose = (change: () => void) => (): void => {
    setDraft(null);
    change();
  };
  const isRefused = draft !== null && !isEditing;
  const message = isRefused ? (isWhole ? "Type a whole number." : "Type a number.") : error;

  return (
    <div className="field">
      <div className="field__row">
        <div className="field__text">
          <label htmlFor={id} className="field__label">
            {label}
          </label>
          {unit ? (
            <span id={`${id}-unit`} className="field__unit">
              {unit}
            </span>
          ) : null}
        </div>
        <div className={`stepper${message ? " stepper--bad" : ""}`}>
          <button type="button" className="stepper__button" aria-label={`Lower ${label}`} disabled={!canLower} onClick={choose(() => onStep(-1))}>
            <Icon name="minus" size={20} />
          </button>
          <input
            id={id}
            className="stepper__input"
            inputMode={isWhole ? "numeric" : "decimal"}
            autoComplete="off"
            enterKeyHint="done"
            value={draft ?? (isEditing ? String(value) : grouped(value))}
            aria-invalid={Boolean(message)}
            aria-describedby={unit ? `${id}-unit ${id}-help` : `${id}-help`}
            onChange={(event) => setDraft(event.target.value)}
            onFocus={(event) => {
              setEditing(true);
              const input = event.target;
              requestAnimationFrame(() => input.select());
            }}
            onBlur={() => {
              setEditing(false);
              commit();
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter") commit();
              if (event.key === "ArrowUp" && canRaise) choose(() => onStep(1))();
              if (event.key === "ArrowDown" && canLower) choose(() => onStep(-1))();
            }}
          />
          <button type="button" className="stepper__button" aria-label={`Raise ${label}`} disabled={!canRaise} onClick={choose(() => onStep(1))}>
            <Icon name="add" size={20} />
          </button>
        </div>
      </div>
      {presets.length > 0 && (
        <div className="presets">
          {presets.map((preset) => (
            <button
              key={preset}
              type="button"
              className="chip"
              aria-pressed={preset === value}
              aria-label={`${label} ${preset}`}
              onClick={choose(() => onChange(preset))}
            >
              {presetText(preset)}
            </button>
          ))}
        </div>
      )}
      <p id={`${id}-help`} className={message ? "field__error" : "field__help"}>
        {message ?? help}
      </p>
      {children}
    </div>
  );
}

/** 2000000 -> "2,000,000"; small and broken numbers as they are. */
function grouped(value: number): string {
  return value >= 10_000 && Number.isInteger(value) ? value.toLocaleString("en") : String(value);
}

interface ChoiceProps<T extends string> extends FieldProps {
  value: T;
  choices: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  /** Only the buttons; the label is still read aloud. */
  isBare?: boolean;
}

/** One of a few: all are visible, a tap chooses. */
export function Choice<T extends string>({ label, help, value, choices, onChange, isBare = false }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset className={isBare ? "field field--bare" : "field"} aria-describedby={help ? `${id}-help` : undefined}>
      <legend className={isBare ? "visually-hidden" : "field__label"}>{label}</legend>
      <div className="segments">
        {choices.map((choice) => (
          <label key={choice.value} className="segment">
            <input
              type="radio"
              className="visually-hidden"
              name={id}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
      {help ? (
        <p id={`${id}-help`} className="field__help">
          {help}
        </p>
      ) : null}
    </fieldset>
  );
}

interface SwitchProps extends FieldProps {
  value: boolean;
  onChange: (value: boolean) => void;
}

export function Switch({ label, help, value, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field__row switch-row" htmlFor={id}>
        <span className="field__text">
          <span className="field__label">{label}</span>
          {help ? <span className="field__help">{help}</span> : null}
        </span>
        <input
          id={id}
          type="checkbox"
          role="switch"
          className="switch"
          checked={value}
          onChange={(event) => onChange(event.target.checked)}
        />
      </label>
    </div>
  );
}
