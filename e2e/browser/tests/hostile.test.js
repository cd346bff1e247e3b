// What a worker says is text, whatever it looks like.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';

import { launch } from '../support/browser.js';
import { openNote, openOffice, rowOf } from '../support/office.js';
import { filed, send, unique } from '../support/stack.js';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

it('a transcript with markup and script addresses does nothing', async () => {
  const hostile = [
    '<script>window.pwned = 1</script>',
    '<img src=x onerror="window.pwned = 2">',
    '<svg onload="window.pwned = 3">',
    '[press here](javascript:window.pwned=4)',
    'javascript:window.pwned=5',
    '<iframe srcdoc="<script>parent.pwned=6</script>"></iframe>',
    '{{constructor.constructor("window.pwned=7")()}}',
    unique(),
  ].join(' ');
  const sid = await send({
    From: 'whatsapp:+61491570156', ProfileName: '<b onclick="pwned=8">Mick</b>', Body: hostile,
    Latitude: '-37.7', Longitude: '144.9', Address: 'javascript:window.pwned=9', Label: '<i>here</i>',
  });
  await filed(sid);
  const { page, context, faults } = await openOffice(browser);
  await rowOf(page, sid).waitFor();
  await openNote(page, sid);
  const said = page.locator('blockquote');
  assert.equal(await said.textContent(), hostile, 'shown to the letter');
  assert.equal(await page.locator('#app script, #app iframe, #app svg[onload], #app [onerror], #app [onclick]').count(), 0);
  const addresses = await page.evaluate(() => [...document.querySelectorAll('[href], [src]')].map((element) => element.getAttribute('href') ?? element.getAttribute('src')));
  assert.deepEqual(addresses.filter((address) => /^\s*(javascript|data|vbscript):/i.test(address)), []);
  for (const link of await page.locator('.note a').all()) assert.doesNotMatch((await link.getAttribute('href')) ?? '', /pwned/);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  await context.close();
  assert.deepEqual(faults, []);
});

it('an address only becomes a link when it leads to the web', async () => {
  const { page, context, faults } = await openOffice(browser);
  const kept = await page.evaluate(async () => {
    const { h } = await import(new URL('assets/app/dom.js', document.baseURI));
    const given = ['https://example.com/', 'http://127.0.0.1/', '#/notes', 'docs', 'javascript:alert(1)', ' javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'blob:x', 'vbscript:x', 'file:///etc/passwd', ''];
    return given.filter((address) => h('a', { href: address }).hasAttribute('href'));
  });
  assert.deepEqual(kept, ['https://example.com/', 'http://127.0.0.1/', '#/notes', 'docs']);
  await context.close();
  assert.deepEqual(faults, []);
});
