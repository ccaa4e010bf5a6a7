// A part of a graph: the nodes between values that are fed and values that are wanted. And two graphs as one, side by side.
import type { Graph, Model, Node, ValueInfo } from "./graph.ts";
import { pruned } from "./lookup.ts";
import { usedNames } from "./sort-graph.ts";

/** The model that computes `to` from `from`; `from` may name values inside the given one. */
export function between(model: Model, from: readonly ValueInfo[], to: readonly string[]): Model {
  const { graph } = model;
  const fed = new Set(from.map(({ name }) => name));
  const wanted = new Set(to);
  const nodes = graph.nodes.toReversed().filter((node) => {
    const isNeeded = node.outputs.some((name) => wanted.has(name) && !fed.has(name));
    if (isNeeded) for (const name of usedNames(node)) wanted.add(name);
    return isNeeded;
  });
  const outputs = to.map((name) => ({ name, type: undefined }));
  const inputs = from.filter(({ name }) => wanted.has(name));
  const values = graph.values.filter(({ name }) => wanted.has(name) && !fed.has(name) && !to.includes(name));
  return { ...model, graph: pruned({ ...graph, nodes: nodes.reverse(), inputs, outputs, values }) };
}

/** Both graphs in one; every value of the second gets a prefix, but for the inputs in `shared`. No subgraphs. */
export function sideBySide(first: Model, second: Model, prefix: string, shared: ReadonlySet<string>): Model {
  const renamed = prefixed(second.graph, prefix, shared);
  const own = renamed.inputs.filter(({ name }) => !shared.has(name));
  const merged: Graph = {
    ...first.graph,
    nodes: [...first.graph.nodes, ...renamed.nodes],
    initializers: [...first.graph.initializers, ...renamed.initializers],
    inputs: [...first.graph.inputs, ...own],
    outputs: [...first.graph.outputs, ...renamed.outputs],
    values: [...first.graph.values, ...renamed.values],
  };
  return { ...first, graph: merged };
}

function prefixed(graph: Graph, prefix: string, shared: ReadonlySet<string>): Graph {
  const rename = (name: string) => (name === "" || shared.has(name) ? name : `${prefix}${name}`);
  const named = <T extends { readonly name: string }>(each: T): T => ({ ...each, name: rename(each.name) });
  const nodes = graph.nodes.map(
    (node): Node => ({ ...named(node), inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }),
  );
  return {
    ...graph,
    nodes,
    initializers: graph.initializers.map(named),
    inputs: graph.inputs.map(named),
    outputs: graph.outputs.map(named),
    values: graph.values.map(named),
  };
}

/**
 * Values that everything after them depends on alone, in order: a chain's every value, and what stands between residual
 * blocks. The graph's one input is the first.
 */
export function bottlenecks(graph: Graph, input: string): string[] {
  const made = new Set([input, ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const lastUse = new Map<string, number>(graph.outputs.map(({ name }) => [name, graph.nodes.length]));
  graph.nodes.forEach((node, at) => {
    for (const name of usedNames(node)) {
      if (made.has(name)) lastUse.set(name, Math.max(at, lastUse.get(name) ?? 0));
    }
  });
  const live = new Set([input]);
  const found = [input];
  graph.nodes.forEach((node, at) => {
    for (const name of node.outputs) if ((lastUse.get(name) ?? -1) > at) live.add(name);
    for (const name of live) if (lastUse.get(name) === at) live.delete(name);
    const [only, ...others] = live;
    if (only !== undefined && others.length === 0 && only !== found.at(-1)) found.push(only);
  });
  return found;
}
