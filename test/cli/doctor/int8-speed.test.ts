// What the doctor says of a CPU's flags.
import { expect, it } from "vitest";
import { int8Speed } from "../../../cli/doctor/int8-speed.ts";

it("names the dot-product instructions of x86-64 and ARM", () => {
  expect(int8Speed(["avx2", "avx512_vnni"])).toMatchObject({ level: "dot-product" });
  expect(int8Speed(["asimd", "asimddp"]).explanation).toContain("asimddp");
});

it("warns of saturation where AVX2 has no VNNI", () => {
  expect(int8Speed(["sse4_2", "avx2"])).toMatchObject({ level: "saturating" });
});

it("promises nothing of an unknown CPU", () => {
  expect(int8Speed([])).toMatchObject({ level: "plain" });
});
