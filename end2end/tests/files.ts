// Loading a license from a file: chosen or dropped, and what is told about one that must not be loaded.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { dialog, expect, test } from "../test.ts";

test("a file can be dropped anywhere on the Licences screen", async ({ admin: page, demo, t }) => {
  const bytes = [...(await readFile(join(demo.files, "fjordmaps-4.lic")))];
  await drop(page, "main", bytes, "fjordmaps-4.lic");
  const activation = dialog(page, t("activate_new_licence"));
  await expect(activation.getByRole("row", { name: /^Maps/ })).toBeVisible();
});

test("a file that is dropped on another screen is not loaded, and the screen says where to drop it", async ({ admin: page, demo, t }) => {
  await page.goto("/users/associates");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const bytes = [...(await readFile(join(demo.files, "superoffice-8.lic")))];
  await drop(page, "main", bytes, "superoffice-8.lic");
  await expect(page.getByText(t("file_elsewhere"))).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

/** Drops a file on an element, as the system's file manager does. */
async function drop(page: Page, on: string, bytes: number[], name: string) {
  const transfer = await page.evaluateHandle(
    ([bytes, name]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes as number[])], name as string));
      return transfer;
    },
    [bytes, name] as const,
  );
  for (const event of ["dragenter", "dragover", "drop"]) await page.dispatchEvent(on, event, { dataTransfer: transfer });
}

test("files that are no license of this company are refused, each with its own sentence, and change nothing", async ({ admin: page, demo, t }, info) => {
  const good = await readFile(join(demo.files, "superoffice-9.lic"), "utf8");
  const bare = good.replace(/-----[A-Z ]+-----|\s/g, "");
  const [header, payload, signature] = bare.split(".") as [string, string, string];
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  const flipped = payload.slice(0, 100) + (payload[100] === "A" ? "B" : "A") + payload.slice(101);
  const other = { ...decode(payload), serial_nr: "1010000043" };
  const files: [string, string | Buffer, string][] = [
    ["a picture", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), "verify_not_a_license"],
    ["nothing", "", "verify_not_a_license"],
    ["half of it", bare.slice(0, bare.length / 2), "verify_truncated"],
    ["one byte changed", [header, flipped, signature].join("."), "verify_signature_invalid"],
    ["another serial number in it", [header, encode(other), signature].join("."), "verify_signature_invalid"],
    ["no algorithm", [encode({ ...decode(header), alg: "none" }), payload, signature].join("."), "verify_algorithm_refused"],
    ["too large", bare + "A".repeat(1_100_000), "verify_too_large"],
  ];
  await page.getByRole("link", { name: t("load_license_from_file") }).click();
  const loading = dialog(page, t("load_license_from_file"));
  for (const [what, content, code] of files) {
    await test.step(what, async () => {
      const file = info.outputPath("license.lic");
      await writeFile(file, content);
      await loading.locator("input[type=file]").setInputFiles(file);
      await expect(loading).toContainText(t("file_refused", { file: "license.lic" }));
      await expect(loading).toContainText(t(code));
    });
  }
  await test.step("genuinely signed, for another company", async () => {
    await loading.locator("input[type=file]").setInputFiles(join(demo.files, "other-company.lic"));
    await expect(loading).toContainText(t("file_refused", { file: "other-company.lic" }));
    await expect(loading).toContainText(/verify_company_mismatch|another company|another serial number/);
  });
  await loading.getByRole("button", { name: t("close") }).first().click();
  await expect(page.getByRole("link", { name: t("activate_new_licence") })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(t("sequence_number", { number: 8 }));
});
