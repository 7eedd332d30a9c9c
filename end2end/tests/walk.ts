// The walk of the reference page: a license that is too small waits, says whose seats are too many, and is activated
// when an administrator has chosen whom to free. In English and Dutch, on both databases.
import { dialog, expect, expectCells, test } from "../test.ts";
import type { Database } from "../demo.ts";
import type { Language } from "../text.ts";

/** Labels that are fixed by the reference, so that a changed locale file does not change what the test expects. */
const LABELS = {
  en: {
    screen: "Licences",
    link: "Activate new licence",
    activate: "Activate",
    remove: "Remove superfluous licences: Sales Premium",
    inUse: "In use",
    available: "Available in the new licence",
    ok: "OK",
    users: "Users",
  },
  nl: {
    screen: "Licenties",
    link: "Nieuwe licentie activeren",
    activate: "Activeren",
    remove: "Overbodige licenties verwijderen: Sales Premium",
    inUse: "In gebruik",
    available: "Beschikbaar in de nieuwe licentie",
    ok: "OK",
    users: "Gebruikers",
  },
} as const;

const LANGUAGES: Language[] = ["en", "nl"];
const DATABASES: Database[] = ["SQLite", "PostgreSQL"];

for (const language of LANGUAGES) {
  for (const database of DATABASES) {
    test.describe(`in ${language}, on ${database}`, () => {
      test.use({ language, database });

      test("a license that is too small is activated after two seats are freed by name", async ({ admin: page, t }) => {
        const labels = LABELS[language];
        const activation = dialog(page, labels.link);
        const removal = dialog(page, labels.remove);
        const sales = (place: typeof activation) => place.getByRole("row", { name: /^Sales Premium/ });

        await test.step("20 of 21 are in use, and a new license waits", async () => {
          await expect(page.getByRole("heading", { level: 1, name: labels.screen })).toBeVisible();
          const row = page.getByRole("main").getByRole("row", { name: /^Sales Premium/ });
          await expect(row).toBeVisible();
          await expectCells(row, ["20", "21", "1"]);
          await page.getByRole("link", { name: labels.link }).click();
        });

        await test.step("its name is red, Activate is disabled, and words beside it say why", async () => {
          await expect(activation).toBeVisible();
          await expectCells(sales(activation), ["20", "21", "18", "−3", "−2"]);
          const names = await activation.getByRole("rowheader").allInnerTexts();
          expect(names.map((name) => name.trim())).toEqual(["Sales Premium", "Service Premium", "Sales Intelligence"]);
          await expect(activation.getByRole("button", { name: labels.activate, exact: true })).toBeDisabled();
          await expect(activation).toContainText(t("foot_too_few", { count: 2, license: "Sales Premium" }));
          await expect(activation.getByRole("link", { name: "licenses@superoffice.example" })).toBeVisible();
          await sales(activation).getByRole("link", { name: "Sales Premium" }).click();
        });

        await test.step("two of twenty have to be chosen, and no fewer", async () => {
          await expect(removal).toBeVisible();
          for (const [term, number] of [[labels.inUse, "20"], [labels.available, "18"], [t("to_remove"), "2"]]) {
            const value = removal.locator("dt", { hasText: new RegExp(`^${term}$`) }).locator("+ dd");
            await expect(value).toHaveText(number!);
          }
          const boxes = removal.getByRole("checkbox");
          await expect(boxes).toHaveCount(20);
          await expect(removal.getByRole("checkbox", { checked: true })).toHaveCount(0);
          const ok = removal.getByRole("button", { name: labels.ok, exact: true });
          await expect(ok).toBeDisabled();
          await boxes.nth(3).check();
          await expect(ok).toBeDisabled();
          await boxes.nth(3).uncheck();
          await removal.getByRole("button", { name: t("suggest", { count: 2 }) }).click();
          const chosen = removal.getByRole("row").filter({ has: page.getByRole("checkbox", { checked: true }) });
          await expect(chosen).toHaveCount(2);
          await expect(chosen.filter({ hasText: t("reason_cannot_log_in") })).toHaveCount(1);
          await expect(chosen.filter({ hasText: t("reason_former_employee") })).toHaveCount(1);
          await expect(ok).toBeEnabled();
          await ok.click();
        });

        await test.step("the license still waits: nothing is activated by freeing", async () => {
          await expect(activation).toBeVisible();
          await expect(sales(activation).getByRole("link")).toHaveCount(0);
          await expectCells(sales(activation), ["18", "21", "18", "−3", "0"]);
          await expect(page.getByText(t("sequence_number", { number: 7 }))).toBeVisible();
        });

        await test.step("Activate makes it 18 of 18, and the header says since when and by whom", async () => {
          await activation.getByRole("button", { name: labels.activate, exact: true }).click();
          await expect(activation).toBeHidden();
          const main = page.getByRole("main");
          const row = main.getByRole("row", { name: /^Sales Premium/ });
          await expect(row.getByRole("cell").last()).toHaveText("0");
          await expectCells(row, ["18", "18", "0"]);
          await expect(main.getByRole("row", { name: /^Sales Intelligence/ })).toBeVisible();
          const standing = main.locator("dt", { hasText: t("licence_status") }).locator("+ dd");
          await expect(standing).toContainText(t("in_order"));
          await expect(standing).toContainText(t("sequence_number", { number: 8 }));
          await expect(standing).toContainText(t("activated_by", { user: "Anna Veenstra" }));
          await expect(page.getByRole("link", { name: labels.link })).toHaveCount(0);
        });

        await test.step("the two keep their account and lost the license", async () => {
          await page.getByRole("link", { name: labels.users, exact: true }).click();
          await page.getByRole("tab", { name: t("user_licences_tab") }).click();
          const premium = page.getByRole("main").getByRole("link", { name: "Sales Premium" });
          await premium.click();
          await expect(page.getByText(t("users", { count: 18 }))).toBeVisible();
        });
      });
    });
  }
}
