// Whether everybody can use what a page shows: axe-core finds nothing serious or critical, nothing is wider than the
// screen, and a finger hits what it aims at.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const GRAVE = new Set(['serious', 'critical']);

/** Asserts that nobody is kept out of what the page shows now. */
export async function assertAccessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const grave = violations
    .filter((violation) => GRAVE.has(violation.impact))
    .map((violation) => `${violation.id} (${violation.impact}): ${violation.nodes.map((node) => `${node.target.join(' ')} – ${node.failureSummary}`).join('; ')}`);
  assert.deepEqual(grave, [], `${what}: ${grave.join('\n')}`);
}

/** Asserts that nothing has to be scrolled sideways. */
export async function assertFits(page, what) {
  const { wanted, there } = await page.evaluate(() => ({ wanted: document.documentElement.scrollWidth, there: document.documentElement.clientWidth }));
  assert.ok(wanted <= there, `${what} is ${wanted} px wide on a screen of ${there} px`);
}

/** Smallest height and width of what is pressed with a finger, CSS pixels (WCAG 2.2, target size, enhanced). */
const TARGET_PX = 44;

/** Asserts that controls are large enough for a finger; a box that is ticked counts with its label, a link in a text does not. */
export async function assertTouchable(page, what) {
  const small = await page.evaluate((least) => {
    const found = [];
    for (const control of document.querySelectorAll('button, select, input, textarea, summary, nav a, a.button, a.row, a.back')) {
      const places = [control, ...(control.type === 'checkbox' ? control.labels : [])].map((element) => element.getBoundingClientRect());
      const boxes = places.filter((place) => place.width > 1);
      if (boxes.length === 0 || !control.checkVisibility()) continue;
      const width = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
      const height = Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top));
      if (Math.round(width) < least || Math.round(height) < least) found.push(`${control.outerHTML.slice(0, 90)}: ${Math.round(width)} × ${Math.round(height)}`);
    }
    return found;
  }, TARGET_PX);
  assert.deepEqual(small, [], what);
}
