// The Users screen: who there is, who has what, who may change it.
import { dialog, expect, signIn, test } from "../test.ts";

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

test("licenses are chosen on a user's card and stored by saving, the last seat only once", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  const plan = page.getByRole("checkbox", { name: /^Sales Premium/ });
  const save = page.getByRole("button", { name: t("save"), exact: true });
  await page.getByRole("link", { name: "Anna Huisman" }).click();
  const canLogIn = page.getByRole("checkbox", { name: t("can_log_in"), exact: true });
  await expect(canLogIn).not.toBeChecked();
  await expect(save).toHaveCount(0);
  await plan.check();
  await expect(canLogIn).toBeChecked();
  await expect(page.getByText(t("gets", { licences: "Sales Premium" }))).toBeVisible();
  await save.click();
  await expect(page.getByText(t("saved_user", { user: "Anna Huisman" }))).toBeVisible();
  await expect(save).toHaveCount(0);
  await page.getByRole("link", { name: "Anna Veenstra" }).click();
  await expect(page.getByRole("heading", { name: "Anna Veenstra" })).toBeVisible();
  await expect(plan).toBeDisabled();
  await expect(plan).toHaveAccessibleName(new RegExp(t("why_none")));
});

test("what is taken back takes along what needs it, and nothing is stored until it is saved", async ({ admin: page, t }) => {
  await page.goto("/users/licenses");
  await page.getByRole("link", { name: /^Route planning/ }).click();
  await page.getByRole("region", { name: "Route planning" }).getByRole("row").nth(1).getByRole("link").click();
  const [maps, routes] = [/^Maps/, /^Route planning/].map((name) => page.getByRole("checkbox", { name }));
  await expect(routes!).toBeChecked();
  await maps!.uncheck();
  await expect(routes!).not.toBeChecked();
  await expect(routes!).toBeDisabled();
  await expect(page.getByText(/Maps.*Route planning\.$/)).toBeVisible();
  await page.getByRole("button", { name: t("cancel"), exact: true }).click();
  await expect(routes!).toBeChecked();
  await expect(page.getByRole("button", { name: t("save"), exact: true })).toHaveCount(0);
});

test("leaving a card with changes asks first", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  await page.getByRole("link", { name: "Anna Huisman" }).click();
  await page.getByRole("checkbox", { name: /^Maps/ }).check();
  const asked: string[] = [];
  let leave = false;
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void (leave ? dialog.accept() : dialog.dismiss());
  });
  await page.getByRole("link", { name: "Bram Jacobs" }).click();
  await expect.poll(() => asked).toEqual([t("leave_unsaved")]);
  await expect(page.getByRole("region", { name: "Anna Huisman" })).toBeVisible();
  await page.goBack();
  await expect.poll(() => asked.length).toBe(2);
  await expect(page).toHaveURL(/user=\d+/);
  await expect(page.getByRole("checkbox", { name: /^Maps/ })).toBeChecked();
  leave = true;
  await page.getByRole("link", { name: "Bram Jacobs" }).click();
  await expect(page.getByRole("region", { name: "Bram Jacobs" })).toBeVisible();
});

test("what was chosen on a card stays when the window gets another width", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  await page.getByRole("link", { name: "Anna Huisman" }).click();
  await page.getByRole("checkbox", { name: /^Maps/ }).check();
  await page.setViewportSize({ width: 600, height: 900 });
  await expect(dialog(page, "Anna Huisman").getByRole("checkbox", { name: /^Maps/ })).toBeChecked();
  await page.setViewportSize({ width: 1280, height: 2000 });
  const card = page.getByRole("region", { name: "Anna Huisman" });
  await expect(card.getByRole("checkbox", { name: /^Maps/ })).toBeChecked();
  await card.getByRole("button", { name: t("save"), exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: "Anna Huisman" })).toBeVisible();
});

test("a former employee gives back everything, and nobody locks themselves out", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  await page.getByRole("link", { name: "Bram Jacobs" }).click();
  const card = page.getByRole("region", { name: "Bram Jacobs" });
  await expect(card.getByRole("checkbox", { name: /^Marketing Premium/ })).toBeChecked();
  await card.getByRole("checkbox", { name: t("former_employee"), exact: true }).check();
  await expect(card.getByRole("checkbox", { name: /^Marketing Premium/ })).not.toBeChecked();
  await card.getByRole("button", { name: t("save"), exact: true }).click();
  await expect(page.getByRole("row", { name: /Bram Jacobs/ })).toContainText(t("former_employee_tag"));
  await page.getByRole("link", { name: "Anna Veenstra" }).click();
  const own = page.getByRole("region", { name: "Anna Veenstra" });
  await own.getByRole("checkbox", { name: t("can_log_in"), exact: true }).uncheck();
  await own.getByRole("button", { name: t("save"), exact: true }).click();
  await expect(own.getByText(t("failure_yourself"))).toBeVisible();
  page.on("dialog", (dialog) => void dialog.accept());
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
  await expect(page.getByRole("region", { name: "Anna Huisman" }).getByRole("checkbox")).toHaveCount(0);
  await page.goto("/licenses/SUPEROFFICE");
  await expect(page.getByText(t("forbidden_text"))).toBeVisible();
  const answer = await page.request.post("/api/console/users/2/assignments", { data: {} });
  expect(answer.ok()).toBe(false);
});

