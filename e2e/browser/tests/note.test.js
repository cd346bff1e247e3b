// One note: heard, read, corrected, deleted.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { inBrowser } from '../support/browser.js';
import { filedRecording, filedText, openNote, openOffice, rowOf } from '../support/office.js';
import { MICK, api, disturb, eventually, messagesTo, send, unique } from '../support/stack.js';

inBrowser('a note', (open) => {
  it('plays the recording and seeks in it', async () => {
    const sid = await filedRecording();
    const { page } = await openOffice(open);
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
    const sid = await filedRecording();
    const { page } = await openOffice(open);
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
    const sid = await filedRecording();
    const { page } = await openOffice(open);
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

  it('adds an item with a day and a person, changes it, and removes it', async () => {
    const sid = await filedText(`Note that the meter at Kowalczyk's Bakery is behind the door. ${unique()}`);
    const { page } = await openOffice(open);
    await openNote(page, sid);
    const items = page.locator('.items');
    const before = (await api('GET', `notes/${sid}`)).data.action_items.length;
    await items.getByRole('button', { name: 'Add an item' }).click();
    await items.getByLabel('What').fill('Ring the meter reader');
    await items.getByLabel('Day').fill('2027-03-01');
    await items.getByLabel('Who').fill('Josie');
    await page.keyboard.press('Enter');
    await items.getByText('Ring the meter reader').waitFor();
    await items.getByText(/1 Mar.* for Josie · added by the office/).waitFor();

    await items.getByRole('button', { name: 'Change: Ring the meter reader' }).click();
    await items.getByLabel('What').fill('Nothing of this is kept');
    await page.keyboard.press('Escape');
    await items.getByText('Ring the meter reader').waitFor();
    await items.getByRole('button', { name: 'Change: Ring the meter reader' }).click();
    await items.getByLabel('Time').fill('09:30');
    await items.getByLabel('Who').fill('');
    await items.getByRole('button', { name: 'Save' }).click();
    await items.getByText('1 Mar 2027, 09:30').waitFor();
    const added = (await api('GET', `notes/${sid}`)).data.action_items.at(-1);
    assert.deepEqual(
      [added.text, added.due_date, added.due_time, added.assignee ?? null],
      ['Ring the meter reader', '2027-03-01', '09:30:00', null],
    );

    await items.getByRole('button', { name: 'Change: Ring the meter reader' }).click();
    await items.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Removed.', { exact: true }).first().waitFor();
    assert.equal((await api('GET', `notes/${sid}`)).data.action_items.length, before);
  });

  it('corrects the client and the kind', async () => {
    const sid = await filedText(`Order a flexi hose for Mrs Papadopoulos tomorrow. ${unique()}`);
    const { page } = await openOffice(open);
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

  it('corrects the texts, and sends only what was changed', async () => {
    const sid = await filedText(`Order a new cistern for Mrs Papadopoulos tomorrow. ${unique()}`);
    const { page } = await openOffice(open);
    await openNote(page, sid);
    const { data: before } = await api('GET', `notes/${sid}`);
    const sent = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') sent.push(request.postDataJSON());
    });
    const change = page.getByRole('button', { name: 'Change the texts' });
    await change.click();
    await page.getByRole('button', { name: 'Save' }).click();
    assert.ok(await change.evaluate((element) => element === document.activeElement), 'the focus is back');
    await change.click();
    await page.getByLabel('Job').fill('Replace the whole cistern');
    await page.getByLabel('Good to know').fill('The key is under the mat.\nBeware of the dog.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Replace the whole cistern' }).waitFor();
    await page.getByRole('region', { name: 'What was understood' }).getByText('Beware of the dog.').waitFor();
    assert.deepEqual(sent, [{ job: 'Replace the whole cistern', context: 'The key is under the mat.\nBeware of the dog.' }]);
    const { data: after } = await api('GET', `notes/${sid}`);
    assert.deepEqual([after.job, after.summary], ['Replace the whole cistern', before.summary]);
  });

  it('asks which client it is until the worker answers, and forgets the learned name again', async () => {
    const sid = await send({ From: MICK, Body: `I was at Steven Clark's place. I need to order a new cistern for him on Monday. ${unique()}` });
    await eventually('the question', async () => (await messagesTo(MICK)).some(({ body }) => /Stephen Clarke/.test(body)));
    const { page } = await openOffice(open);
    await openNote(page, sid);
    const banner = page.getByRole('region', { name: 'Needs review' });
    await banner.getByRole('button', { name: 'Stephen Clarke' }).waitFor();
    assert.match(await page.locator('.group.review').innerText(), /Which client\?/);
    const question = (await messagesTo(MICK)).findLast(({ body }) => /Stephen Clarke/.test(body));
    const number = question.body.split('\n').find((line) => line.endsWith('Stephen Clarke')).trim().split(/\s/)[0];
    await send({ From: MICK, Body: number, OriginalRepliedMessageSid: question.sid, OriginalRepliedMessageSender: question.from });
    await page.getByText('confirmed by the worker').waitFor();
    assert.equal(await banner.count(), 0);

    await page.getByRole('link', { name: 'Clients' }).click();
    const learned = page.getByRole('region', { name: 'Learned names' });
    await learned.getByRole('button', { name: /^Forget that .* is Stephen Clarke$/ }).click();
    await page.getByText(/is forgotten\./).first().waitFor();
    assert.deepEqual((await api('GET', 'clients')).data.learned, []);
  });

  it('deletes a note when that was confirmed', async () => {
    const sid = await filedText(`Call Mrs Papadopoulos on Thursday. ${unique()}`);
    const { page } = await openOffice(open);
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
    const sid = await filedText(`Call Mrs Papadopoulos on Friday. ${unique()}`);
    const { page } = await openOffice(open);
    await openNote(page, sid);
    const { etag } = await api('GET', `notes/${sid}`);
    await api('PATCH', `notes/${sid}`, { json: { job: 'Changed by another hand' }, headers: { 'if-match': etag } });
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('other');
    await page.getByText('Someone else changed this note in the meantime').waitFor();
    await page.getByRole('heading', { name: 'Changed by another hand' }).waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Kind' }).inputValue(), (await api('GET', `notes/${sid}`)).data.intent);
  });

  it('shows the reply that was sent, how far it got and what it cost', async () => {
    const sid = await filedText(`Fix the cistern at Mrs Papadopoulos on Monday. ${unique()}`);
    await eventually('the reply', async () => (await messagesTo(MICK)).length > 0);
    await eventually('the outcome', async () => {
      try {
        return (await api('GET', `messages/${sid}/outcome`)).data;
      } catch {
        return null;
      }
    });
    const { page } = await openOffice(open);
    await openNote(page, sid);
    await page.locator('.reply .bubble').waitFor();
    await page.getByText(/About US\$/).waitFor();
  });

  it('says why a reply did not arrive', async () => {
    // Replies to other tests' messages may take some of these; nobody looks at how far those got.
    await disturb({ on: 'twilio.callback', times: 5, code: 63016 });
    const sid = await filedText(`Fix the gutter at Mrs Papadopoulos on Monday. ${unique()}`);
    await eventually('the reply to be undelivered', async () => {
      const outcome = await api('GET', `messages/${sid}/outcome`).catch(() => null);
      return outcome?.data.replies?.[0]?.state === 'undelivered';
    });
    const { page } = await openOffice(open);
    await openNote(page, sid);
    await page.locator('.outcome').getByText(/not delivered · .* WhatsApp’s 24 hours/).waitFor();
  });
});
