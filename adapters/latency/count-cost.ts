// Parameters and MACs of a model file. One run with the values of interest as outputs tells their shapes.
import { readFileSync } from "node:fs";
import { macsOf, shapesNeeded } from "../../core/onnx/macs.ts";
import { parametersOf } from "../../core/onnx/parameters.ts";
import { readModel } from "../../core/onnx/read-model.ts";
import { writeModel } from "../../core/onnx/write-model.ts";
import type { CostAnswer, CostRequest } from "./measuring-request.ts";
import { openModelBytes } from "./session.ts";

export async function countCost({ path }: CostRequest): Promise<CostAnswer> {
  const { model } = readModel(readFileSync(path), path);
  const { graph } = model;
  const outputs = shapesNeeded(graph).map((name) => ({ name, type: undefined }));
  const parameters = parametersOf(graph);
  if (outputs.length === 0) return { kind: "cost", parameters, macs: 0 };
  const open = await openModelBytes(writeModel({ ...model, graph: { ...graph, outputs } }), 1, path);
  const shapes = await open.shapes(open.randomFeeds(1, 0)[0]!);
  return { kind: "cost", parameters, macs: macsOf(graph, (value) => shapes.get(value)) ?? null };
}
