// Which emoji the demo uses, and which belong together: pure, over the entries of emoji-datasource's emoji.json.

export interface EmojiEntry {
  /** Code points in hexadecimal, joined by hyphens, e.g. "1F3C3-200D-2640-FE0F". */
  readonly unified: string;
  readonly image: string;
  readonly category: string;
  readonly subcategory: string;
}

export interface EmojiSample {
  readonly image: string;
  readonly label: string;
  readonly group: string;
}

/** Joiner, presentation selector, gender and direction signs: they vary a picture, they don't make another one. */
const VARIATION_SIGNS = new Set(["200D", "FE0F", "2640", "2642", "27A1"]);
/** Man, woman, person: a farmer drawn as each of them is one farmer. */
const PERSON_BASES = new Set(["1F468", "1F469", "1F9D1"]);
const PEOPLE = new Set([
  "person",
  "person-activity",
  "person-fantasy",
  "person-gesture",
  "person-role",
  "person-sport",
]);

export const EMOJI_CLASSES = ["animal", "face", "flag", "food", "person", "vehicle"] as const;

/** The demo's class of an entry, or undefined where the demo leaves it out. */
export function emojiClass(entry: EmojiEntry): (typeof EMOJI_CLASSES)[number] | undefined {
  const { category, subcategory } = entry;
  if (subcategory.startsWith("animal-")) return "animal";
  if (subcategory.startsWith("face-")) return "face";
  if (subcategory === "country-flag") return "flag";
  if (subcategory.startsWith("food-") || subcategory === "drink") return "food";
  if (PEOPLE.has(subcategory)) return "person";
  if (category === "Travel & Places" && subcategory.startsWith("transport-")) return "vehicle";
  return undefined;
}

/** One name for every variation of an emoji, in both artworks, so that a split never parts them. */
export function emojiGroup(unified: string): string {
  const kept = unified
    .toUpperCase()
    .split("-")
    .filter((point) => !VARIATION_SIGNS.has(point));
  const withoutPerson = kept.filter((point) => !PERSON_BASES.has(point));
  return (withoutPerson.length > 0 ? withoutPerson : ["1F9D1"]).join("-");
}

/** At most `limitPerClass` whole entries a class, spread evenly over the code points, in code-point order. */
export function chooseEmoji(entries: readonly EmojiEntry[], limitPerClass: number): EmojiSample[] {
  const chosen: EmojiSample[] = [];
  for (const label of EMOJI_CLASSES) {
    const members = entries
      .filter((entry) => emojiClass(entry) === label)
      .sort((a, b) => (a.unified < b.unified ? -1 : 1));
    const count = Math.min(limitPerClass, members.length);
    for (let index = 0; index < count; index++) {
      const entry = members[Math.floor((index * members.length) / count)];
      if (entry) chosen.push({ image: entry.image, label, group: emojiGroup(entry.unified) });
    }
  }
  return chosen;
}
