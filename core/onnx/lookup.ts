// Who makes a value and who uses it, for one graph.
import type { Graph, Model, Node, Tensor } from "./graph.ts";
import { subgraphsOf, usedNames } from "./sort-graph.ts";

export interface Lookup {
  /** The node that makes the value; undefined for inputs and initializers. */
  readonly producer: ReadonlyMap<string, Node>;
  /** Nodes that use the value, subgraphs counted as uses by their node. */
  readonly consumers: ReadonlyMap<string, readonly Node[]>;
  /** Initializers that nobody can override at run time. */
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlySet<string>;
}

export function lookupOf(graph: Graph, irVersion: number): Lookup {
  const producer = new Map<string, Node>();
  const consumers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== "") producer.set(output, node);
    for (const name of new Set(usedNames(node))) {
      const list = consumers.get(name);
      if (list === undefined) consumers.set(name, [node]);
      else list.push(node);
    }
  }
  // Before IR version 4 every initializer is listed as an input too, and is a constant all the same.
  const inputs = new Set(irVersion < 4 ? [] : graph.inputs.map(({ name }) => name));
  const constants = new Map(
    graph.initializers.filter(({ name }) => !inputs.has(name)).map((each) => [each.name, each]),
  );
  return { producer, consumers, constants, outputs: new Set(graph.outputs.map(({ name }) => name)) };
}

/** Makes names that no value or node of the model has, subgraphs included. */
export function nameMaker(model: Model): (wanted: string) => string {
  const taken = new Set<string>();
  const collect = (graph: Graph) => {
    for (const { name } of [...graph.inputs, ...graph.outputs, ...graph.initializers, ...graph.values]) taken.add(name);
    for (const node of graph.nodes) {
      taken.add(node.name);
      for (const name of [...node.inputs, ...node.outputs]) taken.add(name);
      subgraphsOf(node).forEach(collect);
    }
  };
  collect(model.graph);
  return (wanted) => {
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) name = `${wanted}_${count}`;
    taken.add(name);
    return name;
  };
}

/** The real inputs of a graph: those that aren't initializers. */
export function fedInputs(graph: Graph): Graph["inputs"] {
  const initialized = new Set(graph.initializers.map(({ name }) => name));
  return graph.inputs.filter(({ name }) => !initialized.has(name));
}

/** Drops initializers that nothing uses, and declared types of values that nothing makes. */
export function pruned(graph: Graph): Graph {
  const used = new Set([...graph.nodes.flatMap(usedNames), ...graph.outputs.map(({ name }) => name)]);
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const initializers = graph.initializers.filter(({ name }) => used.has(name));
  const kept = new Set(initializers.map(({ name }) => name));
  const all = new Set(graph.initializers.map(({ name }) => name));
  return {
    ...graph,
    initializers,
    inputs: graph.inputs.filter(({ name }) => kept.has(name) || !all.has(name)),
    values: graph.values.filter(({ name }) => made.has(name)),
  };
}
