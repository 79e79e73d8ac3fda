// Reads the documentation's site as a person does who opened it as a file, and prints what was found, as JSON.
// node site.mjs FOLDER '["upgrade"]' '[{"width": 360, "colorScheme": "dark"}]', with the browser in BROWSER_EXECUTABLE.
import { onScreens } from "./screens.mjs";

const [folder, questions, screens] = [process.argv[2], ...process.argv.slice(3).map((each) => JSON.parse(each))];

await onScreens(screens, async (tab) => {
  const asked = [];
  const seen = [];
  tab.on("request", (request) => asked.push(request.url()));
  for (const question of questions) {
    await tab.goto(`file://${folder}/index.html`);
    const field = tab.locator(".md-search__input");
    // On a phone it is behind a button.
    if (!(await field.isVisible())) await tab.locator("label[for=__search]:visible").first().click({ timeout: 5000 });
    await field.pressSequentially(question);
    const result = tab.locator(".md-search-result__link").first();
    await result.waitFor({ timeout: 15000 });
    seen.push({
      question,
      found: await tab.locator(".md-search-result__item h1").allInnerTexts(),
      wider: await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    });
  }
  // Names in the first column of a table that run over two lines.
  await tab.goto(`file://${folder}/analyst-guide.html`);
  const broken = await tab
    .locator("td:first-child code")
    .evaluateAll((names) => names.filter((name) => name.getClientRects().length > 1).map((name) => name.innerText));
  return seen.map((each) => ({ ...each, broken, elsewhere: asked.filter((url) => !/^(file|data|blob|about):/.test(url)) }));
});
