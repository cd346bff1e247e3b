// axe-core over a page: no serious or critical finding.

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
