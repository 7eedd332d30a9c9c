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

test("filters meet, each is a chip, and the address brings them back", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  const main = page.getByRole("main");
  const found = (some: number) => expect(main.getByText(t("users_of", { some, count: 58 }))).toBeVisible();
  const licence = main.getByLabel(t("filter_by_licence"));
  await licence.selectOption({ label: "Sales Premium" });
  await licence.selectOption({ label: "Maps" });
  await found(9);
  await main.getByLabel(t("licence"), { exact: true }).selectOption({ label: t("holds_any") });
  await found(20);
  await main.getByLabel(t("licence"), { exact: true }).selectOption({ label: t("holds_none") });
  await found(38);
  await main.getByRole("button", { name: t("remove_filter", { name: "Maps" }) }).click();
  await found(38);
  const more = main.getByRole("button", { name: t("more_filters") });
  await more.click();
  await expect(more).toHaveAttribute("aria-expanded", "true");
  await main.getByRole("combobox", { name: t("primary_group") }).selectOption({ label: "Service" });
  await found(11);
  await main.getByRole("button", { name: t("remove_filter", { name: "Sales Premium" }) }).click();
  await main.getByRole("combobox", { name: t("role") }).selectOption({ label: "Guest" });
  await expect(main.getByText(t("no_user_matches"))).toBeVisible();
  await main.getByRole("combobox", { name: t("primary_group") }).selectOption({ label: "Operations" });
  await main.getByRole("checkbox", { name: t("never_signed_in") }).check();
  await found(18);
  await page.reload();
  await found(18);
  await page.goBack();
  await page.goForward();
  await found(18);
  await main.getByRole("button", { name: t("remove_filter", { name: t("never_signed_in") }) }).click();
  await expect(main.getByLabel(t("search_for_users"))).toBeFocused();
});

test("a search finds names, user IDs, groups, roles and plans; a short one their beginnings", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  const main = page.getByRole("main");
  const found = (some: number) => expect(main.getByText(t("users_of", { some, count: 58 }))).toBeVisible();
  const search = main.getByLabel(t("search_for_users"));
  for (const [text, some] of [["marketing prem", 10], ["sales be", 6], ["guest", 18], ["DHAA", 1], ["he", 1]] as const) {
    await search.fill(text);
    await found(some);
  }
});

test("columns are chosen, sorted by, and kept for the next visit", async ({ admin: page, t }) => {
  await page.goto("/users/associates");
  const main = page.getByRole("main");
  const company = main.getByRole("columnheader", { name: t("owning_company") });
  await expect(company).toHaveCount(0);
  await main.getByRole("button", { name: t("columns") }).click();
  await page.getByRole("checkbox", { name: t("owning_company") }).check();
  await page.getByRole("checkbox", { name: t("primary_group") }).uncheck();
  await page.keyboard.press("Escape");
  await expect(main.getByRole("columnheader", { name: t("primary_group") })).toHaveCount(0);
  await company.getByRole("button").click();
  await expect(company).toHaveAttribute("aria-sort", "ascending");
  await expect(main.getByRole("row").nth(1)).toContainText("Meridian Belgium NV");
  await page.reload();
  await expect(company).toHaveAttribute("aria-sort", "ascending");
  await expect(main.getByRole("row").nth(1)).toContainText("Meridian Belgium NV");
});

test("groups and companies lead to their associates", async ({ admin: page, t }) => {
  await page.goto("/users/groups");
  const main = page.getByRole("main");
  await expect(main.getByRole("row", { name: /^Sales BE/ })).toContainText("6");
  await main.getByRole("tab", { name: t("our_companies_tab") }).click();
  await expect(main.getByRole("row", { name: /^Meridian Logistics BV/ })).toContainText("0");
  await main.getByRole("link", { name: "Meridian Belgium NV" }).click();
  await expect(main.getByText(t("users_of", { some: 6, count: 58 }))).toBeVisible();
  await page.goBack();
  await expect(main.getByRole("columnheader", { name: t("city") })).toBeVisible();
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
