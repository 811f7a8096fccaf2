// Looks at every page of a board in a browser: in both languages and themes, on a wall and on a
// phone; then what people see when an alert comes and goes and when a connection is lost.
// Usage: node look.mjs URL DIRECTORY-FOR-SCREENSHOTS [moving]; asks on standard output for what is
// to be done to the servers ("do NAME"), and goes on when a line comes back. Exit code 0: all is
// well. `moving`: looks at nothing but whether figures move, of a centre that is at work.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [url, output, mode] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const team = encodeURIComponent('客户服务一部');
// In an order in which each has a link to the next.
const pages = { wall: '/', queue: '/queue/billing', teams: '/team/', team: `/team/${team}`, agent: '/agent/a1', alerts: '/alerts' };
const sizes = { wall: { width: 1920, height: 1080 }, phone: { width: 390, height: 844 } };
const problems = [];
let checks = 0;

async function serversDo(name) {
    console.log(`do ${name}`);
    await answers.next();
}

function check(holds, what) {
    checks++;
    if (!holds)
        problems.push(what);
}

// A page that tells of what goes wrong in it: errors, and requests to anywhere else.
async function open(browser, options) {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(`error in the page: ${error}`));
    page.on('console', (message) => {
        if (/Content Security Policy|Uncaught/.test(message.text()))
            problems.push(message.text());
    });
    page.on('request', (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
            problems.push(`a request to ${request.url()}`);
    });
    return page;
}

const live = (page) => page.waitForFunction(() => document.querySelector('#status')?.textContent.includes('●') && document.querySelector('#notice').hidden, null, { timeout: 8000 });

// What each page has when all of it is there.
const whole = { wall: '.tiles .tile .line', teams: '.figures tbody tr', team: '.team-table .line', agent: '.names tbody tr', queue: '.names tbody tr', alerts: '.none' };

// What axe finds serious; `options`: by which rules.
async function checkAccess(page, what, options) {
    const found = await page.evaluate((given) => window.axe.run(given), { resultTypes: ['violations'], preload: false, ...options });
    for (const { id, impact, nodes } of found.violations)
        check(!['serious', 'critical'].includes(impact), `${what}: axe ${impact} ${id}: ${nodes.slice(0, 3).map((node) => node.html).join(' ')}`);
}

async function checkPage(page, name, what, phone) {
    await live(page);
    await page.waitForSelector(whole[name], { state: 'attached', timeout: 8000 });
    const { width, height, texts, wanted } = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth - innerWidth, height: document.documentElement.scrollHeight - innerHeight,
        texts: document.body.innerText, wanted: document.documentElement.lang,
    }));
    check(width <= 0, `${what}: wider than the screen by ${width}`);
    check(!/undefined|NaN|\[object|\{\w+\}/.test(texts), `${what}: ${/.*(undefined|NaN|\[object|\{\w+\}).*/.exec(texts)?.[0]}`);
    check(texts.includes(wanted === 'zh-CN' ? '告警' : 'Alerts'), `${what}: another language`);
    if (name === 'wall' && !phone) {
        check(height <= 0, `${what}: higher than the screen by ${height}`);
        const size = await page.locator('.tiles .waiting b').first().evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
        check(size >= 40, `${what}: digits of ${size} px are not read from five metres`);
        const cut = await page.evaluate(() => [...document.querySelectorAll('.tiles .tile dd, .whole dd')]
            .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent));
        check(cut.length === 0, `${what}: cut off: ${cut}`);
    }
    await page.screenshot({ path: `${output}/${what}.png`, fullPage: phone });
}

// By all rules once; then by those that the language may matter to, and those that the theme does.
const colours = ['color-contrast', 'link-in-text-block'];
const rules = { 'en-light': {}, 'zh-light': { rules: Object.fromEntries(colours.map((rule) => [rule, { enabled: false }])) }, 'zh-dark': { runOnly: colours } };

