// The workflow, written once as data. CDK deploys it with ARNs filled in, the laptop interprets it, tests and docs read it.
import type { StateMachineDocument, States } from "./asl.ts";
import { endingStates } from "./state/ending.ts";
import { failureStates } from "./state/failure.ts";
import { preparationStates } from "./state/preparation.ts";
import { searchStates } from "./state/search.ts";
import { teachingStates } from "./state/teaching.ts";

/** The state machine, with `${Name}` standing where deployment fills in an ARN. */
export const WORKFLOW: StateMachineDocument = {
  Comment: "A pretrained model, a small labelled data set and a budget become a small model with a report.",
  StartAt: "Plan",
  States: { ...preparationStates, ...teachingStates, ...searchStates, ...endingStates, ...failureStates },
};

/** Every state by name, those inside the Map included. Names are unique across both levels. */
export function allStates(document: StateMachineDocument): States {
  const inner = Object.values(document.States).map((state) =>
    state.Type === "Map" ? allStates(state.ItemProcessor) : {},
  );
  return Object.assign({}, document.States, ...inner);
}
