// A user with a browser, who fills the forms of the authorization server in. Its argument is JSON: the `url` that
// the program has opened, the `login` of the user, the `code` to type on another device, whether the user
// `refuses`, the `width` of the window, its `scheme` (`light` or `dark`), and where to write a `screenshot`.
// Writes the last page as JSON.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const {
  url, login, code, refuses = false, width = 1280, scheme = 'light', screenshot,
} = JSON.parse(process.argv[2]);

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'chromium-'));
const context = await chromium.launchPersistentContext(folder, {
  executablePath: '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
  colorScheme: scheme,
  viewport: { width, height: 720 },
});
// The pages of the server name fonts elsewhere.
await context.route((it) => it.hostname !== '127.0.0.1', (route) => route.abort());
const page = context.pages()[0] ?? await context.newPage();
const server = new URL(url).origin;
const isOfServer = (address) => new URL(address).origin === server;

let status = 0;
page.on('response', (response) => {
  if (response.request().isNavigationRequest()) status = response.status();
});
// What the browser has to say of the page of the program.
const complaints = [];
page.on('console', (message) => {
  // It reports the status of the page too.
  const isOfPage = message.location().url === page.url() && message.text().includes('the server responded');
  if (message.type() === 'error' && !isOfServer(page.url()) && !isOfPage) complaints.push(message.text());
});

await page.goto(url);
for (let step = 0, isOver = false; step < 10 && !isOver && isOfServer(page.url()); step += 1) {
  const typed = page.locator('input[name=user_code][type=text]');
  const abort = page.locator('a[href$="/abort"], button[name=abort]');
  const name = page.locator('input[name=login]');
  let button = page.locator('button[type=submit]:not([name=abort])');
  if (await button.count() === 0) break;
  if (refuses && await abort.count() > 0) {
    [button, isOver] = [abort, true];
  } else if (await typed.count() > 0) {
    await typed.fill(code);
  } else if (await name.count() > 0) {
    await name.fill(login);
    await page.locator('input[name=password]').fill('a password');
  }
  const next = page.waitForEvent('load');
  await button.first().click();
  await next;
}

if (screenshot) await page.screenshot({ path: screenshot });
const told = {
  status,
  title: await page.title(),
  text: await page.locator('body').innerText(),
  fits: await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'),
  complaints,
};
await context.close();
await fs.rm(folder, { recursive: true, force: true });
console.log(JSON.stringify(told));
