// Which values of a graph share their channels: through depthwise layers and elementwise operators, and joined by sums.

export interface ChannelGroups {
  /** A group that one layer makes. */
  begin(fixed: boolean): number;
  /** The group of a sum's operands, which keep their channels together from now on. */
  join(groups: readonly number[]): number;
  /** Whether exactly one layer makes the group and nothing fixes its width; to ask when the whole graph has been seen. */
  isInner(group: number): boolean;
}

export function channelGroups(): ChannelGroups {
  const parents: number[] = [];
  const makers: number[] = [];
  const fixed: boolean[] = [];
  const root = (group: number): number => (parents[group] === group ? group : root(parents[group]!));
  return {
    begin(isFixed) {
      const group = parents.length;
      parents.push(group);
      makers.push(1);
      fixed.push(isFixed);
      return group;
    },
    join(groups) {
      const [first, ...others] = [...new Set(groups.map(root))];
      for (const other of others) {
        parents[other] = first!;
        makers[first!]! += makers[other]!;
        fixed[first!] ||= fixed[other]!;
      }
      return first!;
    },
    isInner: (group) => makers[root(group)] === 1 && !fixed[root(group)],
  };
}
