// The demo's sorting: classes by subcategory, and variations of one emoji kept together.
import { describe, expect, it } from "vitest";
import { chooseEmoji, type EmojiEntry, emojiClass, emojiGroup } from "../../../cli/demo/emoji-classes.ts";

const entry = (unified: string, category: string, subcategory: string): EmojiEntry => ({
  unified,
  category,
  subcategory,
  image: `${unified.toLowerCase()}.png`,
});

describe("the demo's emoji", () => {
  it("are sorted by what they show", () => {
    expect(emojiClass(entry("1F422", "Animals & Nature", "animal-reptile"))).toBe("animal");
    expect(emojiClass(entry("1F68C", "Travel & Places", "transport-ground"))).toBe("vehicle");
    expect(emojiClass(entry("1F375", "Food & Drink", "drink"))).toBe("food");
  });

  it("are left out where no class fits", () => {
    expect(emojiClass(entry("1F6B9", "Symbols", "transport-sign"))).toBeUndefined();
    expect(emojiClass(entry("1F37D", "Food & Drink", "dishware"))).toBeUndefined();
  });

  it("share a group where only gender, direction or presentation differ", () => {
    expect(emojiGroup("1F3C3-200D-2640-FE0F-200D-27A1-FE0F")).toBe(emojiGroup("1F3C3"));
    expect(emojiGroup("1F468-200D-1F33E")).toBe(emojiGroup("1F9D1-200D-1F33E"));
    expect(emojiGroup("1F468")).toBe(emojiGroup("1F469"));
  });

  it("do not share a group where they show different things", () => {
    expect(emojiGroup("1F1E9-1F1EA")).not.toBe(emojiGroup("1F1E9-1F1F0"));
  });

  it("are at most the limit a class, spread over the code points", () => {
    const birds = Array.from({ length: 10 }, (_, index) => entry(`1F40${index}`, "Animals & Nature", "animal-bird"));
    expect(chooseEmoji(birds, 5).map((sample) => sample.image)).toEqual(
      [0, 2, 4, 6, 8].map((index) => `1f40${index}.png`),
    );
    expect(chooseEmoji(birds, 50)).toHaveLength(10);
  });
});
