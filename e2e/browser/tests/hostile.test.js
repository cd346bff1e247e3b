// What people say and write is text, whatever it looks like: in every place of the page that shows it.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { inBrowser } from '../support/browser.js';
import { filedText, openNote, openOffice, rowOf } from '../support/office.js';
import { MICK, api, eventually, filed, freshNumber, messagesTo, send, stack, unique } from '../support/stack.js';

/** Markup and addresses that would set `pwned`, or ask another host, if anything of it were more than text. */
const HOSTILE = [
  '<script>window.pwned = 1</script>',
  '<img src=https://evil.example/x onerror="window.pwned = 2">',
  '<svg onload="window.pwned = 3">',
  '[press here](javascript:window.pwned=4)',
  'javascript:window.pwned=5',
  '<iframe srcdoc="<script>parent.pwned=6</script>"></iframe>',
  '{{constructor.constructor("window.pwned=7")()}}',
].join(' ');

/** As much of it as goes into a name. */
const HOSTILE_NAME = '<img src=https://evil.example/y onerror="pwned=8"> javascript:pwned=9';

/** Asserts that nothing of it ran or became anything but text; other hosts are a fault of the page already. */
async function assertText(page, what) {
  assert.equal(await page.evaluate(() => window.pwned), undefined, what);
  assert.equal(await page.locator('body :is(script, iframe, object, embed, svg[onload], [onerror], [onclick], [srcdoc])').count(), 0, what);
  const addresses = await page.evaluate(() => [...document.querySelectorAll('[href], [src]')].map((element) => element.getAttribute('href') ?? element.getAttribute('src')));
  assert.deepEqual(addresses.filter((address) => /^\s*(javascript|data|vbscript):|evil\.example/i.test(address)), [], what);
}

inBrowser('what looks like markup', (open) => {
  it('does nothing in a transcript, a profile name or a place', async () => {
    const said = `${HOSTILE} ${unique()}`;
    const sid = await send({
      From: MICK, ProfileName: HOSTILE_NAME, Body: said,
      Latitude: '-37.7', Longitude: '144.9', Address: 'javascript:window.pwned=10', Label: '<i>here</i>',
    });
    await filed(sid);
    const { page } = await openOffice(open);
    await rowOf(page, sid).waitFor();
    await assertText(page, 'the list');
    await openNote(page, sid);
    assert.equal(await page.locator('blockquote').textContent(), said, 'shown to the letter');
    await page.locator('.reply').first().waitFor();
    await assertText(page, 'the note');
  });

  it('does nothing in what the office wrote: texts, items, clients, aliases, workers, keys, files', async () => {
    const name = `${HOSTILE_NAME} ${unique()}`;
    const sid = await filedText(`Order a tap for Mrs Papadopoulos tomorrow. ${unique()}`);
    const number = freshNumber();
    await send({ From: `whatsapp:${number}`, ProfileName: HOSTILE_NAME, Body: 'Hello' });
    await eventually('the stranger to be told', async () => (await messagesTo(number)).length > 0);
    const { data: key } = await api('POST', 'keys', { json: { label: HOSTILE_NAME, companies: [stack.COMPANY_ID] } });
    const { data: worker } = await api('PUT', 'workers', { json: { name, phone_number: freshNumber(), role: HOSTILE_NAME } });
    const { page } = await openOffice(open);

    await openNote(page, sid);
    await page.getByRole('button', { name: 'Change the texts' }).click();
    await page.getByLabel('Job').fill(HOSTILE);
    await page.getByLabel('Summary').fill(HOSTILE);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Changed.', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Add an item' }).click();
    await page.locator('.items').getByLabel('What').fill(HOSTILE);
    await page.getByLabel('Who').fill(HOSTILE_NAME);
    await page.keyboard.press('Enter');
    await page.getByText('Added.', { exact: true }).first().waitFor();
    await page.getByText(/^Changed \d times$/).click();
    await assertText(page, 'the corrected note');
    await page.getByRole('searchbox', { name: 'Search notes' }).fill('<script>window.pwned');
    await page.getByRole('button', { name: 'Search all notes' }).click();
    await page.getByText(/^Looked through [\d,]+ notes/).waitFor();
    await rowOf(page, sid).waitFor();
    await assertText(page, 'what a search found');

    await page.getByRole('link', { name: 'Clients' }).click();
    await page.getByRole('button', { name: 'Add a client' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Also known as').fill(`${HOSTILE_NAME}\nanother ${HOSTILE_NAME}`);
    await page.getByLabel('Address').fill('javascript:pwned=11');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(`${name} is listened for now.`).first().waitFor();
    await page.getByRole('button', { name: `Change: ${name}` }).click();
    await assertText(page, 'the clients');
    await page.getByRole('button', { name: 'Upload CSV' }).click();
    const rows = [`${HOSTILE_NAME.replaceAll('"', '""')}`, ''].map((cell) => `"${cell}","${cell}"`);
    await page.getByLabel('CSV file').setInputFiles({ name: `${HOSTILE_NAME.replaceAll('/', '')}.csv`, mimeType: 'text/csv', buffer: Buffer.from(`client_id,name\n${rows.join('\n')}\n`) });
    await page.getByRole('button', { name: 'Replace the list' }).click();
    await page.locator('.failures').waitFor();
    await assertText(page, 'the faults of a file');

    await page.getByRole('link', { name: 'Workers' }).click();
    await page.getByRole('button', { name: `Change: ${name}` }).click();
    await page.locator('.stranger', { hasText: HOSTILE_NAME }).first().waitFor();
    await assertText(page, 'the workers');
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByRole('button', { name: `Revoke: ${HOSTILE_NAME}` }).first().click();
    await assertText(page, 'the keys');
    await api('DELETE', `keys/${key.key_id}`);
    await api('DELETE', 'workers', { query: { customer_id: worker.customer_id } });
  });

  it('becomes a link only when it leads to the web', async () => {
    const { page } = await openOffice(open);
    const kept = await page.evaluate(async () => {
      const { h } = await import(new URL('assets/app/dom.js', document.baseURI));
      const given = ['https://example.com/', 'http://127.0.0.1/', '#/notes', 'docs', 'javascript:alert(1)', ' javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'blob:x', 'vbscript:x', 'file:///etc/passwd', ''];
      return given.filter((address) => h('a', { href: address }).hasAttribute('href'));
    });
    assert.deepEqual(kept, ['https://example.com/', 'http://127.0.0.1/', '#/notes', 'docs']);
  });
});
