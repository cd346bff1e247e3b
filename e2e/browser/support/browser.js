// A real Chromium, the system's own, and pages in it that report every fault.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, afterEach, before, describe } from 'node:test';

import { chromium } from 'playwright-core';

import { PATIENCE_MS } from './stack.js';

const PATHS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'];

/** Without these it looks for hosts of its maker at every start. */
const QUIET = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-gpu'];

/** A microphone that beeps, and may be used without asking. */
const MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

export async function launch() {
  const executablePath = PATHS.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('There is no Chromium: `apt-get install chromium`, or set CHROMIUM to its path.');
  const unconfined = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args: [...QUIET, ...MICROPHONE, ...unconfined] });
}

/** A desk and a phone. */
export const SCREENS = {
  desktop: { width: 1280, height: 860 },
  phone: { width: 360, height: 740 },
};

/**
 * A page of its own session. `faults` collects what must stay empty: exceptions, dialogs, violations of the page's
 * policy, requests to anyone but this machine.
 */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({
    viewport: SCREENS.desktop,
    locale: 'en-AU',
    timezoneId: 'Australia/Melbourne',
    permissions: ['microphone'],
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('dialog', async (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted ?Type/i.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1' && hostname !== 'localhost') faults.push(`request to ${hostname}`);
  });
  await page.goto(url);
  return { page, context, faults };
}

/**
 * Tests that share a browser. `define` gets what opens a page: when a test ends, the pages it opened are closed, and none
 * of them may have had a fault.
 */
export function inBrowser(name, define) {
  describe(name, () => {
    let browser;
    let opened = [];
    before(async () => {
      browser = await launch();
    });
    after(() => browser.close());
    afterEach(async () => {
      const ended = opened;
      opened = [];
      for (const { context } of ended) await context.close();
      assert.deepEqual(ended.flatMap(({ faults }) => faults), []);
    });
    define(async (url, options) => {
      const page = await openPage(browser, url, options);
      opened.push(page);
      return page;
    });
  });
}
