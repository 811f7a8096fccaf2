// A queue: now, the trend since the board started, every window, today against earlier weeks.
import { trendChart } from '../chart.js';
import { detailParts } from '../detail.js';
import { h, text } from '../dom.js';
import { trendOf } from '../feed.js';
import { count, DASH, longestWait, percent, standing } from '../format.js';
import { t } from '../i18n.js';
import { mark, setMark } from '../parts.js';

export function queuePage({ id, meta, figures }) {
    const goal = meta.service_level_target, parts = detailParts({ meta, figures });
    const chart = h('div', { class: 'chart', role: 'img', 'aria-label': t('trendChart') }), trend = trendChart(chart, goal);
    const values = Object.fromEntries(['waiting', 'oldest', 'inService', 'serviceLevel', 'answerRate', 'abandons'].map((key) => [key, h('b')]));
    const sign = mark(), none = h('p', { class: 'none', hidden: true }, t('nothingOf', { id }));
    const later = h('p', { class: 'none' }, t('trendNone'));
    let feed = null;
    const draw = () => {
        const { now, window } = feed.scopes.get(`queue:${id}`) || {};
        const points = trendOf(feed, `queue:${id}`, [now?.as_of_ms ?? 0, window?.service_level ?? null, now?.waiting ?? null]);
        later.hidden = points.length > 1;
        chart.hidden = points.length < 2;
        if (points.length > 1)
            trend.draw(points);
    };
    return {
        title: id,
        node: h('div', { class: 'page' }, h('h1', {}, `${t('queue')} ${id}`), none,
            h('dl', { class: 'facts card' }, Object.entries(values).map(([key, node]) =>
                h('div', {}, h('dt', {}, t(key)), h('dd', {}, node, key === 'serviceLevel' ? sign : null)))),
            h('section', { class: 'card' }, h('h2', {}, t('trendChart')), later, chart, h('p', { class: 'more' }, t('trendNote'))),
            parts.charts, parts.periods, parts.windows),
        update(now) {
            feed = now;
            const scope = feed.scopes.get(`queue:${id}`), gauges = scope?.now, window = scope?.window;
            none.hidden = !feed.complete || Boolean(scope);
            text(values.waiting, count(gauges?.waiting));
            text(values.oldest, longestWait(gauges, feed));
            text(values.inService, count(gauges?.in_service));
            text(values.serviceLevel, percent(window?.service_level, 1));
            setMark(sign, standing(window?.service_level, { target: goal, floor: goal - 0.2 }));
            text(values.answerRate, percent(window?.answer_rate, 1));
            text(values.abandons, window ? count(window.abandons - window.short_abandons) : DASH);
            draw();
            parts.update(feed);
        },
        redraw() {
            trend.redraw();
            parts.redraw();
            draw();
        },
        close() {
            trend.close();
            parts.close();
        },
    };
}
