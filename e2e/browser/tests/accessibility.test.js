// Nobody is kept out: on every screen, in light and dark, at a desk and on a phone, down to the narrowest one.

import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { assertAccessible, assertFits, assertTouchable } from '../support/accessibility.js';
import { SCREENS, inBrowser } from '../support/browser.js';
import { filedRecording, filedText, openNote, rowOf, signIn } from '../support/office.js';
import { api, eventually, freshNumber, messagesTo, officeUrl, send, stack, unique } from '../support/stack.js';

/** Nothing may have to be scrolled sideways down to this width, CSS pixels (WCAG 2.2, reflow). */
const NARROWEST = { width: 320, height: 640 };

/** Checks what a page shows now in light and dark, at a desk, on a phone and on the narrowest screen, then at the desk again. */
async function everyLook(page, what) {
  for (const colorScheme of ['light', 'dark']) {
    for (const [name, viewport] of Object.entries(SCREENS)) {
      const where = `${what}, ${colorScheme}, ${name}`;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await assertAccessible(page, where);
      await assertFits(page, where);
      if (viewport === SCREENS.phone) await assertTouchable(page, where);
    }
  }
  await page.setViewportSize(NARROWEST);
  await assertFits(page, `${what}, on the narrowest screen`);
  await page.setViewportSize(SCREENS.desktop);
}

/** Every screen and dialog of the office's page, one after the other: `check` is called with the name of each. */
async function everyScreen(page, sid, check) {
  await page.getByLabel('Key', { exact: true }).waitFor();
  await check('signing in');
  await signIn(page);
  await rowOf(page, sid).waitFor();
  await page.getByRole('button', { name: /Filter/ }).click();
  await check('the list');
  await page.getByRole('button', { name: 'Export notes' }).click();
  await check('the export');
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: 'Search notes' }).fill('nothing has this word');
  await page.getByText('Nothing that is loaded has these words.').waitFor();
  await check('an empty list');
  await page.getByRole('searchbox', { name: 'Search notes' }).fill('');
  await openNote(page, sid);
  await page.waitForFunction(() => document.querySelector('audio')?.readyState >= 1);
  await page.locator('.items').getByRole('checkbox').first().click();
  await page.locator('.toast').first().waitFor();
  await check('a note');
  await page.getByRole('button', { name: 'Change the texts' }).click();
  await page.getByRole('button', { name: 'Add an item' }).click();
  await check('a note that is changed');
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
  await page.getByLabel('CSV file').setInputFiles({ name: 'clients.csv', mimeType: 'text/csv', buffer: Buffer.from('client_id,name\ncl_900,Somebody\ncl_901,\n') });
  await page.getByRole('button', { name: 'Replace the list' }).click();
  await page.locator('form .failure').waitFor();
  await check('the clients');
  await page.getByRole('link', { name: 'Keys' }).click();
  await page.locator('.card').first().waitFor();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await check('the keys');
  await page.getByRole('combobox', { name: 'Company' }).selectOption({ label: 'Another company…' });
  await page.getByLabel('Company id').waitFor();
  await check('the choice of a company');
}

inBrowser('accessibility', (open) => {
  let sid;

  before(async () => {
    const stranger = freshNumber();
    await send({ From: `whatsapp:${stranger}`, ProfileName: 'Somebody', Body: 'Is this the right number?' });
    await api('POST', 'keys', { json: { label: `Accessibility-${'long'.repeat(15)}-${unique()}`, companies: [stack.COMPANY_ID] } });
    sid = await filedRecording();
    await eventually('the stranger to be told', async () => (await messagesTo(stranger)).length > 0);
  });

  it('the office is for everybody', async () => {
    const long = await filedText(`Order a ${'screwdriver'.repeat(9)} for Mrs Papadopoulos tomorrow.`);
    const { page } = await open(officeUrl);
    const check = (what) => everyLook(page, what);
    await everyScreen(page, sid, check);
    await page.getByRole('button', { name: stack.COMPANY_ID }).click();
    await page.getByRole('link', { name: 'Notes', exact: true }).click();
    await openNote(page, long);
    await page.locator('.reply').waitFor();
    await check('a note with a long word');
  });

  it('the phone page is for everybody', async () => {
    const { page } = await open(stack.PHONE_URL);
    await page.getByLabel('Message', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Who is writing' }).selectOption({ label: 'Another number…' });
    await everyLook(page, 'the phone page');
  });

  it('nothing moves when somebody asked for that', async () => {
    const { page } = await open(officeUrl, { reducedMotion: 'reduce' });
    await signIn(page);
    await openNote(page, sid);
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });
});
