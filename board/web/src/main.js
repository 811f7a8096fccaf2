// The shell: navigation, language, theme, how fresh the figures are; and which page is shown.
import './app.css';
import { ask } from './api.js';
import { h, list, set, text } from './dom.js';
import { Feed } from './feed.js';
import { age } from './format.js';
import { chooseLanguage, language, languages, t } from './i18n.js';
import { agentPage } from './pages/agent.js';
import { alertsPage, alertAbout } from './pages/alerts.js';
import { queuePage } from './pages/queue.js';
import { signInPage } from './pages/sign_in.js';
import { teamPage } from './pages/team.js';
import { teamsPage } from './pages/teams.js';
import { wallPage } from './pages/wall.js';

const stored = (name) => {
    try {
        return localStorage.getItem(name);
    } catch {
        return null;
    }
};
const store = (name, value) => {
    try {
        localStorage.setItem(name, value);
    } catch { /* then for this visit alone */ }
};

const state = { meta: null, figures: {}, page: null, feed: null, frame: 0, firing: null };

// By the path: which page, and which view of the stream it needs.
function route() {
    const [, kind, ...rest] = location.pathname.split('/');
    const id = rest.map(decodeURIComponent).join('/');
    if (kind === 'team')
        return id ? { make: teamPage, view: `team:${id}`, id, nav: 'teams' }
            : { make: teamsPage, view: 'wall', id, nav: 'teams' };
    if (kind === 'agent' || kind === 'queue')
        return { make: kind === 'agent' ? agentPage : queuePage, view: `${kind}:${id}`, id, nav: kind === 'agent' ? 'teams' : 'wall' };
    if (kind === 'alerts')
        return { make: alertsPage, view: 'alerts', id, nav: 'alerts' };
    return { make: wallPage, view: 'wall', id, nav: 'wall' };
}

function applyTheme() {
    const theme = stored('theme');
    set(document.documentElement, { 'data-theme': theme === 'dark' || theme === 'light' ? theme : null });
}

function select(label, name, options, chosen, change) {
    const node = h('select', { id: name, onchange: () => change(node.value) },
        options.map(([value, title]) => h('option', { value, selected: value === chosen }, title)));
    return h('label', { class: 'choice' }, h('span', { class: 'hidden' }, label), node);
}

function makeShell() {
    const nav = h('nav', { 'aria-label': t('navigation') });
    for (const [name, path] of [['wall', '/'], ['teams', '/team/'], ['alerts', '/alerts']])
        nav.append(h('a', { href: path, id: `nav-${name}` }, t(name), name === 'alerts' ? h('b', { class: 'badge', hidden: true }) : null));
    const shell = {
        nav,
        status: h('p', { class: 'status', id: 'status' }),
        notice: h('p', { class: 'notice', id: 'notice', role: 'alert', hidden: true }),
        said: h('p', { class: 'hidden', id: 'said', 'aria-live': 'polite' }),
        main: h('main', { id: 'main', tabindex: '-1' }),
    };
    document.body.replaceChildren(
        h('a', { class: 'skip', href: '#main' }, t('skip')),
        h('header', { class: 'top' },
            h('a', { class: 'brand', href: '/' }, h('img', { src: '/icon.svg', alt: '', width: 28, height: 28 }), h('span', {}, 'Deskpulse')),
            nav, shell.status,
            select(t('language'), 'language', languages.map((item) => [item.lang, item.name]), language(), (value) => {
                store('language', value);
                start();
            }),
            select(t('theme'), 'theme', [['auto', t('auto')], ['dark', t('dark')], ['light', t('light')]], stored('theme') || 'auto', (value) => {
                store('theme', value);
                applyTheme();
                state.page?.redraw?.();
            })),
        shell.notice, shell.said, shell.main);
    state.shell = shell;
}

// What is wrong with the figures: null, or the text that says so.
function trouble(feed) {
    const old = feed.updated ? age(feed.now() - feed.updated) : age(0);
    if (!feed.live)
        return t('lost', { age: feed.loaded ? age(performance.now() - feed.heard) : old });
    if (!feed.redis)
        return t('redisLost', { age: old });
    if (!feed.complete)
        return t('loading');
    if (!feed.updated)
        return t('nothing');
    return feed.stale() ? t('stale', { age: old }) : null;
}

function showFreshness(feed) {
    const wrong = trouble(feed);
    text(state.shell.notice, wrong || '');
    state.shell.notice.hidden = !wrong;
    document.body.classList.toggle('old', Boolean(wrong));
    text(state.shell.status, wrong ? '' : `● ${t('live')}`);
    const count = feed.alerts.alerts.length, badge = state.shell.nav.querySelector('.badge');
    text(badge, String(count));
    badge.hidden = !count;
}

// Whoever does not see the screen is told of alerts that come and go.
function sayAlerts(feed) {
    const firing = new Map(feed.alerts.alerts.map((item) => [item.id, item]));
    if (state.firing && feed.loaded) {
        for (const [id, item] of firing)
            if (!state.firing.has(id))
                text(state.shell.said, t('newAlert', { rule: item.alert?.rule ?? id, about: alertAbout(item.alert) }));
        for (const [id, item] of state.firing)
            if (!firing.has(id))
                text(state.shell.said, t('alertEnded', { rule: item.alert?.rule ?? id }));
    }
    if (feed.loaded)
        state.firing = firing;
}

function draw() {
    state.frame = 0;
    if (!state.feed)
        return;
    showFreshness(state.feed);
    sayAlerts(state.feed);
    state.page.update(state.feed);
}

function soon() {
    state.frame ||= requestAnimationFrame(draw);
}

async function show() {
    const { make, view, id, nav } = route();
    state.page?.close?.();
    if (state.feed?.view !== view) {
        state.feed?.close();
        state.feed = new Feed(view);
        state.feed.addEventListener('state', soon);
        state.feed.addEventListener('trouble', look);
    }
    for (const link of state.shell.nav.children)
        set(link, { 'aria-current': link.id === `nav-${nav}` ? 'page' : null });
    document.body.classList.toggle('on-wall', make === wallPage);
    state.page = make({ id, meta: state.meta, figures: state.figures, feed: state.feed, again: start });
    state.shell.main.replaceChildren(state.page.node);
    document.title = `${state.page.title} · Deskpulse`;
    draw();
}

// A stream that ends may do so because who looks is not signed in any more.
let looking = 0;
async function look() {
    if (performance.now() - looking < 5000)
        return;
    looking = performance.now();
    try {
        await ask('GET', '/api/v1/meta');
    } catch (error) {
        if (error.status === 401)
            start();
    }
}

async function start() {
    chooseLanguage(stored('language'));
    applyTheme();
    try {
        [state.meta, { figures: state.figures }] =
            await Promise.all([ask('GET', '/api/v1/meta'), ask('GET', '/api/v1/figures')]);
    } catch (error) {
        state.feed?.close();
        state.feed = null;
        makeShell();
        if (error.status === 401) {
            state.shell.main.replaceChildren(signInPage(start));
            document.title = `${t('signIn')} · Deskpulse`;
        } else {
            text(state.shell.notice, t('lost', { age: age(0) }));
            state.shell.notice.hidden = false;
            setTimeout(start, 2000);
        }
        return;
    }
    makeShell();
    show();
}

document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="/"]');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
        return;
    event.preventDefault();
    if (link.pathname !== location.pathname)
        history.pushState(null, '', link.href);
    show();
    state.shell.main.focus({ preventScroll: true });
    scrollTo(0, 0);
});
addEventListener('popstate', show);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => state.page?.redraw?.());
setInterval(soon, 1000);
start();