// Goes from page to page by their links; size and the browser's theme change under each.
async function lookAtPages(browser, language) {
    const page = await open(browser, { locale: language === 'zh' ? 'zh-CN' : 'en-GB', reducedMotion: 'reduce' });
    await page.goto(url);
    await page.evaluate(axe);
    for (const [name, path] of Object.entries(pages)) {
        await page.setViewportSize(sizes.wall);
        await page.locator(`a[href="${path}"]`).first().click();
        await page.waitForURL(url + path);
        for (const [size, viewport] of Object.entries(sizes))
            for (const theme of ['light', 'dark']) {
                const what = `${name}-${size}-${language}-${theme}`;
                await page.setViewportSize(viewport);
                await page.emulateMedia({ colorScheme: theme });
                await checkPage(page, name, what, size === 'phone');
                if (rules[`${language}-${theme}`])
                    await checkAccess(page, what, rules[`${language}-${theme}`]);
            }
    }
    await page.context().close();
}

async function lookAtStart(browser) {
    const page = await open(browser, { viewport: sizes.wall });
    const started = Date.now();
    await page.goto(url);
    await page.waitForSelector('.tiles .tile');
    // A second on a machine that does nothing else.
    check(Date.now() - started < 3000, `usable after ${Date.now() - started} ms`);
    await page.context().close();
}

async function lookAtUse(browser) {
    const page = await open(browser, { viewport: sizes.wall });
    await page.goto(url);
    await live(page);
    await page.selectOption('#language', 'zh');
    await page.waitForFunction(() => document.querySelector('#nav-wall')?.textContent === '大屏');
    await page.reload();
    await live(page);
    check(await page.locator('#nav-wall').textContent() === '大屏', 'the language is not kept');
    await page.selectOption('#language', 'en');
    await page.waitForFunction(() => document.querySelector('#nav-wall')?.textContent === 'Wall');
    await live(page);
    await page.selectOption('#theme', 'dark');
    check(await page.evaluate(() => document.documentElement.dataset.theme) === 'dark', 'the theme is not chosen');
    const before = await page.locator('.tiles h2').first().textContent();
    await page.click('.turner button:last-child');
    check(await page.locator('.tiles h2').first().textContent() !== before, 'the wall does not turn its pages');
    const clock = page.locator('.whole .oldest b'), first = await clock.textContent();
    await page.waitForTimeout(2300);
    check(await clock.textContent() !== first, 'the clock of the longest wait does not run');
    await page.goto(`${url}/queue/unused`);
    await live(page);
    check(await page.locator('.facts dd').first().textContent() === '–', 'no data is not a dash');
    await page.context().close();
}

async function lookAtTeam(browser) {
    const page = await open(browser, { viewport: { width: 1400, height: 900 } });
    await page.goto(url + pages.team);
    await live(page);
    const names = () => page.locator('.team-table tbody th').allTextContents();
    const all = await names();
    await page.locator('thead button').first().focus();
    await page.keyboard.press('Enter');
    assert.deepEqual(await names(), [...all].reverse(), 'sorted the other way by keyboard');
    await page.fill('#find', '王');
    assert.deepEqual(await names(), ['王小明'], 'found');
    await page.fill('#find', '');
    await page.selectOption('#state', 'busy');
    check((await page.locator('.team-table tbody td:nth-child(2)').allTextContents()).every((text) => text.includes('Busy')), 'filtered by state');
    checks += 2;
    await page.context().close();
}

