// A parsed protobuf message: values by field name, in file order, with accessors that give proto2's defaults.
import type { MessageName } from "./schema.ts";

export type Value = bigint | number | string | Uint8Array | Message;

export interface Message {
  readonly type: MessageName;
  readonly values: ReadonlyMap<string, readonly Value[]>;
}

const first = (message: Message, name: string) => message.values.get(name)?.[0];
const all = (message: Message, name: string) => message.values.get(name) ?? [];

export const has = (message: Message, name: string): boolean => all(message, name).length > 0;
export const text = (message: Message, name: string): string => (first(message, name) as string | undefined) ?? "";
export const integer = (message: Message, name: string): bigint => (first(message, name) as bigint | undefined) ?? 0n;
export const real = (message: Message, name: string): number => (first(message, name) as number | undefined) ?? 0;
export const bytes = (message: Message, name: string): Uint8Array =>
  (first(message, name) as Uint8Array | undefined) ?? new Uint8Array(0);
export const child = (message: Message, name: string): Message | undefined =>
  first(message, name) as Message | undefined;
export const children = (message: Message, name: string): readonly Message[] => all(message, name) as Message[];
export const texts = (message: Message, name: string): readonly string[] => all(message, name) as string[];
export const integers = (message: Message, name: string): readonly bigint[] => all(message, name) as bigint[];
export const reals = (message: Message, name: string): readonly number[] => all(message, name) as number[];
export const chunks = (message: Message, name: string): readonly Uint8Array[] => all(message, name) as Uint8Array[];
