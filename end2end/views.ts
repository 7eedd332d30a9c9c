// Every screen, dialog, empty and failed state, and how one gets there: for axe, and for the pictures.
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { dialog, expect, signIn } from "./test.ts";
import type { Demo, Scenario } from "./demo.ts";
import type { Texts } from "./text.ts";

export interface Seen {
  page: Page;
  demo: Demo;
  t: Texts;
}

export interface View {
  /** As the picture is called. */
  name: string;
  /** Goes there, and waits until it stands. */
  show(seen: Seen): Promise<void>;
}

const SUPEROFFICE = "/licenses/SUPEROFFICE";

/** A list that has come. */
async function rows(page: Page) {
  await expect(page.getByRole("main").getByRole("cell").first()).toBeVisible();
}

const at = (name: string, path: string): View => ({
  name,
  async show({ page }) {
    await page.goto(path);
    await rows(page);
  },
});

const signInPage: View = {
  name: "sign-in",
  async show({ page, t }) {
    await page.goto("/");
    await expect(page.getByRole("button", { name: t("sign_in"), exact: true })).toBeVisible();
  },
};

const signInRefused: View = {
  name: "sign-in-refused",
  async show({ page, t }) {
    await signInPage.show({ page, t } as Seen);
    await page.getByLabel(t("user_name")).fill("admin");
    await page.getByLabel(t("password")).fill("a wrong password");
    await page.getByRole("button", { name: t("sign_in"), exact: true }).click();
    await expect(page.getByText(t("failure_sign_in"))).toBeVisible();
  },
};

const unreachable: View = {
  name: "console-unreachable",
  async show({ page, t }) {
    await page.route("**/api/console/**", (route) => route.abort());
    await page.goto("/");
    await expect(page.getByText(t("unreachable_title"))).toBeVisible();
    await page.unroute("**/api/console/**");
  },
};

const signedIn: View = {
  name: "licences",
  async show({ page, demo, t }) {
    await signIn(page, demo, t);
    await rows(page);
  },
};

const activate: View = {
  name: "activate",
  async show({ page, t }) {
    await page.goto(`${SUPEROFFICE}?dialog=activate`);
    await expect(dialog(page, t("activate_new_licence")).getByRole("cell").first()).toBeVisible();
  },
};

function remove(name: string, module: string): View {
  return {
    name,
    async show({ page, t }) {
      await activate.show({ page, t } as Seen);
      await dialog(page, t("activate_new_licence")).getByRole("link", { name: module }).click();
      await expect(dialog(page, new RegExp(`${module}$`)).getByRole("checkbox").first()).toBeVisible();
    },
  };
}

const removeChosen: View = {
  name: "remove-chosen",
  async show(seen) {
    await remove("remove", "Sales Premium").show(seen);
    await seen.page.getByRole("button", { name: seen.t("suggest", { count: 2 }) }).click();
    await expect(dialog(seen.page, /Sales Premium$/).getByRole("checkbox", { checked: true })).toHaveCount(2);
  },
};

const file: View = {
  name: "load-file",
  async show({ page, t }) {
    await page.goto(`${SUPEROFFICE}?dialog=file`);
    await expect(dialog(page, t("load_license_from_file"))).toBeVisible();
  },
};

const fileRefused: View = {
  name: "load-file-refused",
  async show(seen) {
    const { page, demo, t } = seen;
    await file.show(seen);
    await page.locator("input[type=file]").setInputFiles(join(demo.files, "other-company.lic"));
    await expect(page.getByText(t("file_refused", { file: "other-company.lic" }))).toBeVisible();
  },
};

const details: View = {
  name: "licence-details",
  async show({ page }) {
    await page.goto(`${SUPEROFFICE}?dialog=details&module=ten-sales`);
    await expect(dialog(page, /Sales Premium/)).toBeVisible();
  },
};

const card: View = {
  name: "users-card",
  async show({ page }) {
    await page.goto("/users/associates");
    await page.getByRole("link", { name: "Daan de Haan" }).click();
    await expect(page.getByText("dhaa@meridian.example").last()).toBeVisible();
  },
};

const cardChanged: View = {
  name: "users-card-changed",
  async show(seen) {
    await card.show(seen);
    await seen.page.getByRole("checkbox", { name: /^Route planning/ }).or(seen.page.getByRole("checkbox", { name: /^Maps/ })).first().click();
    await expect(seen.page.getByRole("button", { name: seen.t("save"), exact: true })).toBeVisible();
    // What the next view leaves is not asked about.
    seen.page.once("dialog", (dialog) => void dialog.accept());
  },
};