async function lookAtAlerts(browser) {
    const page = await open(browser, { viewport: sizes.wall });
    await page.goto(url);
    await live(page);
    await serversDo('fire');
    await page.waitForSelector('[data-alert="4be1c3d2a5f60718"]', { timeout: 5000 });
    check(/New alert/.test(await page.locator('#said').textContent()), 'an alert is not said');
    await page.screenshot({ path: `${output}/alert-there.png` });
    await page.goto(`${url}/alerts`);
    await page.fill('#token', 'wrong');
    await page.click('.sign-in button');
    await page.waitForFunction(() => document.querySelector('.sign-in .said').textContent);
    await page.fill('#token', 'the-ack-token');
    await page.click('.sign-in button');
    await page.fill('#by', '王小明');
    await page.click('.alerts-table button');
    await page.waitForFunction(() => document.querySelector('.alerts-table').innerText.includes('王小明'), null, { timeout: 5000 });
    await page.fill('#silence-match', 'b*');
    await page.click('#add-silence button');
    await page.waitForSelector('.silence-list li', { timeout: 5000 });
    await page.screenshot({ path: `${output}/alert-acknowledged.png` });
    await page.evaluate(axe);
    await checkAccess(page, 'alerts with forms');
    await page.click('.silence-list button');
    await page.waitForSelector('.silence-list li', { state: 'detached', timeout: 5000 });
    await serversDo('resolve');
    await page.waitForFunction(() => document.querySelector('.alerts-table').innerText.includes('服务水平') === false, null, { timeout: 5000 });
    checks += 5;
    await page.context().close();
}

// Within 5 s it is said, what is shown is grey, and it heals by itself.
async function lookAtLoss(browser) {
    const page = await open(browser, { viewport: sizes.wall });
    await page.goto(url);
    await live(page);
    for (const [stop, start, text] of [['stop-board', 'start-board', /Connection lost/], ['hang-board', 'wake-board', /Connection lost/],
        ['stop-redis', 'start-redis', /cannot reach Redis/], ['stop-updates', 'start-updates', /Nothing new for/]]) {
        await serversDo(stop);
        const began = Date.now();
        await page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector('#notice').textContent), text.source, { timeout: 12000 });
        const took = Date.now() - began;
        check(took < (stop === 'stop-updates' ? 9000 : 5000), `${stop} is said after ${took} ms`);
        check(await page.evaluate(() => document.body.classList.contains('old')), `${stop}: nothing is grey`);
        await page.screenshot({ path: `${output}/${stop}.png` });
        await serversDo(start);
        await live(page);
        console.log(`${stop}: said after ${took} ms`);
    }
    await page.context().close();
}

// The wall, then the first team and the first of its agents, of whoever there is.
async function lookAtMoving(browser, locale) {
    const page = await open(browser, { viewport: sizes.wall, locale });
    await page.goto(url);
    for (const [name, link] of [['wall', 'a[href="/team/"]'], ['teams', '.figures tbody a'], ['team', '.team-table tbody a'], ['agent', null]]) {
        await live(page);
        await page.waitForSelector(whole[name], { state: 'attached', timeout: 8000 });
        for (let times = 0; name !== 'agent' && times < 2; times++) {
            const before = await page.locator('main').innerText();
            await page.waitForFunction((text) => document.querySelector('main').innerText !== text, before, { timeout: 10000 });
            checks++;
        }
        check(!/undefined|NaN|\[object/.test(await page.locator('main').innerText()), `${name} of a centre at work`);
        await page.screenshot({ path: `${output}/moving-${name}-${locale}.png` });
        if (link)
            await page.locator(link).first().click();
    }
    await page.context().close();
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
    const timed = async (name, look) => {
        const began = Date.now();
        await look;
        console.log(`${name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
    };
    if (mode === 'moving') {
        await Promise.all(['en-GB', 'zh-CN'].map((locale) => timed(locale, lookAtMoving(browser, locale))));
    } else {
        // By itself: it looks how long a page takes.
        await timed('start', lookAtStart(browser));
        await Promise.all([timed('pages in English', lookAtPages(browser, 'en')), timed('pages in Chinese', lookAtPages(browser, 'zh')),
            timed('use', lookAtUse(browser)), timed('team', lookAtTeam(browser))]);
        await timed('alerts', lookAtAlerts(browser));
        await timed('loss', lookAtLoss(browser));
    }
} catch (error) {
    problems.push(error.stack);
} finally {
    await browser.close();
}
problems.forEach((problem) => console.log(`PROBLEM ${problem}`));
console.log(`${checks} checks, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
