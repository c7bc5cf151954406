/** A design as a link and as a QR code. The link carries all of it: no server keeps it, none needs to be asked. */
import { useEffect, useState } from "react";
import { isFormatIssue } from "../../domain/issues";
import { formatCount } from "../../domain/format";
import { shareLink } from "../../domain/share";
import type { ModelArchitecture } from "../../domain/types";
import { validateDocument } from "../../domain/validate";
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { Sheet } from "../../ui/Sheet";
import { copyText } from "./files";
import { QR_BYTES, qrOf } from "./qr";

const PAGE = "/model-studio";
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

interface Props {
  design: ModelArchitecture;
  onClose: () => void;
}

export default function ShareSheet({ design, onClose }: Props) {
  const [link, setLink] = useState<string | null>(null);
  const problem = validateDocument(design).issues.find(isFormatIssue)?.message ?? null;
  useEffect(() => {
    let isStale = false;
    void shareLink(location.origin + PAGE, design).then((made) => {
      if (!isStale) setLink(made);
    });
    return () => {
      isStale = true;
    };
  }, [design]);

  return (
    <Sheet
      title="Share"
      subtitle={design.name}
      testId="share-sheet"
      onClose={onClose}
      footer={link !== null && problem === null ? <Actions link={link} name={design.name} /> : undefined}
    >
      {problem !== null ? (
        <div className="note" data-tone="bad">
          <Icon name="error" size={20} />
          <p>Repair this first, then the design can be shared: {problem}</p>
        </div>
      ) : (
        <Linked link={link} />
      )}
    </Sheet>
  );
}

function Linked({ link }: { link: string | null }) {
  const qr = link === null ? null : qrOf(link);
  return (
    <>
      {qr !== null && (
        <svg className="qr" data-testid="qr" role="img" aria-label="QR code of the link" viewBox={`0 0 ${qr.size} ${qr.size}`} shapeRendering="crispEdges">
          <rect className="qr__paper" width={qr.size} height={qr.size} />
          <path className="qr__ink" d={qr.path} />
        </svg>
      )}
      {link !== null && qr === null && (
        <div className="note" data-testid="qr-too-long">
          <Icon name="info" size={20} />
          <p>
            This design is too large for a QR code that a camera can read: {formatCount(link.length)} of {formatCount(QR_BYTES)} characters. The link
            works at any length.
          </p>
        </div>
      )}
      {link === null && <div className="skeleton qr" aria-hidden="true" />}
      <p className="sheet__lead share__lead">
        {link !== null && <strong data-testid="link-length">{formatCount(link.length)} characters. </strong>}
        The link holds the whole design. Opening it shows a preview first; no server sees it.
      </p>
      {link !== null && (
        <input className="text-input share__link" data-testid="share-link" aria-label="Link" readOnly value={link} onFocus={(event) => event.target.select()} />
      )}
      {LOOPBACK.test(location.hostname) && (
        <p className="field__help">
          This page runs at {location.host}, which only this device reaches. On another one, paste the link under Import a design.
        </p>
      )}
    </>
  );
}

function Actions({ link, name }: { link: string; name: string }) {
  const copy = async (): Promise<void> => {
    if (await copyText(link)) toast("Link copied", "good");
    else toast("This browser does not let the page copy. Select the link and copy it by hand.", "bad");
  };
  const send = async (): Promise<void> => {
    try {
      await navigator.share({ title: name, text: `${name}, a design for Model Studio`, url: link });
    } catch (error) {
      // Closing the phone's share sheet is no failure.
      if (!(error instanceof DOMException && error.name === "AbortError")) toast("The phone did not take the link. Copy it instead.", "bad");
    }
  };
  const canSend = typeof navigator.share === "function";
  return (
    <div className="share__actions">
      <button type="button" className={`button ${canSend ? "button--tonal" : "button--filled"}`} data-testid="copy-link" onClick={() => void copy()}>
        <Icon name="copy" size={20} />
        Copy link
      </button>
      {canSend && (
        <button type="button" className="button button--filled" onClick={() => void send()}>
          <Icon name="share" size={20} />
          Send
        </button>
      )}
    </div>
  );
}
