// Use over time of a license: the chart and what it says, the same numbers as a table, when seats run out.
import type { Page } from "@playwright/test";
import { dialog, expect, test } from "../test.ts";
import type { Texts } from "../text.ts";

/** When the demo of these tests stands still, and its days as each language writes them. */
const CLOCK = "2026-11-24T09:00:00Z";
const DAYS = {
  en: { first: "24 August 2026", today: "24 November 2026", short: "24 Nov 2026", out: "11 December 2026", reader: "en-GB" },
  nl: { first: "24 augustus 2026", today: "24 november 2026", short: "24 nov 2026", out: "11 december 2026", reader: "nl-NL" },
} as const;

/** Opens use over time of a license. */
async function open(page: Page, t: Texts, license: string) {
  await page.goto("/users/licenses");
  await page.getByRole("main").getByRole("link", { name: license }).first().click();
  const summary = page.getByText(t("use_over_time"), { exact: true }).first();
  await summary.focus();
  await page.keyboard.press("Enter");
}

test.describe("half a year that is remembered", () => {
  test.use({ clock: CLOCK });

  for (const language of ["en", "nl"] as const) {
    test.describe(`in ${language}`, () => {
      test.use({ language });

      test("the chart says its gist, when seats run out, and the same numbers as a table", async ({ admin: page, t }) => {
        const days = DAYS[language];
        await open(page, t, "Sales Premium");
        const use = (count: number, total: number) => t("in_use_of", { count, total });
        const name = t("use_gist", { from: days.first, to: days.today, before: use(15, 18), after: use(20, 21) });
        await expect(page.getByRole("img", { name, exact: true })).toBeVisible();
        await expect(page.getByText(t("forecast_full", { total: 21, date: days.out }))).toBeVisible();
        // A license waits: what it brings is a line of its own, and said.
        await expect(page.getByRole("listitem").filter({ hasText: t("new_total") })).toContainText("18");

        const rows = page.getByRole("table", { name: t("use_over_time") }).getByRole("row");
        await expect(rows).toHaveCount(0);
        await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await expect(rows).toHaveCount(1 + 93);
        await expect(rows.nth(1)).toContainText(days.short);
        await expect(rows.nth(1)).toContainText(/20.*21/);

        await page.getByRole("combobox", { name: t("use_back"), exact: true }).selectOption({ label: t("use_back_year") });
        await expect(page.getByText(t("use_most", { count: 7 }))).toBeVisible();
        await expect(rows).toHaveCount(1 + 28);
      });
    });
  }

  test("it stays open for the next license, and what is not said has a reason", async ({ admin: page, t }) => {
    await open(page, t, "Sales Premium");
    await expect(page.getByRole("img")).toHaveCount(1);
    await page.getByRole("link", { name: /^Marketing Premium/ }).click();
    await expect(page.getByText(t("forecast_already_full"))).toBeVisible();
    await page.getByRole("link", { name: /^Confidential activities/ }).click();
    await expect(page.getByText(t("forecast_unlimited"))).toBeVisible();
    await page.getByRole("link", { name: /^Offline maps/ }).click();
    await expect(page.getByText(t("forecast_not_growing"))).toBeVisible();
    await page.getByText(t("use_over_time"), { exact: true }).first().click();
    await expect(page.getByText(t("forecast_not_growing"))).toHaveCount(0);
  });

  test("a seat that is freed elsewhere is seen at once", async ({ admin: page, t }) => {
    await open(page, t, "Route planning");
    const inUse = page.getByRole("listitem").filter({ hasText: new RegExp(`^${t("in_use")}`) });
    await expect(inUse).toContainText("3");
    const licenses = await (await page.request.get("/api/console/user-licenses")).json();
    const { id } = licenses.licenses.find((license: { module: string }) => license.module === "route-planning");
    const { holders } = await (await page.request.get(`/api/console/modules/${id}/holders`)).json();
    const [{ user, goes }] = holders;
    const freed = await page.request.post(`/api/console/modules/${id}/free`, { data: { users: [{ user: user.user, goes }] } });
    expect(freed.ok()).toBe(true);
    await expect(inUse).toContainText("2");
  });
});

test.describe("the first day", () => {
  test.use({ scenario: "empty" });

  test("there is no line yet, and it is said when there will be", async ({ admin: page, t }) => {
    const main = page.getByRole("main");
    await main.getByLabel(t("serial_number")).fill("1010000042");
    await main.getByLabel(t("company_name")).fill("Meridian Trading BV");
    await main.getByRole("button", { name: t("save") }).click();
    await expect(main.getByRole("row", { name: /^Sales Premium/ })).toBeVisible();
    await open(page, t, "Sales Premium");
    await expect(page.getByText(t("use_from_tomorrow"))).toBeVisible();
    await expect(page.getByRole("img")).toHaveCount(0);
    await expect(dialog(page, /./)).toHaveCount(0);
  });
});
