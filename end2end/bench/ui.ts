// How a list of 100,000 users feels: from a key press to painted rows, the longest script while scrolling, the heap.
import { writeFileSync } from "node:fs";
import { test } from "@playwright/test";
import { startDemo } from "../demo.ts";
import { expect, signIn } from "../test.ts";
import { texts } from "../text.ts";

const USERS = 100_000;
const ROWS = 10_000;
/** Each next letter of a word finds others, so that the rows change with every key. */
const WORDS = ["mila de h", "noor berg", "veenstra", "jansma", "olsen", "xenia", "bakker"];

test("typing, scrolling, memory", async ({ page }) => {
  const demo = await startDemo({ scenario: "blocked", database: "SQLite", users: USERS }, 0);
  try {
    const t = texts("en");
    await page.goto(demo.url);
    await signIn(page, demo, t);
    await page.goto(`${demo.url}/users/associates`);
    const search = page.getByLabel(t("search_for_users"));
    await expect(page.getByRole("main").getByRole("row").nth(5)).toBeVisible();

    const first = page.getByRole("main").getByRole("row").nth(1).getByRole("link");
    const everyone = await first.innerText();
    const typing: number[] = [];
    for (const word of WORDS) {
      await search.fill("");
      await expect(first).toHaveText(everyone);
      for (const letter of word) {
        // The watch stands before the key is pressed; what it saw is asked for afterwards.
        await page.evaluate(() => {
          const table = document.querySelector("main .sheet")!;
          let pressed = 0;
          addEventListener("keydown", (event) => (pressed = event.timeStamp), { once: true, capture: true });
          const rows = () => Array.from(table.querySelectorAll("tbody a"), (link) => link.textContent).join("\n");
          const before = rows();
          const painted = new Promise<number>((resolve) => {
            const give = setTimeout(() => resolve(-1), 2_000);
            const watch = new MutationObserver(() => {
              if (!pressed || rows() === before) return;
              watch.disconnect();
              clearTimeout(give);
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
            });
            watch.observe(table, { childList: true, subtree: true });
          });
          Object.assign(window, { painted_of_the_bench: painted });
        });
        await search.press(letter === " " ? "Space" : letter);
        const took = await page.evaluate(() => (window as unknown as { painted_of_the_bench: Promise<number> }).painted_of_the_bench);
        // A letter that finds the same people changes no row.
        if (took >= 0) typing.push(took);
      }
    }

    await search.fill("");
    await expect(first).toHaveText(everyone);
    await page.evaluate(() => {
      const frames: number[] = [];
      Object.assign(window, { frames_of_the_bench: frames });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          const { scripts } = entry as unknown as { scripts: { duration: number }[] };
          frames.push(scripts.reduce((sum, script) => sum + script.duration, 0));
        }
      }).observe({ type: "long-animation-frame" });
    });
    const rows = () => page.evaluate(() => document.querySelectorAll("main tbody tr").length);
    let count = await rows();
    while (count < ROWS) {
      await page.mouse.wheel(0, 2_400);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      count = await rows();
    }
    const frames = await page.evaluate(() => (window as unknown as { frames_of_the_bench: number[] }).frames_of_the_bench);
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const heap = (await session.send("Runtime.getHeapUsage")) as { usedSize: number; backingStorageSize?: number };
    const bytes = heap.usedSize + (heap.backingStorageSize ?? 0);
    expect(typing.length, "most letters change the rows").toBeGreaterThan(20);
    writeFileSync(process.env["ZETEL_BENCH"]!, JSON.stringify({ typing, frames, rows: count, heap: bytes / 1e6 }));
  } finally {
    await demo.stop();
  }
});
