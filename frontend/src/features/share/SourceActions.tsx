/** Copy and download, for every place that shows generated Python. */
import { toast } from "../../stores/toasts";
import { Icon } from "../../ui/Icon";
import { copyText, saveFile } from "./files";

export function SourceActions({ source, stem }: { source: string; stem: string }) {
  const copy = async (): Promise<void> => {
    if (await copyText(source)) toast("Source copied", "good");
    else toast("This browser does not let the page copy here. Save the file instead.", "bad");
  };
  return (
    <div className="share__actions">
      <button type="button" className="button button--tonal" data-testid="copy-source" onClick={() => void copy()}>
        <Icon name="copy" size={20} />
        Copy
      </button>
      <button
        type="button"
        className="button button--tonal"
        data-testid="save-source"
        onClick={() => saveFile(`${stem}.py`, new Blob([source], { type: "text/x-python" }))}
      >
        <Icon name="download" size={20} />
        Save file
      </button>
    </div>
  );
}
