// A picture of every screen, dialog, empty and failed state: in both languages and themes, wide and narrow, with the
// clock standing still. `cargo xtask shots DIR` says where to: DIR/NAME-LANGUAGE-THEME-WIDTH.png.
import { join } from "node:path";
import { test } from "../test.ts";
import type { Scenario } from "../demo.ts";
import type { Language } from "../text.ts";
import { VIEWS } from "../views.ts";

const NOW = "2026-11-24T09:30:00Z";
const LANGUAGES: Language[] = ["en", "nl"];
const THEMES = ["light", "dark"] as const;
const SIZES = [{ width: 1280, height: 860 }, { width: 360, height: 760 }];
const folder = process.env["ZETEL_SHOTS"];

for (const scenario of Object.keys(VIEWS) as Scenario[]) {
  for (const language of LANGUAGES) {
    for (const colorScheme of THEMES) {
      for (const viewport of SIZES) {
        test.describe(`${scenario}, ${language}, ${colorScheme}, ${viewport.width} px`, () => {
          test.use({ scenario, language, colorScheme, viewport, clock: NOW });

          test("pictures", async ({ page, demo, t, complaints }) => {
            test.slow();
            if (!folder) throw new Error("run `cargo xtask shots DIR`");
            await page.clock.setFixedTime(NOW);
            for (const view of VIEWS[scenario]) {
              await view.show({ page, demo, t });
              const name = [view.name, language, colorScheme, viewport.width].join("-");
              // The whole of a screen; of a dialog, what one sees.
              const fullPage = (await page.getByRole("dialog").count()) === 0;
              await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled", caret: "hide", fullPage });
            }
            complaints.length = 0;
          });
        });
      }
    }
  }
}
