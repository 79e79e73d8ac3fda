// Draws pictures as a reader's browser does, and prints which of their texts do not fit, as JSON.
// node pictures.mjs '["picture.svg"]' '[{"width": 360, "colorScheme": "dark"}]', with the browser in BROWSER_EXECUTABLE.
import { onScreens } from "./screens.mjs";

const [pictures, screens] = process.argv.slice(2).map((argument) => JSON.parse(argument));

const inThePicture = () => {
  const over = (inner, outer) => Math.max(
    outer.left - inner.left, inner.right - outer.right, outer.top - inner.top, inner.bottom - outer.bottom);
  const whole = document.documentElement.getBoundingClientRect();
  const texts = [...document.querySelectorAll("text")];
  const scale = whole.width / document.documentElement.viewBox.baseVal.width;
  return {
    texts: texts.length,
    colour: getComputedStyle(texts[0]).fill,
    // In the picture's own units, whatever the screen's width.
    misfits: texts.map((text) => {
      // A box is the outline of its node; a text beside lines has the whole picture.
      const outline = text.closest(".node")?.querySelector("path, polygon, ellipse, rect") ?? document.documentElement;
      return [text.textContent, over(text.getBoundingClientRect(), outline.getBoundingClientRect()) / scale];
    }).filter(([, units]) => units > 1),
  };
};

await onScreens(screens, async (tab) => {
  const seen = [];
  for (const picture of pictures) {
    await tab.goto(`file://${picture}`);
    seen.push({ picture, ...(await tab.evaluate(inThePicture)) });
  }
  return seen;
});
