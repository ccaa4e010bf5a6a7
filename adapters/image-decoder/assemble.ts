// A small assembler: WebAssembly instructions as text, in stack order, to a module's bytes.
// Binary format: https://webassembly.github.io/spec/core/binary/ (only what resample-kernel.ts uses).

export interface FunctionText {
  readonly name: string;
  /** i32 each. */
  readonly parameters: readonly string[];
  /** Local variables, i32. */
  readonly integers: readonly string[];
  /** Local variables, v128. */
  readonly vectors: readonly string[];
  /** Instructions and their operands, apart by white space; `;;` begins a comment. Memory is accessed without offset. */
  readonly body: string;
}

const SIMD = 0xfd;
const MEMORY = [0, 0]; // alignment 1, offset 0
/** Instructions without operands in the text: their bytes. */
const PLAIN: Readonly<Record<string, readonly number[]>> = {
  end: [0x0b],
  "i16x8.extend_high_i8x16_u": [SIMD, 0x8a, 1],
  "i16x8.extend_low_i8x16_u": [SIMD, 0x89, 1],
  "i16x8.narrow_i32x4_s": [SIMD, 0x85, 1],
  "i32.add": [0x6a],
  "i32.load": [0x28, ...MEMORY],
  "i32.lt_u": [0x49],
  "i32.mul": [0x6c],
  "i32.sub": [0x6b],
  "i32x4.add": [SIMD, 0xae, 1],
  "i32x4.dot_i16x8_s": [SIMD, 0xba, 1],
  "i32x4.shr_s": [SIMD, 0xac, 1],
  "i32x4.splat": [SIMD, 0x11],
  "i8x16.narrow_i16x8_u": [SIMD, 0x66],
  loop: [0x03, 0x40],
  repeat_if: [0x0d, 0], // br_if to the innermost loop
  "v128.load": [SIMD, 0x00, ...MEMORY],
  "v128.load32_splat": [SIMD, 0x09, ...MEMORY],
  "v128.store": [SIMD, 0x0b, ...MEMORY],
  "v128.store_first_32": [SIMD, 0x5a, ...MEMORY, 0], // v128.store32_lane 0
};
const LOCAL: Readonly<Record<string, number>> = { get: 0x20, set: 0x21, tee: 0x22 };
const [I32, V128] = [0x7f, 0x7b];

/** A module that imports its memory as `environment.memory` and exports every function by name. */
export function assemble(functions: readonly FunctionText[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...vector(parameters.map(() => [I32])), 0]);
  const exported = functions.map(({ name }, at) => [...text(name), 0, at]);
  const code = functions.map((each) => {
    const locals = vector([
      [each.integers.length, I32],
      [each.vectors.length, V128],
    ]);
    const bytes = [...locals, ...instructions(each), ...PLAIN.end!];
    return [...unsigned(bytes.length), ...bytes];
  });
  return Uint8Array.from([
    ...[0, ...Buffer.from("asm"), 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...text("environment"), ...text("memory"), 2, 0, 1]])),
    ...section(3, vector(functions.map((_, at) => [at]))),
    ...section(7, vector(exported)),
    ...section(10, vector(code)),
  ]);
}

function instructions({ name, parameters, integers, vectors, body }: FunctionText): number[] {
  const locals = [...parameters, ...integers, ...vectors];
  const words = body
    .replaceAll(/;;.*/g, "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const bytes: number[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word === "i32.const") bytes.push(0x41, ...signed(Number(words[++at])));
    else if (word === "i8x16.shuffle") {
      bytes.push(SIMD, 0x0d, ...words.slice(at + 1, at + 17).map(Number));
      at += 16;
    } else if (word.startsWith("local.")) {
      const local = locals.indexOf(words[++at] ?? "");
      const access = LOCAL[word.slice("local.".length)];
      if (local < 0 || access === undefined) throw new Error(`Expected a local of ${name}, got ${word} ${words[at]}`);
      bytes.push(access, local);
    } else {
      const plain = PLAIN[word];
      if (plain === undefined) throw new Error(`Expected an instruction in ${name}, got ${word}`);
      bytes.push(...plain);
    }
  }
  return bytes;
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return vector([...Buffer.from(value)].map((byte) => [byte]));
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