const selected: View = {
  name: "users-selected",
  async show({ page, t }) {
    await page.goto("/users/associates");
    await rows(page);
    for (const user of ["Anna Huisman", "Mila Visser"]) {
      await page.getByRole("checkbox", { name: t("choose_user", { user }) }).check();
    }
    await expect(page.getByText(t("users_selected", { count: 2 }))).toBeVisible();
    // Nothing lies half under the bar, which stays in sight.
    await page.evaluate(() => window.scrollTo(0, 0));
  },
};

const changeMany: View = {
  name: "users-change-many",
  async show(seen) {
    const { page, t } = seen;
    await selected.show(seen);
    await page.getByRole("button", { name: t("change_them"), exact: true }).click();
    await dialog(page, t("change_selected")).getByRole("combobox", { name: t("licence"), exact: true }).selectOption({ label: "Service Premium" });
    await expect(page.getByText(t("refusal_former_employee"))).toBeVisible();
  },
};

const freed: View = {
  name: "users-freed",
  async show(seen) {
    const { page, t } = seen;
    await selected.show(seen);
    await page.getByRole("button", { name: t("change_them"), exact: true }).click();
    const change = dialog(page, t("change_selected"));
    await change.getByRole("combobox", { name: t("what_changes"), exact: true }).selectOption({ label: t("many_remove") });
    await change.getByRole("combobox", { name: t("licence"), exact: true }).selectOption({ label: "Sales Premium" });
    await change.getByRole("button", { name: t("change_users", { count: 1 }), exact: true }).click();
    await expect(change).toBeHidden();
    await page.getByRole("tab", { name: t("freed_seats") }).click();
    await expect(page.getByRole("button", { name: t("give_back") })).toBeVisible();
  },
};

const importing: View = {
  name: "users-import",
  async show({ page, t }) {
    await page.goto("/users/import");
    await expect(page.getByText(t("import_how"))).toBeVisible();
  },
};

