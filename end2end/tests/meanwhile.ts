// What happens elsewhere while somebody works: another administrator, a session that ends, a connection that is lost.
import { join } from "node:path";
import { dialog, expect, expectAccessible, expectCells, signIn, test, watch } from "../test.ts";

test("the second of two administrators is told what changed, and keeps the dialog", async ({ admin: page, demo, browser, complaints, t }) => {
  const elsewhere = await browser.newContext({ baseURL: demo.url, locale: "en-GB" });
  watch(elsewhere, complaints);
  const other = await elsewhere.newPage();
  await signIn(other, { ...demo, user: "EKOK", password: demo.account("EKOK", true) }, t);
  const mine = dialog(page, t("activate_new_licence"));
  const theirs = dialog(other, t("activate_new_licence"));

  await test.step("both have an offer open that fits", async () => {
    for (const who of [page, other]) {
      await who.goto("/licenses/FJORDMAPS");
      await expect(who.getByRole("row", { name: /^Maps/ })).toBeVisible();
    }
    await page.getByRole("link", { name: t("load_license_from_file") }).click();
    await page.locator("input[type=file]").setInputFiles(join(demo.files, "fjordmaps-4.lic"));
    await expect(mine.getByRole("button", { name: t("activate"), exact: true })).toBeEnabled();
    await other.getByRole("link", { name: t("activate_new_licence") }).click();
    await expect(theirs.getByRole("button", { name: t("activate"), exact: true })).toBeEnabled();
  });

  await test.step("the other activates; mine says who, and stays open", async () => {
    await theirs.getByRole("button", { name: t("activate"), exact: true }).click();
    await expect(theirs).toBeHidden();
    await expect(mine).toContainText(t("told_activated", { user: "Eva Kokhuis", number: 4 }));
    await expect(mine.getByRole("button", { name: t("activate"), exact: true })).toHaveCount(0);
  });
  await elsewhere.close();
});

test("seats that were assigned in the meantime stop an activation, which says so", async ({ admin: page, demo, t }) => {
  await page.goto("/licenses/SUPEROFFICE");
  await page.getByRole("link", { name: t("activate_new_licence") }).click();
  const activation = dialog(page, t("activate_new_licence"));
  await activation.getByRole("link", { name: "Sales Premium" }).click();
  const removal = dialog(page, /Sales Premium$/);
  await removal.getByRole("button", { name: t("suggest", { count: 2 }) }).click();
  await expect(removal.getByRole("checkbox", { checked: true })).toHaveCount(2);
  await removal.getByRole("button", { name: t("ok"), exact: true }).click();
  await expectCells(activation.getByRole("row", { name: /^Sales Premium/ }), ["18", "21", "18", "−3", "0"]);

  const second = await page.context().newPage();
  await second.goto(`${demo.url}/users/associates`);
  await second.getByLabel(t("search_for_users")).fill("Anna Huisman");
  await second.getByRole("link", { name: "Anna Huisman" }).click();
  await second.getByRole("checkbox", { name: /^Sales Premium/ }).check();
  await second.getByRole("button", { name: t("save"), exact: true }).click();
  await expect(second.getByText(t("saved_user", { user: "Anna Huisman" }))).toBeVisible();
  await second.close();

  await expectCells(activation.getByRole("row", { name: /^Sales Premium/ }), ["19", "21", "18", "−3", "−1"]);
  await expect(activation.getByRole("button", { name: t("activate"), exact: true })).toBeDisabled();
});

test("when somebody else has removed enough, nothing is left to remove: what was ticked stays, and only closing is offered", async ({ admin: page, context, t }) => {
  const open = async (who: typeof page) => {
    await who.goto("/licenses/SUPEROFFICE?dialog=activate");
    await dialog(who, t("activate_new_licence")).getByRole("link", { name: "Sales Premium" }).click();
    return dialog(who, /Sales Premium$/);
  };
  const mine = await open(page);
  for (const index of [17, 18, 19]) await mine.getByRole("checkbox").nth(index).check();
  await expect(mine).toContainText(t("chosen_more", { count: 3, needed: 2 }));

  const second = await context.newPage();
  const theirs = await open(second);
  await theirs.getByRole("checkbox").first().check();
  await theirs.getByRole("checkbox").nth(1).check();
  await expect(theirs).toContainText(t("chosen_of", { count: 2, needed: 2 }));
  await theirs.getByRole("button", { name: t("ok"), exact: true }).click();
  await expect(theirs).toBeHidden();
  await second.close();

  await expect(mine).toContainText(t("nothing_to_remove"));
  await expect(mine).toContainText(t("ticked_keep"));
  await expect(mine.getByRole("checkbox", { checked: true })).toHaveCount(3);
  await expect(mine.getByRole("button", { name: t("ok"), exact: true })).toBeHidden();
  await expect(mine.getByRole("button", { name: t("suggest", { count: 0 }) })).toBeHidden();
  await mine.getByRole("button", { name: t("close"), exact: true }).last().click();
  const row = dialog(page, t("activate_new_licence")).getByRole("row", { name: /^Sales Premium/ });
  await expectCells(row, ["18", "21", "18", "−3", "0"]);
});

