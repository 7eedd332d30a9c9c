// What every browser test begins with: a demo of its own, the texts of its language, somebody signed in, and a
// browser that must not complain.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type BrowserContext, type Locator, type Page } from "@playwright/test";
import { startDemo, type Database, type Demo, type Scenario } from "./demo.ts";
import { texts, type Language, type Texts } from "./text.ts";

export interface Options {
  scenario: Scenario;
  database: Database;
  language: Language;
  /** Makes the console's clock stand still: RFC 3339. */
  clock: string;
}

interface Fixtures {
  demo: Demo;
  t: Texts;
  /** What the browser complained about; a test may look, and empty it. */
  complaints: string[];
  /** A page where the demo's administrator is signed in. */
  admin: Page;
}

/** The rules that a page is held against. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** A refused request is an answer; the browser writes one line about each. */
const ANSWERS = /^Failed to load resource: the server responded with a status of (401|403|404|409|422|429|502)/;

export const test = base.extend<Options & Fixtures>({
  scenario: ["blocked", { option: true }],
  database: ["SQLite", { option: true }],
  language: ["en", { option: true }],
  clock: ["", { option: true }],
  locale: async ({ language }, use) => use(language === "nl" ? "nl-NL" : "en-GB"),
  demo: async ({ scenario, database, clock }, use, info) => {
    const demo = await startDemo({ scenario, database, ...(clock && { clock }) }, info.workerIndex);
    await use(demo);
    await demo.stop();
  },
  baseURL: async ({ demo }, use) => use(demo.url),
  t: async ({ language }, use) => use(texts(language)),
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      watch(context, complaints);
      await use(complaints);
      expect([...complaints], "the browser's console").toEqual([]);
    },
    { auto: true },
  ],
  admin: async ({ page, demo, t }, use) => {
    await signIn(page, demo, t);
    await use(page);
  },
});

/** Writes down what the pages of a context complain about. */
export function watch(context: BrowserContext, complaints: string[]) {
  context.on("console", (message) => {
    const complains = message.type() === "error" || message.type() === "warning";
    if (complains && !ANSWERS.test(message.text())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
}

/** Signs in on the page that asks for it. */
export async function signIn(page: Page, demo: Pick<Demo, "url" | "user" | "password">, t: Texts) {
  await page.goto(demo.url);
  await page.getByLabel(t("user_name")).fill(demo.user);
  await page.getByLabel(t("password")).fill(demo.password);
  await page.getByRole("button", { name: t("sign_in"), exact: true }).click();
  await expect(page.getByRole("navigation", { name: t("main_navigation") })).toBeVisible();
}

/** What axe finds on the page as it is, a line for each: none. */
export async function expectAccessible(page: Page, what: string) {
  await expect(page.locator('[aria-busy="true"]'), `${what}: still busy`).toHaveCount(0);
  // A colour halfway between two themes is not one to be judged.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity);
    return Promise.allSettled(ending.map((animation) => animation.finished));
  });
  // One frame each: without a page of its own for the findings.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(RULES).analyze();
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`));
  expect(found, `axe on ${what}`).toEqual([]);
}

/** The open dialog of this name. */
export function dialog(page: Page, name: string | RegExp) {
  return page.getByRole("dialog", { name });
}

/** A row's last cells, as they are or will be in a moment. */
export async function expectCells(row: Locator, expected: string[]) {
  const last = async () => {
    const texts = await row.getByRole("cell").allInnerTexts();
    return texts.slice(-expected.length).map((text) => text.replace(/\s+/g, " ").trim());
  };
  await expect.poll(last).toEqual(expected);
}

export { expect };
