/** Validates designs off the main thread, with the rules that the server has. */
import type { ModelArchitecture } from "../domain/types";
import { type Analysis, analyse } from "../domain/validate";

export interface ValidationRequest {
  ticket: number;
  design: ModelArchitecture;
}

export interface ValidationReply {
  ticket: number;
  analysis: Analysis;
}

self.onmessage = (event: MessageEvent<ValidationRequest>) => {
  const { ticket, design } = event.data;
  const reply: ValidationReply = { ticket, analysis: analyse(design) };
  self.postMessage(reply);
};
