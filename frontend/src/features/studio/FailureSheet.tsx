/** Why Compile or Train did not work, with every problem that the server named. */
import { dismissFailure, useTraining } from "../../stores/training";
import { Sheet } from "../../ui/Sheet";
import { IssueRow } from "./ValidationBanner";

export function FailureSheet() {
  const failure = useTraining((state) => state.failure);
  if (!failure) return null;
  return (
    <Sheet title={failure.title} testId="failure-sheet" onClose={dismissFailure}>
      <p className="sheet__lead">{failure.detail}</p>
      {failure.issues.length > 0 && (
        <ul className="issues">
          {failure.issues.map((issue, at) => (
            <IssueRow key={`${issue.code} ${at}`} issue={issue} stack={null} onOpen={null} />
          ))}
        </ul>
      )}
    </Sheet>
  );
}
