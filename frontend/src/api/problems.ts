/** What can go wrong between the page and the server, as two kinds of error. */
import type { Issue } from "../domain/types";

/** An answer of the server that is no success: RFC 9457 `application/problem+json`. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    /** Stable, for example `checkpoint.none`: the last part of `type`. */
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: string[] = [],
    readonly issues: Issue[] = [],
    readonly requestId: string | null = null,
    readonly body: Readonly<Record<string, unknown>> = {},
    readonly etag: string | null = null,
  ) {
    super(detail || title);
  }
}

/** No answer at all: the phone is offline, or the server is away. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";

  constructor(cause: unknown) {
    super("The server cannot be reached.", { cause });
  }
}

/** Reads a failed response; a body that is no problem document still becomes a Problem. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = await bodyOf(response);
  const type = text(body["type"]);
  return new Problem(
    response.status,
    type.split(":").at(-1) || `http.${response.status}`,
    text(body["title"]) || response.statusText || "Something went wrong",
    text(body["detail"]),
    list(body["errors"]) as string[],
    list(body["issues"]) as Issue[],
    response.headers.get("x-request-id"),
    body,
    response.headers.get("etag"),
  );
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  if (!(response.headers.get("content-type") ?? "").includes("json")) return {};
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** One sentence for people. */
export function explain(error: unknown): string {
  if (error instanceof Problem) return error.errors[0] ?? error.message;
  if (error instanceof Unreachable) return "The server cannot be reached. Is it running, and is this phone in its network?";
  return error instanceof Error ? error.message : "Something went wrong.";
}