test("a session that ends while a dialog is open asks to sign in again, and the dialog is still there", async ({ admin: page, demo, t }) => {
  await page.getByRole("link", { name: t("activate_new_licence") }).click();
  const activation = dialog(page, t("activate_new_licence"));
  await activation.getByRole("link", { name: "Sales Premium" }).click();
  const removal = dialog(page, /Sales Premium$/);
  await removal.getByRole("button", { name: t("suggest", { count: 2 }) }).click();
  await expect(removal.getByRole("checkbox", { checked: true })).toHaveCount(2);
  await page.request.delete("/api/console/session");

  await removal.getByRole("button", { name: t("ok"), exact: true }).click();
  const again = dialog(page, t("sign_in_again"));
  await expect(again).toContainText(t("sign_in_again_text"));
  await again.getByLabel(t("password")).fill(demo.password);
  await again.getByRole("button", { name: t("sign_in"), exact: true }).click();
  await expect(again).toBeHidden();

  // What was refused is done by itself.
  await expectCells(activation.getByRole("row", { name: /^Sales Premium/ }), ["18", "21", "18", "−3", "0"]);
});

test("a lost connection keeps the screen, says so where the act was, and the act can be done again", async ({ admin: page, context, complaints, t }) => {
  await page.getByRole("link", { name: t("activate_new_licence") }).click();
  const activation = dialog(page, t("activate_new_licence"));
  await activation.getByRole("link", { name: "Sales Premium" }).click();
  const removal = dialog(page, /Sales Premium$/);
  await removal.getByRole("button", { name: t("suggest", { count: 2 }) }).click();
  await expect(removal.getByRole("checkbox", { checked: true })).toHaveCount(2);
  await context.setOffline(true);
  await removal.getByRole("button", { name: t("ok"), exact: true }).click();
  await expect(removal).toContainText(t("failure_offline"));
  await expect(removal.getByRole("checkbox", { checked: true })).toHaveCount(2);
  await context.setOffline(false);
  await removal.getByRole("button", { name: t("ok"), exact: true }).click();
  await expectCells(activation.getByRole("row", { name: /^Sales Premium/ }), ["18", "21", "18", "−3", "0"]);
  const others = complaints.filter((complaint) => !complaint.includes("net::ERR_INTERNET_DISCONNECTED"));
  complaints.splice(0, complaints.length, ...others);
});

test("a screen that does not come says so, and comes when it is tried again", async ({ admin: page, complaints, t }) => {
  await page.route("**/later/**", (route) => route.abort());
  await page.getByRole("link", { name: t("users_screen"), exact: true }).click();
  await expect(page.getByRole("main")).toContainText(t("failure_piece"));
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expectAccessible(page, "a screen that did not come");
  expect(complaints.splice(0).join()).toContain("net::ERR_FAILED");
  await page.unroute("**/later/**");
  await page.getByRole("button", { name: t("try_again") }).click();
  await expect(page.getByRole("main").getByRole("cell").first()).toBeVisible();
});

test("what somebody else saved on a card is kept, and what was chosen here stays to be saved", async ({ admin: page, context, t }) => {
  const open = async (who: typeof page) => {
    await who.goto("/users/associates?search=Anna+Huisman");
    await who.getByRole("link", { name: "Anna Huisman" }).click();
    return who.getByRole("region", { name: "Anna Huisman" });
  };
  const mine = await open(page);
  await mine.getByRole("checkbox", { name: /^Offline maps/ }).check();

  const second = await context.newPage();
  const theirs = await open(second);
  await theirs.getByRole("checkbox", { name: /^Maps/ }).check();
  await theirs.getByRole("button", { name: t("save"), exact: true }).click();
  await expect(second.getByText(t("saved_user", { user: "Anna Huisman" }))).toBeVisible();

  await expect(mine.getByText(t("user_changed_meanwhile"))).toBeVisible();
  await expect(mine.getByRole("checkbox", { name: /^Maps/ })).toBeChecked();
  await expect(mine.getByText(t("gets", { licences: "Offline maps" }))).toBeVisible();
  await mine.getByRole("button", { name: t("save"), exact: true }).click();
  await expect(page.getByText(t("saved_user", { user: "Anna Huisman" }))).toBeVisible();
  await expect(theirs.getByRole("checkbox", { name: /^Offline maps/ })).toBeChecked();
  await second.close();
});
