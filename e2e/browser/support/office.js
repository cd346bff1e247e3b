// What a person does in the office's page.

import { sample } from './files.js';
import { MICK, filed, officeUrl, putMedia, send, stack, unique } from './stack.js';

/** Signs in, with the admin key when there is no other, and chooses the sample company if there is a choice. */
export async function signIn(page, key = stack.DATA_API_KEY) {
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const notes = page.getByRole('search', { name: 'Notes' });
  const company = page.getByRole('button', { name: stack.COMPANY_ID });
  const named = page.getByLabel('Company id');
  await notes.or(company).or(named).first().waitFor();
  if (await company.isVisible()) await company.click();
  else if (await named.isVisible()) {
    await named.fill(stack.COMPANY_ID);
    await page.getByRole('button', { name: 'Open' }).click();
  }
  await notes.waitFor();
}

/** The page, signed in. `open` is what `inBrowser` gives. */
export async function openOffice(open, options) {
  const opened = await open(officeUrl, options);
  await signIn(opened.page);
  return opened;
}

/** Goes over to a company by its id, as the admin may, whether it has something filed or not. */
export async function openCompany(page, companyId) {
  await page.getByRole('combobox', { name: 'Company' }).selectOption({ label: 'Another company…' });
  await page.getByLabel('Company id').fill(companyId);
  await page.getByRole('button', { name: 'Open' }).click();
}

/** The row of a note in the list. */
export function rowOf(page, noteId) {
  return page.locator(`[data-note="${noteId}"] > a`);
}

/** Opens a note from the list. */
export async function openNote(page, noteId) {
  await rowOf(page, noteId).click();
  await page.locator('article.note:not([aria-busy])').waitFor();
}

/** A worker writes; waits until it is filed. @returns {Promise<string>} the note's id */
export async function filedText(words) {
  const sid = await send({ From: MICK, ProfileName: 'Mick', Body: words });
  await filed(sid);
  return sid;
}

/** A worker sends the sample voice note; waits until it is filed. @returns {Promise<string>} the note's id */
export async function filedRecording() {
  const url = await putMedia(`recording-${unique()}`, sample('voice-note-1.ogg'), 'audio/ogg');
  const sid = await send({ From: MICK, ProfileName: 'Mick', MediaUrl0: url, MediaContentType0: 'audio/ogg' });
  await filed(sid);
  return sid;
}