test("one change is made to many users after it was looked at, for all or for those who can", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  const choose = (name: string) => page.getByRole("checkbox", { name: t("choose_user", { user: name }) });
  await choose("Anna Huisman").check();
  await choose("Bram Jacobs").check();
  await choose("Daan de Haan").check();
  await expect(page.getByText(t("users_selected", { count: 3 }))).toBeVisible();
  await page.getByRole("button", { name: t("change_them"), exact: true }).click();
  const change = dialog(page, t("change_selected"));
  await change.getByRole("combobox", { name: t("licence"), exact: true }).selectOption({ label: "Sales Premium" });
  await expect(change.getByText(t("refusal_no_seat", { license: "Sales Premium", short: "1", in_use: "20", bought: "21" }))).toBeVisible();
  await expect(change.getByRole("row", { name: /Anna Huisman/ })).toContainText("Sales Premium");
  const done = (users: number) => change.getByRole("button", { name: t("change_users", { count: users }), exact: true });
  await expect(done(2)).toBeDisabled();
  await change.getByLabel(t("only_those_who_can")).check();
  await expect(done(1)).toBeEnabled();
  await done(1).click();
  await expect(change).toBeHidden();
  await expect(page.getByText(`${t("many_changed", { count: 1 })} ${t("many_left_out", { count: 1 })}`)).toBeVisible();
  await expect(page.getByText(t("users_selected", { count: 3 }))).toBeHidden();
});

test("everyone who matches a filter is selected, and what is taken from them is given back", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  await page.getByLabel(t("filter_by_licence")).selectOption({ label: "Marketing Premium" });
  await page.getByRole("button", { name: t("select_all", { count: "10" }) }).click();
  await expect(page.getByText(t("users_selected", { count: 10 }))).toBeVisible();
  await page.getByRole("button", { name: t("change_them"), exact: true }).click();
  const change = dialog(page, t("change_selected"));
  await change.getByRole("combobox", { name: t("what_changes"), exact: true }).selectOption({ label: t("many_remove") });
  await change.getByRole("combobox", { name: t("licence"), exact: true }).selectOption({ label: "Marketing Premium" });
  await change.getByRole("button", { name: t("change_users", { count: 10 }), exact: true }).click();
  await expect(page.getByText(t("no_user_matches"))).toBeVisible();

  await page.getByRole("tab", { name: t("freed_seats") }).click();
  await expect(page).toHaveURL(/\/users\/freed$/);
  const freed = page.getByRole("row", { name: t("goes_some", { license: "Marketing Premium", count: 10 }) });
  await freed.getByRole("button", { name: t("give_back") }).click();
  const back = dialog(page, t("give_back"));
  await back.getByRole("button", { name: t("change_users", { count: 10 }), exact: true }).click();
  await expect(freed).toContainText(t("given_back"));
  await page.goto("/users/licenses");
  await expect(page.getByRole("link", { name: /^Marketing Premium/ })).toContainText("10 / 10");
});

test("whose seat could be freed is suggested among the holders of a license, and taken from them", async ({ admin: page, t }) => {
  await page.goto("/users/licenses");
  await page.getByRole("button", { name: t("suggest_whom") }).click();
  await expect(page.getByText(t("users_selected", { count: 3 }))).toBeVisible();
  await expect(page.getByRole("row", { name: /Joris Berger/ })).toContainText(t("reason_cannot_log_in"));
  await page.getByRole("button", { name: t("change_them"), exact: true }).click();
  const change = dialog(page, t("change_selected"));
  await expect(change.getByRole("combobox", { name: t("licence"), exact: true })).toHaveValue(/\d+/);
  await expect(change.getByRole("row", { name: /Mila Visser/ })).toContainText("Sales Premium");
  await change.getByRole("button", { name: t("change_users", { count: 3 }), exact: true }).click();
  await expect(page.getByRole("link", { name: /^Sales Premium/ })).toContainText("17 / 21");
});
