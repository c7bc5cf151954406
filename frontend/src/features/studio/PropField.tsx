/** The control that fits a prop's kind. */
import type { ReactNode } from "react";
import type { Prop } from "../../domain/catalogue";
import { effectiveValue } from "../../domain/edit";
import { stepped, typedNumber, usefulPresets } from "../../domain/steps";
import type { ModelArchitecture, ModelComponent, PropValue } from "../../domain/types";
import { useDesignStore } from "../../stores/designStore";
import { Choice, Stepper, Switch } from "../../ui/controls";
import { FixButton } from "./FixButton";

interface Props {
  design: ModelArchitecture;
  component: ModelComponent;
  prop: Prop;
  onChange: (value: PropValue) => void;
  children?: ReactNode;
}

export function PropField({ design, component, prop, onChange, children }: Props) {
  const issue = useDesignStore((state) =>
    state.validation?.issues.find(
      (found) => found.component_id === component.id && found.prop === prop.name && found.severity === "error",
    ),
  );
  const value = effectiveValue(design, component, prop);
  if (prop.kind === "bool") {
    return <Switch label={prop.label} help={prop.help} value={value === true} onChange={onChange} />;
  }
  if (prop.kind === "enum") {
    return <Choice label={prop.label} help={prop.help} value={String(value)} choices={prop.choices} onChange={onChange} />;
  }
  const number = typeof value === "number" ? value : (prop.min ?? 0);
  const whole = numberOf(component.props[prop.divides ?? ""]);
  const step = (direction: -1 | 1): number => stepped(prop, number, direction, whole);
  return (
    <Stepper
      label={prop.label}
      help={prop.help}
      unit={prop.unit}
      value={number}
      isWhole={prop.kind === "int"}
      presets={usefulPresets(prop, whole, numberOf(component.props[prop.atMost ?? ""]))}
      error={issue?.message ?? null}
      canLower={step(-1) !== number}
      canRaise={step(1) !== number}
      onStep={(direction) => onChange(step(direction))}
      onChange={onChange}
      parse={(text) => typedNumber(prop, text)}
    >
      {issue?.fix && <FixButton fix={issue.fix} />}
      {children}
    </Stepper>
  );
}

function numberOf(value: PropValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
