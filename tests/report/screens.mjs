// A browser with one tab for each screen; it is the one in BROWSER_EXECUTABLE.
import { chromium } from "playwright-core";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];

// Prints as JSON all that `look` returns of a tab, each with its screen.
export async function onScreens(screens, look) {
  const browser = await chromium.launch({ executablePath: process.env.BROWSER_EXECUTABLE, args: flags });
  const seen = [];
  for (const { width, colorScheme } of screens) {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const found = await look(await context.newPage());
    seen.push(...found.map((each) => ({ width, colorScheme, ...each })));
    await context.close();
  }
  await browser.close();
  console.log(JSON.stringify(seen));
}
