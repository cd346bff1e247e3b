// The people who may send, and the messages of those who are not known.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { inBrowser } from '../support/browser.js';
import { openOffice, rowOf } from '../support/office.js';
import { PATIENCE_MS, eventually, freshNumber, messagesTo, send, unique } from '../support/stack.js';

/** A worker who was just added is known everywhere after this long. */
const KNOWN_MS = 61_000;

inBrowser('the workers', (open) => {
  it('adds a worker and files the message that came before', async () => {
    const number = freshNumber();
    const called = `Rob ${unique()}`;
    const sid = await send({ From: `whatsapp:${number}`, ProfileName: called, Body: 'Replace the tempering valve at Kowalczyk\'s Bakery tomorrow.' });
    await eventually('the stranger to be told', async () => (await messagesTo(number)).length > 0);
    const { page } = await openOffice(open);
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
    const { page } = await openOffice(open);
    await page.getByRole('link', { name: 'Workers' }).click();
    await page.getByRole('button', { name: 'Deactivate: Tomasz Wieczorek' }).click();
    await page.getByText('A number has a + and the country code').waitFor();
    assert.equal(await page.getByLabel('WhatsApp number').inputValue(), '0491 570 158');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Deactivate: Tomasz Wieczorek' }).waitFor();
  });
});
