// Checks that every value is made once and before it is used, and puts nodes into topological order.
// Kahn 1962, taking ready nodes in file order, so that a graph that is in order already stays as it is.
import type { Graph, Node } from "./graph.ts";
import { type Findings, report } from "./read-findings.ts";

/** The sorted graph; problems go to `findings`. Subgraphs see the values of the graphs around them. */
export function sortGraph(findings: Findings, graph: Graph): Graph {
  return sorted(findings, graph, new Set(), "graph");
}

function sorted(findings: Findings, graph: Graph, outer: ReadonlySet<string>, where: string): Graph {
  const given = declaredNames(findings, graph, outer, where);
  const makers = new Map<string, number>();
  graph.nodes.forEach((node, at) => {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (makers.has(output) || given.has(output) || outer.has(output)) {
        report(findings, `${where}.node[${at}]`, `expected the value "${output}" to be made once, got it twice`);
      }
      makers.set(output, at);
    }
  });
  const visible = new Set([...outer, ...given, ...makers.keys()]);
  const order = kahn(findings, graph, makers, visible, where);
  for (const output of graph.outputs) {
    if (!visible.has(output.name)) report(findings, where, `expected a node that makes the output "${output.name}"`);
  }
  const nodes = order.map((at) => withSortedSubgraphs(findings, graph.nodes[at]!, visible, where));
  return { ...graph, nodes };
}

function declaredNames(findings: Findings, graph: Graph, outer: ReadonlySet<string>, where: string): Set<string> {
  const names = new Set<string>();
  for (const { name } of graph.inputs) {
    if (name === "" || names.has(name) || outer.has(name)) {
      report(findings, `${where}.input`, `expected a new name, got "${name}"`);
    }
    names.add(name);
  }
  const initialized = new Set<string>();
  for (const { name } of graph.initializers) {
    if (name === "" || initialized.has(name) || outer.has(name)) {
      report(findings, `${where}.initializer`, `expected a new name, got "${name}"`);
    }
    initialized.add(name);
    names.add(name);
  }
  return names;
}

function kahn(
  findings: Findings,
  graph: Graph,
  makers: ReadonlyMap<string, number>,
  visible: ReadonlySet<string>,
  where: string,
): number[] {
  const waiting = new Int32Array(graph.nodes.length);
  const users = new Map<number, number[]>();
  graph.nodes.forEach((node, at) => {
    for (const name of new Set(usedNames(node))) {
      const maker = makers.get(name);
      if (maker !== undefined) {
        waiting[at]! += 1;
        const list = users.get(maker);
        if (list === undefined) users.set(maker, [at]);
        else list.push(at);
      } else if (!visible.has(name)) {
        report(findings, `${where}.node[${at}]`, `expected a value named "${name}", but nothing makes it`);
      }
    }
  });
  const inOrder = graph.nodes.every((_, at) => (users.get(at) ?? []).every((user) => user > at));
  if (inOrder) return graph.nodes.map((_, at) => at);
  const order: number[] = [];
  const ready = graph.nodes.flatMap((_, at) => (waiting[at] === 0 ? [at] : []));
  for (let next = 0; next < ready.length; next += 1) {
    order.push(ready[next]!);
    for (const user of users.get(ready[next]!) ?? []) {
      waiting[user]! -= 1;
      if (waiting[user] === 0) ready.push(user);
    }
  }
  if (order.length < graph.nodes.length) {
    const stuck = graph.nodes.filter((_, at) => waiting[at]! > 0).slice(0, 3);
    const names = stuck.map((node) => node.name || node.op).join(", ");
    report(findings, where, `expected no cycle, but nodes wait for their own outputs (near ${names})`);
  }
  return order;
}

/** Inputs of a node, and what its subgraphs take from around them. */
export function usedNames(node: Node): string[] {
  const names = node.inputs.filter((name) => name !== "");
  for (const subgraph of subgraphsOf(node)) names.push(...freeNames(subgraph));
  return names;
}

export function subgraphsOf(node: Node): Graph[] {
  return [...node.attributes.values()].flatMap((attribute) => {
    if (attribute.kind === "graph") return [attribute.value];
    return attribute.kind === "graphs" ? attribute.value : [];
  });
}

function freeNames(graph: Graph): string[] {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const used = [...graph.nodes.flatMap(usedNames), ...graph.outputs.map(({ name }) => name)];
  return used.filter((name) => !own.has(name));
}

function withSortedSubgraphs(findings: Findings, node: Node, visible: ReadonlySet<string>, where: string): Node {
  if (subgraphsOf(node).length === 0) return node;
  const place = `${where}.${node.name || node.op}`;
  const attributes = new Map(node.attributes);
  for (const [name, attribute] of attributes) {
    const sort = (graph: Graph) => sorted(findings, graph, visible, `${place}.${name}`);
    if (attribute.kind === "graph") attributes.set(name, { kind: "graph", value: sort(attribute.value) });
    if (attribute.kind === "graphs") attributes.set(name, { kind: "graphs", value: attribute.value.map(sort) });
  }
  return { ...node, attributes };
}
