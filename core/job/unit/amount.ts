// A number and its unit as people write them: "1.5 MiB", "4 ms", "1 %".

const AMOUNT = /^([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([A-Za-zµ%]{1,3})$/;

/** The number times its unit's factor, or undefined where the text isn't an amount of these units. */
export function parseAmount(text: string, factors: Readonly<Record<string, number>>): number | undefined {
  const [, digits = "", unit = ""] = AMOUNT.exec(text) ?? [];
  const factor = Object.hasOwn(factors, unit) ? factors[unit] : undefined;
  return factor === undefined ? undefined : Number(digits) * factor;
}
