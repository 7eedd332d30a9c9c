// What stands around every screen.
import { expect, signIn, test } from "../test.ts";

test("a banner on every page says that it is a demo", async ({ page, demo, t }) => {
  await page.goto(demo.url);
  await expect(page.getByRole("complementary", { name: t("demo") })).toContainText(t("demo_banner_sign_in"));
  await signIn(page, demo, t);
  for (const path of ["/licenses/FJORDMAPS", "/users/associates", "/users/licenses", "/nowhere"]) {
    await page.goto(path);
    await expect(page.getByRole("complementary", { name: t("demo") })).toContainText(t("demo_banner"));
  }
});
