// The list of notes: it follows what happens, filters, searches, exports.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

import { inBrowser } from '../support/browser.js';
import { sample } from '../support/files.js';
import { filedText, openOffice, rowOf } from '../support/office.js';
import { MICK, eventually, putMedia, send, unique } from '../support/stack.js';

inBrowser('the list of notes', (open) => {
  it('shows a note soon after a worker sent it, without loading the page again', async () => {
    const { page } = await openOffice(open);
    const url = await putMedia(`note-${unique()}`, sample('voice-note-1.ogg'), 'audio/ogg');
    const sid = await send({ From: MICK, ProfileName: 'Mick', MediaUrl0: url, MediaContentType0: 'audio/ogg' });
    await rowOf(page, sid).waitFor();
    const row = await rowOf(page, sid).innerText();
    assert.match(row, /Papadopoulos/);
    assert.match(row, /Mick/);
    assert.match(row, /Job/);
  });

  it('filters, and keeps the filter in the address', async () => {
    const word = unique();
    const sid = await filedText(`Note that the gate code at Kowalczyk's Bakery is ${word}.`);
    const { page } = await openOffice(open);
    await rowOf(page, sid).waitFor();
    await page.getByRole('button', { name: /Filter/ }).click();
    await page.locator('.filter-panel').getByLabel('Client').selectOption({ label: 'Dr Amara Okonkwo' });
    await rowOf(page, sid).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('search', { name: 'Notes' }).waitFor();
    assert.match(page.url(), /client=/);
    await page.getByRole('button', { name: /Filter/ }).click();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await rowOf(page, sid).waitFor();
  });

  it('finds words in all notes, and says how far it looked', async () => {
    const word = `zz${unique()}`;
    const text = `${'Nothing much happened today on this side of town. '.repeat(4)} The alarm code is ${word}.`;
    const sid = await filedText(text);
    const { page } = await openOffice(open);
    await rowOf(page, sid).waitFor();
    await page.getByRole('searchbox', { name: 'Search notes' }).fill(word);
    await page.getByText(/Looked through the titles of/).waitFor();
    await page.getByRole('button', { name: 'Search all notes' }).click();
    await page.getByText(/^Looked through [\d,]+ notes/).waitFor();
    await rowOf(page, sid).waitFor();
  });

  it('exports the notes of some days as a table and as JSON lines', async () => {
    const word = unique();
    const sid = await filedText(`=HYPERLINK("javascript:x") Note that the gate code is ${word}.`);
    const { page } = await openOffice(open);
    await page.getByRole('button', { name: 'Export notes' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export notes' });
    const exported = async (format) => {
      await dialog.getByLabel('Format').selectOption(format);
      const download = page.waitForEvent('download');
      await dialog.getByRole('button', { name: 'Export' }).click();
      return readFileSync(await (await download).path(), 'utf8');
    };
    const table = await exported('csv');
    assert.ok(table.startsWith('\ufeff'), 'a spreadsheet sees that it is UTF-8');
    assert.ok(table.includes(word));
    assert.doesNotMatch(table, /(^|,)"?=HYPERLINK/m);
    const lines = (await exported('jsonl')).trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.ok(lines.find((note) => note.note_id === sid).text.includes(word));

    await dialog.getByLabel('From').fill('2026-01-02');
    await dialog.getByLabel('To').fill('2026-01-01');
    await dialog.getByRole('button', { name: 'Export' }).click();
    await dialog.getByRole('alert').getByText('The time range ends before it starts.').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Export notes');
  });

  it('works with the keyboard alone', async () => {
    const sid = await filedText(`Check the backflow at Kowalczyk's Bakery on Tuesday. ${unique()}`);
    const { page } = await openOffice(open);
    await page.reload();
    await rowOf(page, sid).waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((id) => document.activeElement.closest('[data-note]')?.dataset.note === id, sid)) break;
    }
    await page.keyboard.press('Enter');
    await page.locator('article.note:not([aria-busy])').waitFor();
    await eventually('the heading to have the focus', () => page.evaluate(() => document.activeElement.tagName === 'H2'));
    await page.goBack();
    await eventually('the row to have the focus again', () => page.evaluate((id) => document.activeElement.closest('[data-note]')?.dataset.note === id, sid));
  });

  it('says that it is offline, and goes on by itself', async () => {
    const { page, context } = await openOffice(open);
    await context.setOffline(true);
    await page.getByText('There is no network just now.').waitFor();
    await context.setOffline(false);
    await page.getByText('There is no network just now.').waitFor({ state: 'hidden' });
  });

  it('asks seldom while nobody touches the page, and not at all while nobody sees it', async () => {
    const { page } = await openOffice(open);
    await page.clock.install();
    const begin = () => page.evaluate(async () => {
      const { Live } = await import(new URL('assets/app/live.js', document.baseURI));
      window.asked ??= 0;
      window.live?.stop();
      window.live = new Live(async () => { window.asked += 1; }).start();
    });
    await begin();
    const during = async (minutes, first = () => {}) => {
      const before = await page.evaluate(() => window.asked);
      await first();
      await page.clock.runFor(minutes * 60_000);
      return (await page.evaluate(() => window.asked)) - before;
    };
    const see = (state) => page.evaluate((visibility) => {
      Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
    assert.equal(await during(4), 30, 'every 8 seconds');
    await during(6);
    assert.ok(Math.abs((await during(50)) - 94) <= 1, 'every 32 seconds once it is left alone');
    assert.equal(await during(1, () => page.mouse.move(10, 10)), 8, 'at once, and every 8 seconds again, when somebody comes back');
    assert.equal(await during(60, () => see('hidden')), 0);
    assert.equal(await during(60, begin), 0, 'nor when it was opened without being looked at');
    assert.ok((await during(1, () => see('visible'))) >= 2, 'at once, and then as before');
  });
});
