// The phone page: what a developer types, says and attaches goes through the whole stack, and the reply comes back.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { SCREENS, inBrowser } from '../support/browser.js';
import { sample } from '../support/files.js';
import { api, eventually, filed, messagesTo, stack, unique } from '../support/stack.js';

/** The other tests are Mick: whoever else writes meanwhile must not be answered here. */
const JOSIE = '+61491570157';

inBrowser('the phone page', (open) => {
  const sent = (page) => page.locator('.bubble.mine').last();
  const received = (page) => page.locator('.bubble:not(.mine)');

  /** Waits for a reply beyond those there were. */
  const replied = (page, before) => eventually('the reply', async () => (await received(page).count()) > before);

  async function openPhone() {
    const { page } = await open(stack.PHONE_URL, { viewport: SCREENS.phone });
    const choice = page.getByRole('combobox', { name: 'Who is writing' });
    await choice.getByRole('option', { name: JOSIE }).waitFor({ state: 'attached' });
    await choice.selectOption(`whatsapp:${JOSIE}`);
    return page;
  }

  it('sends a text, shows the reply and quotes it', async () => {
    const page = await openPhone();
    const before = (await messagesTo(JOSIE)).length;
    await page.getByLabel('Message', { exact: true }).fill(`Order a mixer tap for Mrs Papadopoulos by Friday. ${unique()}`);
    await page.keyboard.press('Enter');
    await sent(page).getByText('✓ taken').waitFor();
    await replied(page, before);
    const reply = received(page).last();
    assert.match(await reply.innerText(), /Papadopoulos/);
    await reply.getByRole('button', { name: 'Reply' }).click();
    await page.getByLabel('Message', { exact: true }).fill('Thanks!');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await sent(page).getByText('✓ taken').waitFor();
    assert.match(await sent(page).locator('.quoted').innerText(), /Papadopoulos/);
  });

  it('records a voice note as Ogg/Opus that the pipeline takes, with the words that were given', async () => {
    const page = await openPhone();
    const word = unique();
    let recording;
    page.on('request', (request) => {
      if (request.url().includes('/_control/media/')) recording = request.postDataBuffer();
    });
    const before = (await messagesTo(JOSIE)).length;
    await page.getByRole('button', { name: 'Record a voice note' }).click();
    await page.getByRole('button', { name: 'Stop recording' }).waitFor();
    const started = Date.now();
    await eventually('a second and a half of beeps', () => Date.now() - started > 1500);
    await page.getByRole('button', { name: 'Stop recording' }).click();
    await page.getByLabel('What I said').fill(`At Kowalczyk's Bakery, order a new cistern ${word} tomorrow.`);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await sent(page).getByText('✓ taken').waitFor();
    await replied(page, before);

    assert.equal(recording.subarray(0, 4).toString('latin1'), 'OggS');
    const heard = await page.evaluate(async (bytes) => {
      const context = new OfflineAudioContext(1, 48_000, 48_000);
      const decoded = await context.decodeAudioData(new Uint8Array(bytes).buffer);
      return { seconds: decoded.duration, loudest: Math.max(...decoded.getChannelData(0)) };
    }, [...recording]);
    assert.ok(heard.seconds > 1 && heard.seconds < 6, `${heard.seconds} s`);
    assert.ok(heard.loudest > 0.01, 'the beeps are in it');

    const row = await eventually('the note', async () => {
      const { data } = await api('GET', 'notes', { query: { limit: '5' } });
      for (const candidate of data.notes) {
        const { data: note } = await api('GET', `notes/${candidate.note_id}`);
        if (note.text.includes(word)) return note;
      }
      return null;
    });
    const attachment = row.attachments.find((one) => one.kind === 'audio');
    assert.equal(attachment.content_type.split(';')[0], 'audio/ogg');
    assert.ok(Math.abs(attachment.duration_s - heard.seconds) < 0.2, `${attachment.duration_s} s and ${heard.seconds} s`);
  });

  it('attaches a picture with a caption', async () => {
    const page = await openPhone();
    const caption = `The leak at Mrs Papadopoulos, fix it on Monday. ${unique()}`;
    await page.locator('#file').setInputFiles({ name: 'leak.jpg', mimeType: 'image/jpeg', buffer: sample('media/picture.jpg') });
    await page.locator('.draft img').waitFor();
    await page.getByLabel('Message', { exact: true }).fill(caption);
    const answer = page.waitForResponse((response) => response.url().endsWith('/_control/inbound'));
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    const { sid } = await (await answer).json();
    await sent(page).locator('img').waitFor();
    const row = await filed(sid);
    assert.equal(row.media.image, 1);
  });

  it('wants a number before it sends as somebody else', async () => {
    const page = await openPhone();
    await page.getByRole('combobox', { name: 'Who is writing' }).selectOption({ label: 'Another number…' });
    await page.getByLabel('Message', { exact: true }).fill('Hello');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('alert').getByText('Type the number first').waitFor();
  });
});
