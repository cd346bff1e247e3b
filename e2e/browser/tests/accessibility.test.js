// Nobody is kept out: axe finds nothing serious on any screen, in light and dark, at a desk and on a phone.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assertAccessible } from '../support/accessibility.js';
import { SCREENS, launch, openPage } from '../support/browser.js';
import { openNote, rowOf, signIn } from '../support/office.js';
import { sample } from '../support/files.js';
import { eventually, filed, freshNumber, messagesTo, officeUrl, putMedia, send, stack, unique } from '../support/stack.js';

/** Whether everything fits into the width of the screen. */
async function assertFits(page, what) {
  const { wanted, there } = await page.evaluate(() => ({ wanted: document.documentElement.scrollWidth, there: document.documentElement.clientWidth }));
  assert.ok(wanted <= there, `${what} is ${wanted} px wide on a screen of ${there} px`);
}

describe('accessibility', () => {
  let browser;
  let sid;

  before(async () => {
    browser = await launch();
    const audio = await putMedia(`axe-${unique()}`, sample('voice-note-1.ogg'), 'audio/ogg');
    sid = await send({ From: 'whatsapp:+61491570156', MediaUrl0: audio, MediaContentType0: 'audio/ogg' });
    const stranger = freshNumber();
    await send({ From: `whatsapp:${stranger}`, ProfileName: 'Somebody', Body: 'Is this the right number?' });
    await filed(sid);
    await eventually('the stranger to be told', async () => (await messagesTo(stranger)).length > 0);
  });
  after(() => browser.close());

  for (const colorScheme of ['light', 'dark']) {
    for (const [name, viewport] of Object.entries(SCREENS)) {
      it(`the office, ${colorScheme}, ${name}`, async () => {
        const { page, context, faults } = await openPage(browser, officeUrl, { viewport, colorScheme, reducedMotion: 'reduce' });
        const check = async (what) => {
          await assertAccessible(page, what);
          await assertFits(page, what);
        };
        await page.getByLabel('Key', { exact: true }).waitFor();
        await check('signing in');
        await signIn(page);
        await rowOf(page, sid).waitFor();
        await page.getByRole('button', { name: /Filter/ }).click();
        await check('the list');
        await openNote(page, sid);
        await page.waitForFunction(() => document.querySelector('audio')?.readyState >= 1);
        await page.locator('.items').getByRole('checkbox').first().click();
        await page.locator('.toast').first().waitFor();
        await check('a note');
        await page.getByRole('button', { name: 'Change the client' }).click();
        await page.locator('.pick').first().waitFor();
        await check('the choice of a client');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Delete…' }).click();
        await check('the question before deleting');
        await page.keyboard.press('Escape');
        await page.getByRole('link', { name: 'Workers' }).click();
        await page.locator('.card').first().waitFor();
        await page.locator('.stranger').first().waitFor();
        await page.getByRole('button', { name: 'Add a worker' }).click();
        await check('the workers');
        await page.getByRole('link', { name: 'Clients' }).click();
        await page.locator('.card').first().waitFor();
        await page.getByRole('button', { name: 'Upload CSV' }).click();
        await check('the clients');
        await context.close();
        assert.deepEqual(faults, []);
      });
    }
    it(`the phone page, ${colorScheme}`, async () => {
      const { page, context, faults } = await openPage(browser, stack.PHONE_URL, { viewport: SCREENS.phone, colorScheme, reducedMotion: 'reduce' });
      await page.getByLabel('Message', { exact: true }).waitFor();
      await page.getByRole('combobox', { name: 'Who is writing' }).selectOption({ label: 'Another number…' });
      await assertAccessible(page, 'the phone page');
      await assertFits(page, 'the phone page');
      await context.close();
      assert.deepEqual(faults, []);
    });
  }
});
