// axe on every screen, dialog, empty and failed state, in both themes, wide and narrow; and nothing scrolls sideways.
import { expect, expectAccessible, test } from "../test.ts";
import type { Scenario } from "../demo.ts";
import { VIEWS } from "../views.ts";

const THEMES = ["light", "dark"] as const;
const WIDTHS = [1280, 360] as const;

for (const scenario of Object.keys(VIEWS) as Scenario[]) {
  for (const width of WIDTHS) {
    test.describe(`${scenario}, ${width} px`, () => {
      test.use({ scenario, viewport: { width, height: 800 } });

      test("every screen and dialog is accessible, and fits", async ({ page, demo, t, complaints }) => {
        test.slow();
        // Two views cut the connection, which the browser writes down.
        const forgiven = () => complaints.filter((complaint) => !complaint.includes("net::ERR_FAILED"));
        for (const view of VIEWS[scenario]) {
          await test.step(view.name, async () => {
            await view.show({ page, demo, t });
            for (const colorScheme of THEMES) {
              await page.emulateMedia({ colorScheme });
              await expectAccessible(page, `${view.name}, ${colorScheme}`);
            }
            const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            expect.soft(wider, `${view.name}: pixels to scroll sideways`).toBe(0);
            complaints.splice(0, complaints.length, ...forgiven());
          });
        }
      });
    });
  }
}
