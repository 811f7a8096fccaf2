// The wall: every queue as a tile, agents by state, alerts; for people who stand five metres away.
import { h, list, set, sparkline, text } from '../dom.js';
import { ofKind, trendOf, trendSpan } from '../feed.js';
import { age, clock, count, DASH, lastName, longestWait, percent, standing } from '../format.js';
import { t } from '../i18n.js';
import { mark, pathOf, setMark, stateBoard } from '../parts.js';
import { alertAbout, alertSign, sortedAlerts } from './alerts.js';

const TURN_MS = 15000;
const TILES = 12;
const ALERTS = 5;
const TREND_MS = 3600000, TREND_GAP_MS = 150000;

function makeTile(scope) {
    const part = {
        name: h('a', { href: scope.id ? pathOf('queue', scope.id) : '/' }, scope.id || t('allQueues')),
        waiting: h('b', { class: 'big' }), oldest: h('b', { class: 'clock' }),
        level: h('b'), mark: mark(), spark: h('div', { class: 'spark' }),
        answered: h('b'), abandons: h('b'), service: h('b'), caption: h('p', { class: 'caption' }),
    };
    const node = h('article', { class: 'tile' },
        h('h2', {}, part.name),
        h('dl', {},
            h('div', { class: 'waiting' }, h('dt', {}, t('waiting')), h('dd', {}, part.waiting)),
            h('div', { class: 'oldest' }, h('dt', {}, t('oldest')), h('dd', {}, part.oldest)),
            h('div', { class: 'service' }, h('dt', {}, t('inService')), h('dd', {}, part.service)),
            h('div', { class: 'level' }, h('dt', {}, t('serviceLevel')), h('dd', {}, part.level, part.mark)),
            h('div', { class: 'answered' }, h('dt', {}, t('answerRate')), h('dd', {}, part.answered)),
            h('div', { class: 'abandons' }, h('dt', {}, t('abandons')), h('dd', {}, part.abandons))),
        part.caption, part.spark);
    node.pieces = part;
    return node;
}

function changeTile(node, scope, feed, goal) {
    const part = node.pieces, now = scope.now, window = scope.window;
    text(part.waiting, count(now?.waiting));
    text(part.oldest, longestWait(now, feed));
    part.waiting.classList.toggle('long', part.waiting.textContent.length > 3);
    part.oldest.classList.toggle('long', part.oldest.textContent.length > 5);
    text(part.service, count(now?.in_service));
    text(part.level, percent(window?.service_level));
    const how = standing(window?.service_level, { target: goal, floor: goal - 0.2 });
    setMark(part.mark, how);
    text(part.answered, percent(window?.answer_rate));
    text(part.abandons, window ? count(window.abandons - window.short_abandons) : DASH);
    node.className = `tile ${how}${now?.waiting ? ' busy' : ''}`;
    const span = trendSpan(feed, TREND_MS), shown = age(span.to - span.from);
    const points = trendOf(feed, scope.id ? `queue:${scope.id}` : 'all', [window?.as_of_ms ?? 0, window?.service_level])
        .filter(([at]) => at >= span.from).map(([at, level]) => [at, level]);
    const known = points.map(([, level]) => level).filter((level) => level !== null && level !== undefined);
    sparkline(part.spark, points, { ...span, gap: TREND_GAP_MS, top: 1, target: goal, label: known.length
        ? t('trendLabel', { age: shown, a: percent(known[0]), b: percent(known[known.length - 1]) }) : t('trendNone') });
    text(part.caption, t('trendCaption', { age: shown, goal: percent(goal) }));
}

function makeAlert(item) {
    const node = h('li', {}, h('span', { class: 'sign' }), h('span', { class: 'what' }, h('b'), h('span')), h('time', { class: 'clock' }));
    node.dataset.alert = item.id;
    return node;
}

function changeAlert(node, item, feed) {
    const [sign, what, since] = node.children, alert = item.alert || {};
    alertSign(sign, alert.severity);
    text(what.firstChild, alert.rule ?? item.id);
    text(what.lastChild, alertAbout(alert));
    text(since, alert.fired_ms ? clock(feed.now() - alert.fired_ms) : DASH);
}

export function wallPage({ meta }) {
    const goal = meta.service_level_target;
    const tiles = h('div', { class: 'tiles' }), alerts = h('ul', { class: 'alert-list' }), more = h('p', { class: 'more' });
    const none = h('p', { class: 'none' }, t('noAlerts')), agents = stateBoard();
    const place = h('span'), turning = h('button', { type: 'button', onclick: () => turn(!stopped) });
    const next = h('button', { type: 'button', onclick: () => { first += perPage; turned = performance.now(); draw(); } }, t('next'));
    const turner = h('div', { class: 'turner' }, place, turning, next);
    const whole = makeTile({});
    const narrow = matchMedia('(max-width: 899px)');
    let first = 0, perPage = TILES, turned = performance.now(), feed = null;
    let stopped = matchMedia('(prefers-reduced-motion: reduce)').matches;
    whole.classList.add('whole');

    function turn(stop) {
        stopped = stop;
        turned = performance.now();
        text(turning, t(stopped ? 'resume' : 'pause'));
        set(turning, { 'aria-pressed': String(stopped) });
    }

    function draw() {
        const queues = ofKind(feed, 'queue');
        perPage = narrow.matches ? Math.max(1, queues.length) : TILES;
        const pages = Math.max(1, Math.ceil(queues.length / perPage));
        if (!stopped && performance.now() - turned > TURN_MS) {
            first += perPage;
            turned = performance.now();
        }
        first = first >= queues.length ? 0 : first - first % perPage;
        const shown = queues.slice(first, first + perPage);
        const columns = shown.length <= 2 ? Math.max(1, shown.length) : shown.length <= 4 ? 2 : shown.length <= 9 ? 3 : 4;
        set(tiles, { 'data-columns': columns, class: columns <= 2 ? 'tiles few' : 'tiles' });
        list(tiles, shown, (scope) => scope.id, makeTile, (node, scope) => changeTile(node, scope, feed, goal));
        turner.hidden = pages < 2;
        text(place, t('page', { n: first / perPage + 1, of: pages }));
    }

    turn(stopped);
    return {
        title: t('wall'),
        node: h('div', { class: 'wall' },
            h('h1', { class: 'hidden' }, t('wall')),
            h('section', { class: 'queues', 'aria-label': t('window', { w: lastName(meta.window) }) }, tiles),
            h('aside', { 'aria-label': t('status') }, whole,
                h('section', { class: 'panel' }, h('h2', {}, t('agentsByState')), agents.node),
                h('section', { class: 'panel alerts' }, h('h2', {}, h('a', { href: '/alerts' }, t('openAlerts'))), none, alerts, more),
                h('footer', {}, h('p', {}, t('wallNote', { w: lastName(meta.window), goal: percent(goal) })), turner))),
        update(now) {
            feed = now;
            draw();
            const all = feed.scopes.get('all'), firing = sortedAlerts(feed.alerts);
            changeTile(whole, all || {}, feed, goal);
            whole.classList.add('whole');
            agents.update(all?.now);
            list(alerts, firing.slice(0, ALERTS), (item) => item.id, makeAlert, (node, item) => changeAlert(node, item, feed));
            none.hidden = firing.length > 0;
            more.hidden = firing.length <= ALERTS;
            text(more, t('more', { n: firing.length - ALERTS }));
        },
    };
}
