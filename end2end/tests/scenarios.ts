// The other days of the demo, and buying: what a license server offers, and what a console without one can do.
import { join } from "node:path";
import { dialog, expect, expectCells, test } from "../test.ts";
import type { Database } from "../demo.ts";

const DATABASES: Database[] = ["SQLite", "PostgreSQL"];

for (const database of DATABASES) {
  test.describe(`on ${database}`, () => {
    test.use({ database });

    test("what was bought on the order page is found by a check, and is activated by itself", async ({ admin: page, t }) => {
      const main = page.getByRole("main");
      const bought = page.waitForEvent("popup");
      await page.getByRole("link", { name: t("purchase_new_licences") }).click();
      const store = await bought;
      await store.getByLabel("Sales Premium").fill("30");
      await store.getByRole("button", { name: "Order" }).click();
      await expect(store.getByRole("heading", { name: "Thank you for your order" })).toBeVisible();
      await store.close();
      await page.getByRole("button", { name: t("check_now") }).click();
      await expect(page.getByRole("link", { name: t("new_licence_activated") })).toBeVisible();
      const row = main.getByRole("row", { name: /^Sales Premium/ });
      await expect(row.getByRole("cell", { name: "30", exact: true })).toBeVisible();
      await expectCells(row, ["20", "30", "10"]);
      await expect(main).toContainText(t("sequence_number", { number: 10 }));
      await expect(main).toContainText(t("activated_by_itself"));
    });
  });
}

test.describe("automatic", () => {
  test.use({ scenario: "automatic" });

  test("a license that fits was activated by itself, and says so until somebody has looked", async ({ admin: page, t }) => {
    const link = page.getByRole("link", { name: t("new_licence_activated") });
    await link.click();
    const seen = dialog(page, t("new_licence_activated"));
    await expectCells(seen.getByRole("row", { name: /^Sales Premium/ }), ["20", "21", "22", "+1", "2"]);
    await seen.getByRole("button", { name: t("close") }).last().click();
    await expect(seen).toBeHidden();
    await page.reload();
    await expect(page.getByRole("row", { name: /^Sales Premium/ })).toBeVisible();
    await expect(link).toHaveCount(0);
  });
});

test.describe("hidden", () => {
  test.use({ scenario: "hidden" });

  test("a hidden license that is too small is explained by its plans, and freed with them", async ({ admin: page, t }) => {
    await page.getByRole("link", { name: t("activate_new_licence") }).click();
    const activation = dialog(page, t("activate_new_licence"));
    const row = activation.getByRole("row", { name: /^Combined selections/ });
    await expect(row).toContainText("Sales Premium and Marketing Premium");
    await expectCells(row, ["28", "100", "26", "−74", "−2"]);
    await row.getByRole("link", { name: "Combined selections" }).click();
    const removal = dialog(page, /Combined selections$/);
    await expect(removal.getByRole("checkbox")).toHaveCount(28);
    await removal.getByRole("button", { name: t("suggest", { count: 2 }) }).click();
    await expect(removal).toContainText(/They keep their account and lose .*Sales Premium|Marketing Premium/);
    await removal.getByRole("button", { name: t("ok"), exact: true }).click();
    // A hidden license is listed only while it stands in the way.
    await expect(row).toHaveCount(0);
    await activation.getByRole("button", { name: t("activate"), exact: true }).click();
    await expect(activation).toBeHidden();
    await expect(page.getByRole("main")).toContainText(t("sequence_number", { number: 8 }));
  });
});

test.describe("offline", () => {
  test.use({ scenario: "offline" });

  test("a license server that is down is told with cause, effect and next step, and a file does as well", async ({ admin: page, demo, t }) => {
    const main = page.getByRole("main");
    await expect(main).toContainText(t("check_failed_title"));
    await expect(main).toContainText(t("check_unreachable"));
    await main.getByRole("link", { name: t("load_license_from_file") }).click();
    await page.locator("input[type=file]").setInputFiles(join(demo.files, "superoffice-9.lic"));
    const activation = dialog(page, t("activate_new_licence"));
    await expect(activation).toBeVisible();
    await expect(main).toContainText(t("sequence_number", { number: 7 }));
    await activation.getByRole("button", { name: t("activate"), exact: true }).click();
    await expect(activation).toBeHidden();
    await expect(main).toContainText(t("sequence_number", { number: 9 }));
    const row = main.getByRole("row", { name: /^Sales Premium/ });
    await expectCells(row, ["20", "25", "5"]);
  });
});

test.describe("demo-version", () => {
  test.use({ scenario: "demo-version" });

  test("a demo version asks for the new serial number and license owner, and its users keep what they have", async ({ admin: page, t }) => {
    const main = page.getByRole("main");
    await main.getByRole("link", { name: t("serial_title") }).click();
    const asked = dialog(page, t("serial_title"));
    await asked.getByLabel(t("serial_number")).fill("1010000042");
    await asked.getByLabel(t("license_owner")).fill("Somebody else");
    await asked.getByRole("button", { name: t("serial_request") }).click();
    await expect(asked).toContainText(t("not_requested"));
    await asked.getByLabel(t("license_owner")).fill("Meridian Trading BV");
    await asked.getByRole("button", { name: t("serial_request") }).click();
    const activation = dialog(page, t("activate_new_licence"));
    await expect(activation).toBeVisible();
    await activation.getByRole("button", { name: t("activate"), exact: true }).click();
    await expect(activation).toBeHidden();
    await expect(main.getByRole("heading", { name: "Meridian Trading BV" })).toBeVisible();
    await expect(main).toContainText("1010000042");
    const row = main.getByRole("row", { name: /^Sales Premium/ });
    await expectCells(row, ["20", "21", "1"]);
  });
});

test.describe("empty", () => {
  test.use({ scenario: "empty" });

  test("an empty console asks for serial number and company first, then the license servers", async ({ admin: page, t }) => {
    const main = page.getByRole("main");
    await expect(main.getByRole("heading", { name: t("first_title") })).toBeVisible();
    const save = main.getByRole("button", { name: t("save") });
    await save.click();
    await expect(main).toContainText(t("field_missing"));
    await main.getByLabel(t("serial_number")).fill("1010000024");
    await main.getByLabel(t("company_name")).fill("Meridian Trading BV");
    await save.click();
    // A slip can be corrected, as long as nothing was active.
    await main.getByRole("link", { name: t("correct_title") }).click();
    const asked = dialog(page, t("correct_title"));
    await expect(asked.getByLabel(t("company_name"))).toHaveValue("Meridian Trading BV");
    await asked.getByLabel(t("serial_number")).fill("1010000042");
    await asked.getByRole("button", { name: t("save") }).click();
    await expect(asked).toBeHidden();
    await expect(main).toContainText("1010000042");
    await expect(main.getByRole("heading", { name: "Meridian Trading BV" })).toBeVisible();
  });
});
