// Takes the documentation's pictures of a running stack: `node screenshots.js FOLDER`.

import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { SCREENS, launch, openPage } from './support/browser.js';
import { sample } from './support/files.js';
import { openNote, openOffice, rowOf } from './support/office.js';
import { eventually, filed, messagesTo, putMedia, send, stack } from './support/stack.js';

/** Largest picture, bytes: they are in the repository. */
const LARGEST = 150_000;

/** A desk's screen, as large as fits. */
const DESK = { width: 1200, height: 720 };

const folder = resolve(process.argv[2] ?? '.');
mkdirSync(folder, { recursive: true });

async function say(from, name, words, media) {
  const parameters = { From: `whatsapp:${from}`, ProfileName: name, Body: words };
  if (media) {
    parameters.MediaUrl0 = await putMedia(`picture-${media.replaceAll('/', '-')}`, sample(media), media.endsWith('.ogg') ? 'audio/ogg' : 'image/jpeg');
  }
  const sid = await send(parameters);
  await filed(sid);
  return sid;
}

const [MICK, JOSIE, TOMASZ] = ['+61491570156', '+61491570157', '+61491570158'];
await say(TOMASZ, 'Tomasz', sample('text-message.txt').toString().trim());
await say(JOSIE, 'Josie', '', 'voice-note-2.ogg');
await say(MICK, 'Mick', 'Dr Okonkwo, the cistern is cracked right through. Order a new one today.', 'media/picture.jpg');
const shown = await say(MICK, 'Mick', '', 'voice-note-1.ogg');
await eventually('the replies', async () => (await messagesTo(MICK)).length >= 2);

const browser = await launch();

async function picture(page, name) {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  const { size } = statSync(path);
  if (size > LARGEST) throw new Error(`${name}.png has ${size} bytes; ${LARGEST} are the most`);
}

async function office(name, options) {
  const { page, context } = await openOffice((url, more) => openPage(browser, url, more), options);
  await rowOf(page, shown).waitFor();
  if (options.viewport === SCREENS.phone) await picture(page, `${name}-list`);
  await openNote(page, shown);
  await page.waitForFunction(() => document.querySelector('audio')?.readyState >= 1);
  await picture(page, name);
  await context.close();
}

await office('office-desktop', { viewport: DESK });
await office('office-desktop-dark', { viewport: DESK, colorScheme: 'dark' });
await office('office-phone', { viewport: SCREENS.phone });

const { page } = await openPage(browser, stack.PHONE_URL, { viewport: { width: 420, height: 740 } });
await page.getByRole('combobox', { name: 'Who is writing' }).selectOption('whatsapp:+61491570158');
await page.getByLabel('Message', { exact: true }).fill('At Kowalczyk’s Bakery, replace the flexi hose on Monday');
await page.keyboard.press('Enter');
await eventually('the reply', async () => (await page.locator('.bubble:not(.mine)').count()) > 1);
await picture(page, 'phone-page');
await browser.close();
