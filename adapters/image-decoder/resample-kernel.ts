// The two passes of a resize in WebAssembly with vector instructions: whole numbers only, so every machine gives the same
// pixels. Weights come in pairs (core/pixels/bicubic-taps.ts), since one instruction multiplies and adds pairs of int16.
import type { FunctionText } from "./assemble.ts";

/** Bits that the values between the passes have after the point. */
const BETWEEN_BITS = 6;
const WEIGHT_BITS = 14; // as TAPS_ONE

/**
 * Down the columns: uint8 rows of `stride` bytes (a multiple of 16) to int16 rows of as many values.
 * Each of the `height` outputs has its first input row at `starts` (int32) and its weights after the last one's.
 */
const ROWS: FunctionText = {
  name: "rows",
  parameters: ["source", "stride", "starts", "weights", "pairs", "target", "height"],
  integers: ["row", "column", "from", "weight", "left"],
  vectors: ["upper", "lower", "factors", "sum0", "sum1", "sum2", "sum3"],
  body: `
    loop ;; an output row
      local.get starts i32.load local.get stride i32.mul local.get source i32.add local.set row
      i32.const 0 local.set column
      loop ;; 16 values of it
        local.get row local.get column i32.add local.set from
        local.get weights local.set weight
        local.get pairs local.set left
        ${half(WEIGHT_BITS - BETWEEN_BITS)} local.tee sum0 local.tee sum1 local.tee sum2 local.set sum3
        loop ;; two input rows: their bytes interleaved, each pair times its pair of weights
          local.get from v128.load local.set upper
          local.get from local.get stride i32.add local.tee from v128.load local.set lower
          local.get weight v128.load32_splat local.set factors
          ${[0, 1, 2, 3].map((part) => addPart(part)).join("\n")}
          local.get from local.get stride i32.add local.set from
          local.get weight i32.const 4 i32.add local.set weight
          local.get left i32.const 1 i32.sub local.tee left repeat_if
        end
        ${storeParts(0, 1)} ${storeParts(2, 3)}
        local.get column i32.const 16 i32.add local.tee column local.get stride i32.lt_u repeat_if
      end
      local.get weight local.set weights
      local.get starts i32.const 4 i32.add local.set starts
      local.get height i32.const 1 i32.sub local.tee height repeat_if
    end`,
};

/**
 * Along the rows: int16 rows of `stride` bytes, three values a pixel, to `height` rows of `width` RGB pixels without gaps.
 * Each pixel is stored with a fourth byte, which the next overwrites: one byte past the end is written.
 */
const COLUMNS: FunctionText = {
  name: "columns",
  parameters: ["source", "stride", "starts", "weights", "pairs", "target", "width", "height"],
  integers: ["start", "weight", "from", "pixels", "left"],
  vectors: ["sum", "two"],
  body: `
    loop ;; a row
      local.get starts local.set start
      local.get weights local.set weight
      local.get width local.set pixels
      loop ;; an output pixel
        local.get start i32.load i32.const 6 i32.mul local.get source i32.add local.set from
        local.get pairs local.set left
        ${half(WEIGHT_BITS + BETWEEN_BITS)} local.set sum
        loop ;; two input pixels
          local.get from v128.load local.tee two local.get two
          i8x16.shuffle 0 1 6 7  2 3 8 9  4 5 10 11  4 5 10 11
          local.get weight v128.load32_splat i32x4.dot_i16x8_s local.get sum i32x4.add local.set sum
          local.get from i32.const 12 i32.add local.set from
          local.get weight i32.const 4 i32.add local.set weight
          local.get left i32.const 1 i32.sub local.tee left repeat_if
        end
        local.get target
        local.get sum i32.const ${WEIGHT_BITS + BETWEEN_BITS} i32x4.shr_s local.tee sum
        local.get sum i16x8.narrow_i32x4_s local.tee sum
        local.get sum i8x16.narrow_i16x8_u
        v128.store_first_32
        local.get target i32.const 3 i32.add local.set target
        local.get start i32.const 4 i32.add local.set start
        local.get pixels i32.const 1 i32.sub local.tee pixels repeat_if
      end
      local.get source local.get stride i32.add local.set source
      local.get height i32.const 1 i32.sub local.tee height repeat_if
    end`,
};

export const RESAMPLE_KERNEL: readonly FunctionText[] = [ROWS, COLUMNS];

/** Four times the half that makes a shift by `bits` round. */
function half(bits: number): string {
  return `i32.const ${2 ** (bits - 1)} i32x4.splat`;
}

/** Four of the 16 values: bytes of both rows in turn, widened to int16. */
function addPart(part: number): string {
  const from = part < 2 ? 0 : 8;
  const turns = Array.from({ length: 8 }, (_, at) => `${from + at} ${from + at + 16}`).join(" ");
  const widen = part % 2 === 0 ? "i16x8.extend_low_i8x16_u" : "i16x8.extend_high_i8x16_u";
  return `local.get upper local.get lower i8x16.shuffle ${turns} ${widen}
    local.get factors i32x4.dot_i16x8_s local.get sum${part} i32x4.add local.set sum${part}`;
}

function storeParts(first: number, second: number): string {
  const shifted = (part: number) => `local.get sum${part} i32.const ${WEIGHT_BITS - BETWEEN_BITS} i32x4.shr_s`;
  return `local.get target ${shifted(first)} ${shifted(second)} i16x8.narrow_i32x4_s v128.store
    local.get target i32.const 16 i32.add local.set target`;
}
