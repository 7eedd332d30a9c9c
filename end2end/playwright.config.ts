// How the browser tests run: one after another in Chromium as the machine has it, nothing tried twice.
import { defineConfig } from "@playwright/test";

const launchOptions = { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium" };

export default defineConfig({
  forbidOnly: true,
  fullyParallel: false,
  outputDir: "test-results",
  reporter: "list",
  retries: 0,
  timeout: 60_000,
  workers: 1,
  expect: { timeout: 10_000 },
  projects: [
    { name: "tests", testDir: "tests", testMatch: "*.ts" },
    { name: "shots", testDir: "shots", testMatch: "*.ts" },
  ],
  use: {
    browserName: "chromium",
    launchOptions,
    locale: "en-GB",
    timezoneId: "Europe/Amsterdam",
    viewport: { width: 1280, height: 900 },
    screenshot: "only-on-failure",
    trace: "off",
    video: "off",
  },
});
