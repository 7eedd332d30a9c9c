// The texts of the console, from the files that it shows them from.
import { readFileSync } from "node:fs";

export type Language = "en" | "nl";

const tables = new Map<Language, Map<string, string>>();

function table(language: Language): Map<string, string> {
  let found = tables.get(language);
  if (!found) {
    const file = new URL(`../public/locales/${language}.txt`, import.meta.url);
    const lines = readFileSync(file, "utf8").split("\n");
    const entries = lines.filter((line) => line.includes(" = ") && !line.startsWith("#"));
    found = new Map(entries.map((line) => [line.slice(0, line.indexOf(" = ")), line.slice(line.indexOf(" = ") + 3)]));
    tables.set(language, found);
  }
  return found;
}

/** Texts of one language: `texts("nl")("activate")`, `texts("en")("to_remove_of", { count: 2 })`. */
export function texts(language: Language) {
  return (key: string, fill: Record<string, string | number> = {}): string => {
    const plural = `${key}.${fill["count"] === 1 ? "one" : "other"}`;
    const text = table(language).get(key) ?? table(language).get(plural);
    if (text === undefined) throw new Error(`public/locales/${language}.txt has no ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = fill[name];
      if (value === undefined) throw new Error(`${key} needs {${name}}`);
      return String(value);
    });
  };
}

export type Texts = ReturnType<typeof texts>;
