// Looks at a page as a person with a keyboard does, and prints what it saw as JSON; tests/report judges it.
// node look.mjs PAGE '[{"width": 360, "colorScheme": "dark"}]', with the browser in BROWSER_EXECUTABLE.
import { onScreens } from "./screens.mjs";

const [page, screens] = [process.argv[2], JSON.parse(process.argv[3])];
const MOST_TABS = 100;

async function byKeyboard(tab) {
  const reached = [];
  for (let pressed = 0; pressed < MOST_TABS; pressed += 1) {
    await tab.keyboard.press("Tab");
    const focused = await tab.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const style = getComputedStyle(element);
      return {
        tag: element.tagName,
        text: element.getAttribute("aria-label") ?? element.textContent.trim(),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
        expands: element.tagName === "SUMMARY" && !element.parentElement.open,
      };
    });
    if (focused === null) break;
    if (focused.expands) {
      await tab.keyboard.press("Enter");
      focused.opened = await tab.evaluate(() => document.activeElement.parentElement.open);
    }
    reached.push(focused);
  }
  return reached;
}

const inThePage = () => {
  // Half a pixel is a matter of rounding.
  const inside = (inner, outer) => inner.left >= outer.left - 0.5 && inner.right <= outer.right + 0.5
    && inner.top >= outer.top - 0.5 && inner.bottom <= outer.bottom + 0.5;
  const meet = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
  // What leaves a picture that cuts nothing is seen as far as its card goes.
  const room = (svg) => (getComputedStyle(svg).overflow === "visible" ? svg.closest(".card") : svg).getBoundingClientRect();
  const drawn = [...document.querySelectorAll("svg[role=img]")].map((svg) => ({ box: room(svg),
    texts: [...svg.querySelectorAll("text")].map((text) => ({ said: text.textContent, box: text.getBoundingClientRect() }))
      .filter((text) => text.box.width > 0) }));
  const spilled = drawn.flatMap(({ box, texts }) => texts.filter((text) => !inside(text.box, box)).map((text) => text.said));
  const overlapping = drawn.flatMap(({ texts }) => texts.flatMap((one, place) => texts.slice(place + 1)
    .filter((other) => meet(one.box, other.box)).map((other) => `${one.said} | ${other.said}`)));
  for (const element of document.querySelectorAll("body *:not(svg, svg *, .unseen, .skip)")) {
    const scrolls = element.closest(".scroll") !== null;
    if (!scrolls && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1) {
      spilled.push(`${element.tagName} ${element.className}: ${element.textContent.trim().slice(0, 60)}`);
    }
  }
  const cut = drawn.flatMap(({ texts }) => texts.filter((text) => text.said.includes("…")).map((text) => text.said));
  return {
    spilled,
    overlapping,
    cut,
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    background: getComputedStyle(document.body).backgroundColor,
    bar: getComputedStyle(document.querySelector("#messages svg path[fill^='var(--first)']")).fill,
    headlines: Object.fromEntries([...document.querySelectorAll(".headlines li")].map(
      (card) => [card.querySelector(".name").textContent, card.querySelector(".value").textContent])),
    tables: Object.fromEntries([...document.querySelectorAll("figure")].map((figure) => [figure.id,
      [...figure.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.innerText))])),
    scripts: document.scripts.length,
    smallest: Math.min(...[...document.querySelectorAll("svg text")].map((text) => {
      const { a, b } = text.getScreenCTM();
      return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
    })),
  };
};

await onScreens(screens, async (tab) => {
  const [said, requests] = [[], []];
  tab.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  tab.on("pageerror", (error) => said.push(String(error)));
  tab.on("request", (request) => requests.push(request.url()));
  await tab.goto(`file://${page}`);
  const closed = await tab.evaluate(inThePage);
  const reached = await byKeyboard(tab);
  const opened = await tab.evaluate(inThePage);
  // Fonts of other machines are wider than the browser's own.
  await tab.evaluate(() => document.querySelectorAll("svg text").forEach((text) => { text.style.letterSpacing = ".4px"; }));
  const { spilled: wide } = await tab.evaluate(inThePage);
  const tree = await tab.locator("body").ariaSnapshot();
  return [{ said, requests, reached, closed, opened, wide, tree }];
});
