// The Users screen: who there is, who has what, who may change it.
import { expect, signIn, test } from "../test.ts";

test("the list is searched, filtered by one license, and says how many there are", async ({ admin: page, t }) => {
  await page.getByRole("link", { name: t("users_screen"), exact: true }).click();
  const main = page.getByRole("main");
  await expect(main.getByRole("tab", { name: `${t("associates_tab")} 58` })).toBeVisible();
  await expect(main.getByRole("tab", { name: `${t("other_users_tab")} 6` })).toBeVisible();
  await main.getByLabel(t("filter_by_licence")).selectOption({ label: "Sales Premium" });
  await expect(page.getByText(t("users_of", { some: 20, count: 58 }))).toBeVisible();
  await main.getByLabel(t("show_only_can_log_in")).check();
  await expect(page.getByText(t("users_of", { some: 19, count: 58 }))).toBeVisible();
  await main.getByLabel(t("search_for_users")).fill("kok");
  await expect(main.getByRole("row", { name: /Eva Kokhuis/ })).toBeVisible();
  await expect(main.getByRole("row")).toHaveCount(2);
  await page.reload();
  await expect(main.getByLabel(t("search_for_users"))).toHaveValue("kok");
  await expect(main.getByRole("row")).toHaveCount(2);
});

test("other users are shown by user ID and description", async ({ admin: page, t }) => {
  await page.goto("/users/other");
  const main = page.getByRole("main");
  await expect(main.getByRole("columnheader", { name: t("description") })).toBeVisible();
  await expect(main.getByRole("row")).toHaveCount(7);
});

test("a license is assigned on a user's card, the last seat only once", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  const assign = page.getByRole("button", { name: t("assign_licence", { license: "Sales Premium" }) });
  await page.getByRole("link", { name: "Anna Huisman" }).click();
  await assign.click();
  await expect(page.getByText(t("assigned_to", { license: "Sales Premium", user: "Anna Huisman" }))).toBeVisible();
  await page.getByRole("link", { name: "Anna Veenstra" }).click();
  await expect(page.getByRole("heading", { name: "Anna Veenstra" })).toBeVisible();
  await assign.click();
  await expect(page.getByText(t("refusal_no_seat", { bought: 21, license: "Sales Premium" }))).toBeVisible();
});

test("user licences show who has each, hidden ones among the plans that bring them", async ({ admin: page, t }) => {
  await page.goto("/users/licenses");
  const main = page.getByRole("main");
  await main.getByRole("link", { name: /^Route planning/ }).click();
  await expect(main.getByRole("region", { name: "Route planning" })).toContainText(t("in_use_of", { count: 3, total: 5 }));
  await expect(main.getByRole("region", { name: "Route planning" }).getByRole("row")).toHaveCount(4);
  await main.getByRole("link", { name: /^Offline maps/ }).click();
  await expect(page.getByText(t("no_holders"))).toBeVisible();
});

test("who is no administrator sees users and their licenses, and changes nothing", async ({ page, demo, t }) => {
  await signIn(page, { ...demo, user: "EKOK", password: demo.account("EKOK", false) }, t);
  await expect(page).toHaveURL(/\/users\/associates$/);
  await expect(page.getByRole("link", { name: t("licences_screen"), exact: true })).toHaveCount(0);
  await page.getByRole("link", { name: "Anna Huisman" }).click();
  await expect(page.getByRole("region", { name: "Anna Huisman" }).getByText(t("email"))).toBeVisible();
  await expect(page.getByRole("button", { name: /^Assign/ })).toHaveCount(0);
  await page.goto("/licenses/SUPEROFFICE");
  await expect(page.getByText(t("forbidden_text"))).toBeVisible();
  const answer = await page.request.post("/api/console/users/2/assignments", { data: {} });
  expect(answer.ok()).toBe(false);
});
