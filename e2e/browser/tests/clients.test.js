// The client list: corrected, uploaded, downloaded. In a company of its own, because it is replaced as a whole.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

import { inBrowser } from '../support/browser.js';
import { openCompany, openOffice } from '../support/office.js';
import { api, unique } from '../support/stack.js';

inBrowser('the clients', (open) => {
  async function openClients() {
    const company = `clients-${unique()}`;
    const { page } = await openOffice(open);
    await openCompany(page, company);
    await page.getByRole('link', { name: 'Clients' }).click();
    await page.getByText('There are no clients yet.').waitFor();
    return { page, kept: () => api('GET', 'clients', { query: { company_id: company } }), put: (clients, etag) => api('PUT', 'clients', { query: { company_id: company }, json: { clients }, headers: { 'if-match': etag } }) };
  }

  async function add(page, name, aliases) {
    await page.getByRole('button', { name: 'Add a client' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Also known as').fill(aliases);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
  }

  const upload = async (page, table) => {
    await page.getByLabel('CSV file').setInputFiles({ name: 'clients.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    await page.getByRole('button', { name: 'Replace the list' }).click();
  };

  it('begins a list, and names the row of a file that cannot be used', async () => {
    const { page, kept } = await openClients();
    await add(page, 'Café Brunetta', 'the café\nBrunetta’s');
    await page.getByText('Café Brunetta is listened for now.').first().waitFor();
    await add(page, 'Moss & Daughters', '');
    await page.getByText('2 clients').waitFor();
    await page.getByRole('searchbox', { name: 'Search clients' }).fill('cafe');
    await page.getByText('1 client', { exact: true }).waitFor();
    await page.getByText('Also: the café, Brunetta’s').waitFor();

    await page.getByRole('button', { name: 'Upload CSV' }).click();
    await upload(page, 'client_id,name\ncl_900,Somebody\ncl_901,\n');
    await page.locator('.failures').getByText('Row 3, column name').waitFor();
    const before = (await kept()).data.clients.map(({ name }) => name);
    assert.deepEqual(before, ['Café Brunetta', 'Moss & Daughters'], 'nothing was replaced');

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    const table = readFileSync(await (await download).path());
    await upload(page, `${table}cl_900,"Ng, Wei"\n`);
    await page.getByText('The list has 3 clients now.').first().waitFor();
    assert.deepEqual((await kept()).data.clients.map(({ name }) => name), [...before, 'Ng, Wei']);
  });

  it('does not undo what somebody else changed meanwhile', async () => {
    const { page, kept, put } = await openClients();
    await add(page, 'Café Brunetta', '');
    await page.getByText('1 client', { exact: true }).waitFor();
    const { data, etag } = await kept();
    await page.getByRole('button', { name: 'Change: Café Brunetta' }).click();
    await put([...data.clients, { name: 'Theirs' }], etag);
    await page.getByLabel('Telephone').fill('0491 570 006');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Someone else changed the client list in the meantime').waitFor();
    await page.locator('.card', { hasText: 'Theirs' }).waitFor();
    assert.deepEqual((await kept()).data.clients.map(({ name, phone_number: phone }) => [name, phone ?? null]), [['Café Brunetta', null], ['Theirs', null]]);
  });
});
