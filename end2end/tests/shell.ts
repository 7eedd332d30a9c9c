// What stands around every screen: that it is a demo, the language, the theme, addresses.
import { expect, signIn, test } from "../test.ts";
import { texts } from "../text.ts";

test("a banner on every page says that it is a demo", async ({ page, demo, t }) => {
  const banner = page.getByRole("complementary", { name: t("demo") });
  await page.goto(demo.url);
  await expect(banner).toContainText(t("demo_banner_sign_in"));
  await signIn(page, demo, t);
  for (const path of ["/licenses/FJORDMAPS", "/users/associates", "/users/licenses", "/nowhere"]) {
    await page.goto(path);
    await expect(banner).toContainText(t("demo_banner"));
  }
});

test("the language is the browser's, then the one that was chosen", async ({ admin: page, t }) => {
  const dutch = texts("nl");
  await page.getByLabel(t("language")).selectOption("nl");
  await expect(page.getByRole("heading", { level: 1, name: dutch("licences_screen") })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "nl");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: dutch("licences_screen") })).toBeVisible();
});

test("the theme is the system's, then the one that was chosen", async ({ admin: page, t }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByLabel(t("theme"), { exact: true }).selectOption({ label: t("theme_dark") });
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await ground()).toBe(dark);
});

test("Back closes what was opened, and an address opens what it names", async ({ admin: page, t }) => {
  await page.getByRole("link", { name: t("activate_new_licence") }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goForward();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("dialog")).toBeVisible();
});
