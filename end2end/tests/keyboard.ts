// The whole walk without a pointer: every step is a key, and the focus is always where the next one belongs.
import { dialog, expect, expectCells, test } from "../test.ts";
import type { Locator, Page } from "@playwright/test";

/** Presses Tab until this has the focus. */
async function tabTo(page: Page, target: Locator) {
  const MOST = 80;
  for (let presses = 0; presses < MOST; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${String(target)}`);
}

test("the walk is done by keyboard alone", async ({ page, demo, t }) => {
  const activation = dialog(page, t("activate_new_licence"));
  const removal = dialog(page, /Sales Premium$/);

  await test.step("sign in", async () => {
    await page.goto(demo.url);
    await tabTo(page, page.getByLabel(t("user_name")));
    await page.keyboard.type(demo.user);
    await page.keyboard.press("Tab");
    await page.keyboard.type(demo.password);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("row", { name: /^Sales Premium/ })).toBeVisible();
  });

  await test.step("the first Tab offers to skip to the content", async () => {
    const skip = page.getByRole("link", { name: t("skip_to_content") });
    await tabTo(page, skip);
    await page.keyboard.press("Enter");
  });

  await test.step("open what waits; Escape closes it and the focus is back", async () => {
    const link = page.getByRole("link", { name: t("activate_new_licence") });
    await tabTo(page, link);
    await page.keyboard.press("Enter");
    await expect(activation.getByRole("row", { name: /^Sales Premium/ })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(activation).toBeHidden();
    await expect(link).toBeFocused();
    await page.keyboard.press("Enter");
  });

  await test.step("the red name leads to the users, / to their search, Space ticks", async () => {
    await tabTo(page, activation.getByRole("link", { name: "Sales Premium" }));
    await page.keyboard.press("Enter");
    await expect(removal.getByRole("checkbox")).toHaveCount(20);
    await page.keyboard.press("/");
    await expect(removal.getByRole("searchbox")).toBeFocused();
    await page.keyboard.type("Berger");
    const berger = removal.getByRole("checkbox", { name: /Joris Berger/ });
    await expect(removal.getByRole("checkbox")).toHaveCount(1);
    await tabTo(page, berger);
    await page.keyboard.press("Space");
    await expect(berger).toBeChecked();
    await page.keyboard.press("/");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("Delete");
    await expect(removal.getByRole("checkbox")).toHaveCount(20);
    await tabTo(page, removal.getByRole("checkbox", { name: /Mila Visser/ }));
    await page.keyboard.press("Space");
    await tabTo(page, removal.getByRole("button", { name: t("ok"), exact: true }));
    await page.keyboard.press("Enter");
  });

  await test.step("activate", async () => {
    await expectCells(activation.getByRole("row", { name: /^Sales Premium/ }), ["18", "21", "18", "−3", "0"]);
    await tabTo(page, activation.getByRole("button", { name: t("activate"), exact: true }));
    await page.keyboard.press("Enter");
    await expect(activation).toBeHidden();
    await expectCells(page.getByRole("main").getByRole("row", { name: /^Sales Premium/ }), ["18", "18", "0"]);
  });
});

test("arrows move between tabs and rows, ? shows the keys", async ({ admin: page, t }) => {
  const tabs = page.getByRole("main").getByRole("tablist");
  await tabs.getByRole("tab", { name: "SuperOffice" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(tabs.getByRole("tab", { name: "Fjord Maps" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/licenses\/FJORDMAPS$/);
  const first = page.getByRole("link", { name: "Maps", exact: true });
  await first.focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("link", { name: "Route planning", exact: true })).toBeFocused();
  await page.keyboard.press("?");
  const keys = dialog(page, t("keyboard"));
  await expect(keys).toContainText(t("key_search"));
  await page.keyboard.press("Escape");
  await expect(keys).toBeHidden();
});
