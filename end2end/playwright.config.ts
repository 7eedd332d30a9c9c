// How the browser tests run: two at a time, each with a demo of its own, in Chromium as the machine has it; nothing is
// tried twice.
import { defineConfig } from "@playwright/test";

const launchOptions = { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium" };

export default defineConfig({
  forbidOnly: true,
  fullyParallel: true,
  outputDir: "test-results",
  reporter: "list",
  retries: 0,
  timeout: 60_000,
  workers: 2,
  expect: { timeout: 10_000 },
  projects: [
    { name: "tests", testDir: "tests", testMatch: "*.ts" },
    { name: "shots", testDir: "shots", testMatch: "*.ts" },
    { name: "bench", testDir: "bench", testMatch: "*.ts", timeout: 900_000 },
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
