// Keys: made, shown once, used, revoked.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { inBrowser } from '../support/browser.js';
import { openOffice, signIn } from '../support/office.js';
import { eventually, officeUrl, unique } from '../support/stack.js';

/** A key that was revoked is refused everywhere after this long. */
const REVOKED_MS = 61_000;

inBrowser('the keys', (open) => {
  it('are shown once, see their company alone, and end when they are revoked', async () => {
    const { page } = await openOffice(open, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('link', { name: 'Keys' }).click();
    const label = `Front desk ${unique()}`;
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('What it is for').fill(label);
    await page.getByLabel('Last day').fill('2026-01-01');
    await page.getByRole('button', { name: 'Make the key' }).click();
    assert.ok(await page.getByLabel('Last day').evaluate((element) => element.validity.rangeUnderflow), 'no day that is over');
    await page.getByLabel('Last day').fill('2099-12-31');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('heading', { name: `The key “${label}”` }).waitFor();
    await page.getByRole('button', { name: 'Copy' }).click();
    const secret = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(secret, /^[0-9a-f]{12}\.[0-9a-f]{64}$/);
    assert.equal(await page.getByRole('textbox', { name: 'Key' }).inputValue(), secret);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.reload();
    const card = page.locator('.card', { hasText: label });
    await card.getByText(/good until .* 2100/).waitFor();
    assert.ok(!(await page.locator('body').innerText()).includes(secret.split('.')[1]), 'the secret is shown no more');

    const { page: desk } = await open(officeUrl);
    await signIn(desk, secret);
    assert.equal(await desk.getByRole('link', { name: 'Keys' }).count(), 0);
    assert.equal(await desk.getByRole('combobox', { name: 'Company' }).count(), 0);

    await card.getByRole('button', { name: `Revoke: ${label}` }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await card.getByRole('button', { name: `Revoke: ${label}` }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await card.getByText('revoked', { exact: true }).waitFor();
    assert.equal(await card.getByRole('button').count(), 0);
    await desk.getByText('This key is not valid any more.').waitFor({ timeout: REVOKED_MS });
  });
});
