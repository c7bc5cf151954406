/** A design's name as a field: what is wrong with it stands below. */
import { isDesignName } from "../domain/parse";

interface Props {
  id: string;
  value: string;
  /** Said to screen readers while the name is good. */
  help: string;
  onChange: (name: string) => void;
  onEnter: (input: HTMLInputElement) => void;
  onFocus?: (input: HTMLInputElement) => void;
  onBlur?: () => void;
}

export function NameField({ id, value, help, onChange, onEnter, onFocus, onBlur }: Props) {
  const isGood = isDesignName(value.trim());
  return (
    <>
      <label className="field__label" htmlFor={id}>
        Name
      </label>
      <input
        id={id}
        className="text-input"
        value={value}
        autoComplete="off"
        enterKeyHint="done"
        aria-invalid={!isGood}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.target.value)}
        onFocus={(event) => onFocus?.(event.target)}
        onBlur={onBlur}
        onKeyDown={(event) => {
          if (event.key === "Enter") onEnter(event.currentTarget);
        }}
      />
      <p id={`${id}-help`} className={isGood ? "visually-hidden" : "field__error"}>
        {isGood ? help : "A name has 1 to 120 characters."}
      </p>
    </>
  );
}
