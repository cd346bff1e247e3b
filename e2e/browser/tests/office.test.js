// The office's page, against the whole stack.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';

import { launch, openPage } from '../support/browser.js';
import { openNote, openOffice, rowOf, signIn } from '../support/office.js';
import { sample } from '../support/files.js';
import { PATIENCE_MS, api, eventually, filed, freshNumber, messagesTo, officeUrl, putMedia, send, stack, unique } from '../support/stack.js';

const MICK = 'whatsapp:+61491570156';

/** A worker who was just added is known everywhere after this long. */
const KNOWN_MS = 61_000;

describe('the office', () => {
  let browser;
  let open;

  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());
  afterEach(async () => {
    const { faults, context } = open;
    await context.close();
    assert.deepEqual(faults, []);
  });

  it('refuses a wrong key, and forgets the right one when somebody signs out', async () => {
    open = await openPage(browser, officeUrl);
    const { page, context } = open;
    await page.getByLabel('Key', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This key is not valid.').waitFor();
    await signIn(page);
    assert.equal(await page.evaluate(() => localStorage.length), 0, 'kept for this tab alone');

    await page.reload();
    await page.getByRole('search', { name: 'Notes' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key', { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
    await page.reload();
    await page.getByLabel('Key', { exact: true }).waitFor();

    await page.getByLabel('Stay signed in on this device').check();
    await signIn(page);
    const other = await context.newPage();
    await other.goto(officeUrl);
    await other.getByRole('search', { name: 'Notes' }).waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You signed out in another tab.').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
  });

  it('shows a note soon after a worker sent it, without loading the page again', async () => {
    open = await openOffice(browser);
    const url = await putMedia(`note-${unique()}`, sample('voice-note-1.ogg'), 'audio/ogg');
    const sid = await send({ From: MICK, ProfileName: 'Mick', MediaUrl0: url, MediaContentType0: 'audio/ogg' });
    await rowOf(open.page, sid).waitFor();
    const row = await rowOf(open.page, sid).innerText();
    assert.match(row, /Papadopoulos/);
    assert.match(row, /Mick/);
    assert.match(row, /Job/);
  });

  it('plays the recording and seeks in it', async () => {
    const url = await putMedia(`play-${unique()}`, sample('voice-note-1.ogg'), 'audio/ogg');
    const sid = await send({ From: MICK, MediaUrl0: url, MediaContentType0: 'audio/ogg' });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
    await openNote(page, sid);
    const audio = page.locator('audio');
    await page.waitForFunction(() => document.querySelector('audio')?.readyState >= 1);
    assert.ok((await audio.evaluate((element) => element.duration)) > 5);
    await audio.evaluate((element) => {
      element.muted = true;
      return element.play();
    });
    await page.waitForFunction(() => document.querySelector('audio').currentTime > 0.2);
    await audio.evaluate((element) => {
      element.currentTime = 6;
    });
    await page.waitForFunction(() => {
      const element = document.querySelector('audio');
      return !element.seeking && element.currentTime >= 6 && element.readyState >= 2;
    });
    assert.match(await page.locator('blockquote').innerText(), /order a new mixer tap for the kitchen\. Call her on Friday/);
  });

  it('fetches a new address when the one of a recording has run out', async () => {
    const url = await putMedia(`renew-${unique()}`, sample('voice-note-1.ogg'), 'audio/ogg');
    const sid = await send({ From: MICK, MediaUrl0: url, MediaContentType0: 'audio/ogg' });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
    let refused = 0;
    await page.route(/_audio\.ogg\?/, async (route) => {
      refused += 1;
      if (refused === 1) await route.fulfill({ status: 403, body: 'Request has expired' });
      else await route.continue();
    });
    await openNote(page, sid);
    await page.waitForFunction(() => document.querySelector('audio')?.readyState >= 1);
    assert.ok(refused >= 2);
  });

  it('ticks an item without stopping the recording, and says so in the history', async () => {
    const url = await putMedia(`tick-${unique()}`, sample('voice-note-1.ogg'), 'audio/ogg');
    const sid = await send({ From: MICK, MediaUrl0: url, MediaContentType0: 'audio/ogg' });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
    await openNote(page, sid);
    await page.locator('audio').evaluate((element) => { element.dataset.same = 'yes'; });
    const box = page.locator('.items').getByRole('checkbox').first();
    await box.focus();
    await page.keyboard.press('Space');
    await page.getByText(/^Ticked: /).first().waitFor();
    assert.ok(await box.isChecked());
    assert.ok(await box.evaluate((element) => element === document.activeElement), 'the focus stays');
    assert.equal(await page.locator('audio').getAttribute('data-same'), 'yes', 'the player is the same');
    const { data } = await api('GET', `notes/${sid}`);
    assert.equal(data.action_items[0].done, true);
    await page.getByText('Changed 1 time', { exact: true }).click();
    await page.locator('.history').getByText(/Ticked “/).waitFor();
  });

  it('corrects the client and the kind', async () => {
    const sid = await send({ From: MICK, Body: `Order a flexi hose for Mrs Papadopoulos tomorrow. ${unique()}` });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
    await openNote(page, sid);
    await page.getByRole('button', { name: 'Change the client' }).click();
    const dialog = page.getByRole('dialog', { name: 'Which client is it?' });
    await dialog.getByRole('searchbox').fill('okonkwo');
    await dialog.getByRole('button', { name: /Dr Amara Okonkwo/ }).click();
    await page.getByText('Client changed to Dr Amara Okonkwo.').first().waitFor();
    await page.getByText('set by the office').waitFor();
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('other');
    await page.getByText('Kind changed to Other.').first().waitFor();
    const { data } = await api('GET', `notes/${sid}`);
    assert.equal(data.intent, 'other');
    assert.deepEqual(data.clients.map((client) => [client.name, client.by]), [['Dr Amara Okonkwo', 'office']]);
    await eventually('the row to follow', async () => /Dr Amara Okonkwo/.test(await rowOf(page, sid).innerText()));
  });

  it('deletes a note when that was confirmed', async () => {
    const sid = await send({ From: MICK, Body: `Call Mrs Papadopoulos on Thursday. ${unique()}` });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
    await openNote(page, sid);
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('The note is deleted.').first().waitFor();
    await rowOf(page, sid).waitFor({ state: 'detached' });
    await assert.rejects(api('GET', `notes/${sid}`), /404/);
  });

  it('tells when somebody else was faster, and shows the note as it is', async () => {
    const sid = await send({ From: MICK, Body: `Call Mrs Papadopoulos on Friday. ${unique()}` });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
    await openNote(page, sid);
    const { etag } = await api('GET', `notes/${sid}`);
    await api('PATCH', `notes/${sid}`, { json: { job: 'Changed by another hand' }, headers: { 'if-match': etag } });
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('other');
    await page.getByText('Someone else changed this note in the meantime').waitFor();
    await page.getByRole('heading', { name: 'Changed by another hand' }).waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Kind' }).inputValue(), (await api('GET', `notes/${sid}`)).data.intent);
  });

  it('shows the reply that was sent, how far it got and what it cost', async () => {
    const sid = await send({ From: MICK, Body: `Fix the cistern at Mrs Papadopoulos on Monday. ${unique()}` });
    await filed(sid);
    await eventually('the reply', async () => (await messagesTo(MICK)).length > 0);
    await eventually('the outcome', async () => {
      try {
        return (await api('GET', `messages/${sid}/outcome`)).data;
      } catch {
        return null;
      }
    });
    open = await openOffice(browser);
    const { page } = open;
    await openNote(page, sid);
    await page.locator('.reply .bubble').waitFor();
    await page.getByText(/About US\$/).waitFor();
  });

  it('adds a worker and files the message that came before', async () => {
    const number = freshNumber();
    const called = `Rob ${unique()}`;
    const sid = await send({ From: `whatsapp:${number}`, ProfileName: called, Body: 'Replace the tempering valve at Kowalczyk\'s Bakery tomorrow.' });
    await eventually('the stranger to be told', async () => (await messagesTo(number)).length > 0);
    open = await openOffice(browser);
    const { page } = open;
    await page.getByRole('link', { name: 'Workers' }).click();
    const stranger = page.locator('.stranger', { hasText: called });
    await stranger.getByRole('button', { name: 'Add as worker' }).click();
    await page.getByLabel('Role').fill('apprentice');
    await page.getByLabel('WhatsApp number').fill('12');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('A number has a + and the country code').waitFor();
    await page.getByLabel('WhatsApp number').fill(number);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(`${called} can send now.`).first().waitFor();
    await stranger.getByRole('button', { name: 'File it' }).click();
    await page.getByText('It is being filed').first().waitFor();
    await page.getByRole('link', { name: 'Notes', exact: true }).click();
    await rowOf(page, sid).waitFor({ timeout: KNOWN_MS + PATIENCE_MS });
    assert.match(await rowOf(page, sid).innerText(), new RegExp(called));

    await page.getByRole('link', { name: 'Workers' }).click();
    await page.getByRole('button', { name: `Deactivate: ${called}` }).click();
    await page.getByRole('button', { name: `Let in again: ${called}` }).waitFor();
  });

  it('asks for the whole number of a worker whose number is a national one in the customer file', async () => {
    open = await openOffice(browser);
    const { page } = open;
    await page.getByRole('link', { name: 'Workers' }).click();
    await page.getByRole('button', { name: 'Deactivate: Tomasz Wieczorek' }).click();
    await page.getByText('A number has a + and the country code').waitFor();
    assert.equal(await page.getByLabel('WhatsApp number').inputValue(), '0491 570 158');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Deactivate: Tomasz Wieczorek' }).waitFor();
  });

  it('corrects the client list, and names the row of a file that cannot be used', async () => {
    open = await openOffice(browser);
    const { page } = open;
    await page.getByRole('link', { name: 'Clients' }).click();
    const name = `Café Brunetta ${unique()}`;
    await page.getByRole('button', { name: 'Add a client' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Also known as').fill('the café');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('is listened for now').first().waitFor();
    await page.getByRole('searchbox', { name: 'Search clients' }).fill(name);
    await page.getByText('Also: the café').waitFor();
    const before = (await api('GET', 'clients')).data.clients.length;

    await page.getByRole('button', { name: 'Upload CSV' }).click();
    await page.getByLabel('CSV file').setInputFiles({ name: 'clients.csv', mimeType: 'text/csv', buffer: Buffer.from('client_id,name\ncl_900,Somebody\ncl_901,\n') });
    await page.getByRole('button', { name: 'Replace the list' }).click();
    await page.locator('.failures').getByText('Row 3, column name').waitFor();
    assert.equal((await api('GET', 'clients')).data.clients.length, before, 'nothing was replaced');

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    const table = readFileSync(await (await download).path());
    assert.ok(table.toString().includes(name));
    await page.getByLabel('CSV file').setInputFiles({ name: 'clients.csv', mimeType: 'text/csv', buffer: table });
    await page.getByRole('button', { name: 'Replace the list' }).click();
    await page.getByText(`The list has ${before} clients now.`).first().waitFor();
  });

  it('filters, and keeps the filter in the address', async () => {
    const word = unique();
    const sid = await send({ From: MICK, Body: `Note that the gate code at Kowalczyk's Bakery is ${word}.` });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
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
    const sid = await send({ From: MICK, Body: text });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
    await rowOf(page, sid).waitFor();
    await page.getByRole('searchbox', { name: 'Search notes' }).fill(word);
    await page.getByText(/Looked through the titles of/).waitFor();
    await page.getByRole('button', { name: 'Search all notes' }).click();
    await page.getByText(/^Looked through [\d,]+ notes/).waitFor();
    await rowOf(page, sid).waitFor();
  });

  it('works with the keyboard alone', async () => {
    const sid = await send({ From: MICK, Body: `Check the backflow at Kowalczyk's Bakery on Tuesday. ${unique()}` });
    await filed(sid);
    open = await openOffice(browser);
    const { page } = open;
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
    open = await openOffice(browser);
    const { page, context } = open;
    await context.setOffline(true);
    await page.getByText('There is no network just now.').waitFor();
    await context.setOffline(false);
    await page.getByText('There is no network just now.').waitFor({ state: 'hidden' });
  });
});