const imported: View = {
  name: "users-import-seen",
  async show(seen) {
    const { page, t } = seen;
    await importing.show(seen);
    const lines = ["User ID;Plan;Licences;Former employee;Cost centre", "BJAC;;visible-for;no;12", "DWIL;ten-marketing;;yes;13", "NEW;;;perhaps;14"];
    const file = { name: "users.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) };
    await page.getByLabel(t("file_choose")).setInputFiles(file);
    await expect(page.getByText(t("fault_not_yes_or_no"))).toBeVisible();
  },
};

const giveBack: View = {
  name: "users-give-back",
  async show({ page, t }) {
    await page.getByRole("button", { name: t("give_back") }).click();
    await expect(dialog(page, t("give_back")).getByRole("cell").first()).toBeVisible();
  },
};

const filtered: View = {
  name: "users-filtered",
  async show({ page, t }) {
    await page.goto("/users/associates?licenses=1&group=Sales%20NL&signed_in_before=2026-11-20");
    await page.getByRole("button", { name: t("more_filters") }).click();
    await expect(page.getByRole("combobox", { name: t("role") })).toContainText("Sales");
    await rows(page);
  },
};

const columns: View = {
  name: "users-columns",
  async show({ page, t }) {
    await page.goto("/users/associates");
    await rows(page);
    await page.getByRole("button", { name: t("columns") }).click();
    await expect(page.getByRole("checkbox", { name: t("owning_company") })).toBeVisible();
  },
};

const noMatch: View = {
  name: "users-none-match",
  async show({ page, t }) {
    await page.goto("/users/associates");
    await rows(page);
    await page.getByLabel(t("search_for_users")).fill("nobody is called this");
    await expect(page.getByText(t("no_user_matches"))).toBeVisible();
  },
};

const licenses: View = {
  name: "user-licences",
  async show({ page }) {
    await page.goto("/users/licenses");
    await expect(page.getByRole("main").getByRole("link", { name: "Sales Premium" })).toBeVisible();
  },
};

const holders: View = {
  name: "user-licences-holders",
  async show({ page }) {
    await page.goto("/users/licenses");
    await page.getByRole("main").getByRole("link", { name: "Sales Premium" }).click();
    await rows(page);
  },
};

const suggested: View = {
  name: "user-licences-suggested",
  async show({ page, t }) {
    await page.goto("/users/licenses/");
    await page.getByRole("main").getByRole("link", { name: "Sales Premium" }).click();
    await page.getByRole("button", { name: t("suggest_whom") }).click();
    await expect(page.getByText(t("users_selected", { count: 3 }))).toBeVisible();
  },
};

const overTime: View = {
  name: "user-licences-over-time",
  async show({ page, t }) {
    await page.goto("/users/licenses");
    await page.getByRole("main").getByRole("link", { name: "Sales Premium" }).click();
    await page.getByText(t("use_over_time"), { exact: true }).click();
    await page.getByText(t("use_as_table"), { exact: true }).click();
    await expect(page.getByRole("columnheader", { name: t("use_day") })).toBeVisible();
  },
};

const keys: View = {
  name: "keyboard",
  async show({ page, t }) {
    await page.goto(SUPEROFFICE);
    await rows(page);
    await page.keyboard.press("?");
    await expect(dialog(page, t("keyboard"))).toBeVisible();
  },
};

const account: View = {
  name: "account-menu",
  async show({ page, t }) {
    await page.goto(SUPEROFFICE);
    await rows(page);
    await page.getByRole("button", { name: "admin" }).click();
    await expect(page.getByRole("button", { name: t("sign_out") })).toBeVisible();
  },
};

const unknown: View = {
  name: "unknown-address",
  async show({ page, t }) {
    await page.goto("/nowhere");
    await expect(page.getByText(t("unknown_text"))).toBeVisible();
  },
};

const lost: View = {
  name: "connection-lost",
  async show({ page, t }) {
    await page.goto(SUPEROFFICE);
    await rows(page);
    await page.route("**/api/console/**", (route) => route.abort());
    await page.getByRole("button", { name: t("check_now") }).click();
    await expect(page.getByText(t("failure_offline")).first()).toBeVisible();
    await page.unroute("**/api/console/**");
  },
};

const ended: View = {
  name: "session-ended",
  async show(seen) {
    const { page, t } = seen;
    await activate.show(seen);
    await page.request.delete("/api/console/session");
    await dialog(page, t("activate_new_licence")).getByRole("link", { name: "Sales Premium" }).click();
    await expect(dialog(page, t("sign_in_again"))).toBeVisible();
  },
};

const forbidden: View = {
  name: "only-for-administrators",
  async show({ page, demo, t }) {
    const password = demo.account("EKOK", false);
    await page.context().clearCookies();
    await signIn(page, { ...demo, user: "EKOK", password }, t);
    await page.goto(SUPEROFFICE);
    await expect(page.getByText(t("forbidden_text"))).toBeVisible();
  },
};

const readerCard: View = {
  name: "users-card-read-only",
  async show(seen) {
    await card.show(seen);
  },
};

const activated: View = {
  name: "activated",
  async show({ page, t }) {
    await page.getByRole("link", { name: t("new_licence_activated") }).click();
    await expect(dialog(page, t("new_licence_activated")).getByRole("cell").first()).toBeVisible();
  },
};

const serial: View = {
  name: "serial-number",
  async show({ page, t }) {
    await page.goto(`${SUPEROFFICE}?dialog=serial`);
    await expect(dialog(page, t("serial_title"))).toBeVisible();
  },
};

const serialRefused: View = {
  name: "serial-number-refused",
  async show(seen) {
    const { page, t } = seen;
    await serial.show(seen);
    await page.getByRole("textbox", { name: t("serial_number") }).fill("1010000042");
    await page.getByRole("textbox", { name: t("license_owner") }).fill("Somebody else");
    await page.getByRole("button", { name: t("serial_request") }).click();
    await expect(page.getByText(t("not_requested"))).toBeVisible();
  },
};

const first: View = {
  name: "licences-empty",
  async show({ page, demo, t }) {
    await signIn(page, demo, t);
    await expect(page.getByRole("heading", { name: t("first_title") })).toBeVisible();
  },
};

const firstRefused: View = {
  name: "licences-empty-refused",
  async show({ page, t }) {
    await page.getByRole("main").getByRole("button", { name: t("save") }).click();
    await expect(page.getByText(t("field_missing")).first()).toBeVisible();
  },
};

const named = (name: string, view: View): View => ({ ...view, name });

/** By the day on which they are seen, in an order in which none spoils the next. */
export const VIEWS: Record<Scenario, View[]> = {
  blocked: [
    signInPage,
    signInRefused,
    unreachable,
    signedIn,
    at("licences-fjord-maps", "/licenses/FJORDMAPS"),
    activate,
    remove("remove", "Sales Premium"),
    removeChosen,
    file,
    fileRefused,
    details,
    at("users", "/users/associates"),
    filtered,
    columns,
    at("users-groups", "/users/groups"),
    at("users-companies", "/users/companies"),
    selected,
    changeMany,
    card,
    cardChanged,
    noMatch,
    at("users-other", "/users/other"),
    licenses,
    holders,
    overTime,
    suggested,
    keys,
    account,
    freed,
    giveBack,
    importing,
    imported,
    unknown,
    lost,
    ended,
    forbidden,
    readerCard,
  ],
  automatic: [named("licences-activated", signedIn), activated],
  hidden: [
    named("licences-hidden", signedIn),
    named("activate-hidden", activate),
    remove("remove-hidden", "Combined selections"),
  ],
  offline: [named("licences-offline", signedIn)],
  "demo-version": [named("licences-demo-version", signedIn), serial, serialRefused],
  empty: [first, firstRefused, at("users-of-an-empty-console", "/users/associates")],
};
