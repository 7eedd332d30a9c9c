// Lists that are exported, and users who are imported: looked at, mended, done, by mouse and by keyboard.
import { readFile } from "node:fs/promises";
import { expect, expectAccessible, signIn, test } from "../test.ts";

/** A file as bytes. */
function csv(text: string, name = "users.csv") {
  return { name, mimeType: "text/csv", buffer: Buffer.from(text) };
}

for (const language of ["en", "nl"] as const) {
  test.describe(language, () => {
    test.use({ language });

    test("a list is exported as it is filtered, and imported again without a change", async ({ admin: page, t }) => {
      await page.goto("/users/associates?search=jacobs");
      await expect(page.getByRole("row", { name: /Bram Jacobs/ })).toBeVisible();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: t("export"), exact: true }).click()]);
      expect(download.suggestedFilename()).toMatch(/^users-\d{4}-\d\d-\d\d\.csv$/);
      const text = await readFile(await download.path(), "utf8");
      const separator = language === "nl" ? ";" : ",";
      expect(text).toContain(`BJAC${separator}Bram${separator}Jacobs`);
      await page.getByRole("link", { name: t("import"), exact: true }).click();
      await expect(page).toHaveURL(/\/users\/import$/);
      await page.getByLabel(t("file_choose")).setInputFiles(csv(text, "again.csv"));
      await expect(page.getByRole("heading", { name: "again.csv" })).toBeVisible();
      const unchanged = text.trim().split("\n").length - 1;
      await expect(page.getByText(t("many_unchanged", { count: unchanged }))).toBeVisible();
      await expect(page.getByRole("button", { name: t("import_users", { count: 0 }) })).toBeDisabled();
    });

    test("what a file would do is shown and can be changed, then it is done", async ({ admin: page, t }) => {
      await page.goto("/users/import");
      const file = csv("who;Voornaam;Gebruikersplan;out\nBJAC;Abraham;;no\nDWIL;Dirk;SUPEROFFICE.ten-marketing;yes\nNEW;Nia;;no\n");
      await page.getByLabel(t("file_choose")).setInputFiles(file);
      await expect(page.getByText(t("fault_columns"))).toBeVisible();
      await page.getByRole("combobox", { name: "who", exact: true }).selectOption({ label: t("user_id") });
      await expect(page.getByRole("row", { name: /NEW/ })).toContainText(t("fault_unknown_user"));
      await page.getByRole("combobox", { name: "out", exact: true }).selectOption({ label: t("former_employee") });
      // The mark frees nothing, an empty cell does: both are said.
      await expect(page.getByText(t("import_proposed", { count: 1 }))).toBeVisible();
      const frees = t("import_frees", { licences: t("goes_some", { license: "Marketing Premium", count: 1 }) });
      await expect(page.getByText(frees)).toBeVisible();
      const apply = page.getByRole("button", { name: t("import_users", { count: 2 }) });
      await expect(apply).toBeDisabled();
      const create = page.getByRole("checkbox", { name: t("import_create") });
      await create.click();
      await expect(create).toBeChecked();
      await expect(page.getByRole("row", { name: /Nia/ })).toContainText(t("import_new"));
      // Looking again leaves the focus where it was.
      await expect(page.getByRole("checkbox", { name: t("import_create") })).toBeFocused();
      await expectAccessible(page, "an import that was looked at");
      await page.getByRole("button", { name: t("import_users", { count: 3 }) }).click();
      const done = page.getByRole("status").filter({ hasText: t("import_done") });
      await expect(done).toContainText(`${t("import_creates", { count: 1 })} ${t("many_change", { count: 2 })}`);
      await page.getByRole("main").getByRole("link", { name: t("associates_tab"), exact: true }).click();
      await expect(page.getByRole("row", { name: /Abraham Jacobs/ })).toBeVisible();
      await expect(page.getByRole("row", { name: /Nia/ })).toBeVisible();
      // What it took can be given back.
      await page.goto("/users/freed");
      await expect(page.getByRole("row", { name: t("goes_some", { license: "Marketing Premium", count: 1 }) })).toBeVisible();
    });
  });
}

test("a long import shows how far it is, stops where it is told to, and goes on from there", async ({ admin: page, t }) => {
  await page.goto("/users/import");
  const lines = Array.from({ length: 20_000 }, (_, number) => `imported${number},User ${number}`);
  await page.getByLabel(t("file_choose")).setInputFiles(csv(`user_id,full_name\n${lines.join("\n")}\n`));
  // While the file is looked at, the choices are drawn anew with every step.
  const create = page.getByRole("checkbox", { name: t("import_create") });
  await expect(create).toBeVisible();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await create.click();
  await expect(create).toBeChecked();
  await page.getByRole("button", { name: t("import_users", { count: 20_000 }).replace("20000", "20,000") }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  // The page can be left and comes back as it stands.
  await page.reload();
  await page.getByRole("button", { name: t("import_stop") }).click();
  await expect(page.getByText(t("import_stopped"), { exact: true })).toBeVisible();
  const goOn = page.getByRole("button", { name: new RegExp(`^${t("import_go_on", { line: "" }).trim()}`) });
  await expect(goOn).toBeEnabled();
  await goOn.click();
  await expect(page.getByText(t("import_done"), { exact: true })).toBeVisible({ timeout: 30_000 });
  await page.goto("/users/associates?search=imported19999");
  await expect(page.getByRole("row", { name: /User 19999/ })).toBeVisible();
});

test("a file is chosen and imported by keyboard alone, at 360 pixels", async ({ admin: page, t }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  // Asked for before: the browser is told in its own time that a chooser is waited for.
  const chooser = page.waitForEvent("filechooser");
  await page.goto("/users/import");
  await page.getByLabel(t("file_choose")).focus();
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(csv("user_id,role\nBJAC,Director\n"));
  const apply = page.getByRole("button", { name: t("import_users", { count: 1 }) });
  await expect(apply).toBeEnabled();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBe(360);
  await apply.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText(t("import_done"), { exact: true })).toBeVisible();
});

test("who is no administrator exports, and imports nothing", async ({ page, demo, t }) => {
  await signIn(page, { ...demo, user: "EKOK", password: demo.account("EKOK", false) }, t);
  await expect(page.getByRole("link", { name: t("export"), exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: t("import"), exact: true })).toHaveCount(0);
  await expect(page.getByRole("tab", { name: t("import"), exact: true })).toHaveCount(0);
});
