// Signing in and out, and which company it is about.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { inBrowser } from '../support/browser.js';
import { openCompany, openOffice, signIn } from '../support/office.js';
import { officeUrl, stack, unique } from '../support/stack.js';

inBrowser('a session', (open) => {
  it('refuses a wrong key, and forgets the right one when somebody signs out', async () => {
    const { page, context } = await open(officeUrl);
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

  it('lets the admin name a company that has nothing filed yet', async () => {
    const { page } = await openOffice(open);
    const company = page.getByRole('combobox', { name: 'Company' });
    await openCompany(page, 'not a company');
    assert.ok(await page.getByLabel('Company id').isVisible(), 'what is no company id is not opened');
    const fresh = `fresh-${unique()}`;
    await page.reload();
    await openCompany(page, fresh);
    await page.getByText('Nothing has been filed yet.').waitFor();
    assert.equal(await company.inputValue(), fresh);
    await page.getByRole('link', { name: 'See who may send' }).click();
    await page.getByText('Nobody may send yet.').waitFor();
    await page.getByRole('link', { name: 'Clients' }).click();
    await page.getByText('There are no clients yet.').waitFor();
    await company.selectOption(stack.COMPANY_ID);
    await page.locator('.card').first().waitFor();
  });
});
