// What a person does in the office's page.

import { openPage } from './browser.js';
import { officeUrl, stack } from './stack.js';

/** Signs in with the admin key and chooses the sample company if there is a choice. */
export async function signIn(page) {
  await page.getByLabel('Key', { exact: true }).fill(stack.DATA_API_KEY);
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

/** The page, signed in. */
export async function openOffice(browser, options) {
  const opened = await openPage(browser, officeUrl, options);
  await signIn(opened.page);
  return opened;
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
