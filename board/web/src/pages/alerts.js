// Alerts that fire, and what is silenced; who has the right for it acknowledges and silences here.
import { ask } from '../api.js';
import { h, list, set, text } from '../dom.js';
import { clock, DASH, windowName } from '../format.js';
import { t } from '../i18n.js';
import { pathOf } from '../parts.js';
import { signInPage } from './sign_in.js';

const order = ['page', 'critical', 'error', 'warning', 'info'];
const signs = { page: '⚠⚠', critical: '⚠⚠', error: '⚠', warning: '▲', info: 'ℹ' };
const scopes = ['all', 'agent', 'team', 'queue', 'channel', 'contact'];
const times = ['15m', '30m', '1h', '2h', '4h', '8h', '1d', '7d'];

const severityName = (severity) => order.includes(severity) ? t(`sev_${severity}`) : severity ?? DASH;

export function alertSign(node, severity) {
    set(node, { class: `sign severity-${order.includes(severity) ? severity : 'other'}` });
    text(node, `${signs[severity] || '◆'} ${severityName(severity)}`);
}

// "queue billing"
export function alertAbout(alert) {
    const kind = alert?.scope;
    return kind ? `${t(`sc_${kind}`)}${alert.id ? ` ${alert.id}` : ''}` : DASH;
}

export function sortedAlerts({ alerts }) {
    const place = (item) => {
        const at = order.indexOf(item.alert?.severity);
        return at < 0 ? order.length : at;
    };
    return [...alerts].sort((a, b) => place(a) - place(b) || (a.alert?.fired_ms ?? 0) - (b.alert?.fired_ms ?? 0));
}

const remembered = () => {
    try {
        return localStorage.getItem('by') || '';
    } catch {
        return '';
    }
};

export function alertsPage({ meta, again }) {
    const may = meta.right === 'ack', rows = h('tbody'), silences = h('ul', { class: 'silence-list' });
    const none = h('p', { class: 'none' }, t('noAlerts')), quiet = h('p', { class: 'none' }, t('noSilences'));
    const said = h('p', { class: 'said', role: 'status' });
    const by = h('input', { id: 'by', maxlength: 128, autocomplete: 'name', value: meta.user || remembered(), readonly: Boolean(meta.user), required: true });
    const note = h('input', { id: 'note', maxlength: 512 });
    const table = h('table', { class: 'figures alerts-table' },
        h('thead', {}, h('tr', {}, ['severity', 'rule', 'about', 'firing', 'value', 'acked'].map((key) => h('th', { scope: 'col', class: key === 'firing' ? 'number' : null }, t(key))))), rows);

    async function act(method, path, body) {
        try {
            if (!by.reportValidity())
                return;
            localStorage.setItem('by', by.value);
            await ask(method, path, body && { ...body, by: by.value, note: note.value });
            text(said, t('done'));
        } catch (error) {
            text(said, t('failed', { why: error.message }));
        }
    }

    function makeRow(item) {
        const node = h('tr', {}, h('td', {}, h('span')), h('th', { scope: 'row' }), h('td'), h('td', { class: 'number clock' }), h('td'),
            h('td', {}, h('span'), may ? h('button', {
                type: 'button', onclick: () => act('POST', `/api/v1/alerts/${encodeURIComponent(item.id)}/ack`, {}),
            }, t('ack')) : null));
        const linked = { queue: 'queue', agent: 'agent', team: 'team' }[item.alert?.scope];
        node.children[2].append(linked && item.alert.id ? h('a', { href: pathOf(linked, item.alert.id) }) : h('span'));
        return node;
    }

    function changeRow(node, item, feed) {
        const alert = item.alert || {}, ack = alert.acked_by ? { by: alert.acked_by } : feed.alerts.acks[item.id];
        const [sign, rule, about, firing, value, acked] = node.children;
        alertSign(sign.firstChild, alert.severity);
        text(rule, alert.rule ?? item.id);
        text(about.firstChild, alertAbout(alert));
        text(firing, alert.fired_ms ? clock(feed.now() - alert.fired_ms) : DASH);
        text(value, alert.value ?? DASH);
        text(acked.firstChild, ack ? `✓ ${t('ackedBy', { by: ack.by })}${ack.note ? `: ${ack.note}` : ''}` : may ? '' : DASH);
        if (may)
            acked.lastChild.hidden = Boolean(ack);
    }

    function makeSilence(item) {
        return h('li', {}, h('span', { class: 'what' }), h('span', { class: 'clock' }), may ? h('button', {
            type: 'button', onclick: () => act('DELETE', `/api/v1/silences/${encodeURIComponent(item.id)}`),
        }, t('remove')) : null);
    }

    function changeSilence(node, { id, silence }, feed) {
        const about = silence ? [silence.rule && `${t('rule')} ${silence.rule}`, silence.scope && t(`sc_${silence.scope}`), silence.match]
            .filter(Boolean).join(' · ') : id;
        text(node.children[0], `${about}${silence?.by ? ` (${silence.by}${silence.note ? `: ${silence.note}` : ''})` : ''}`);
        text(node.children[1], silence ? `${t('ends')} ${clock(silence.until_ms - feed.now())}` : DASH);
    }

    function silenceForm() {
        const rule = h('input', { id: 'silence-rule', maxlength: 256 }), match = h('input', { id: 'silence-match', maxlength: 256 });
        const scope = h('select', { id: 'silence-scope' }, h('option', { value: '' }, t('anyScope')), scopes.map((name) => h('option', { value: name }, t(`sc_${name}`))));
        const length = h('select', { id: 'silence-for' }, times.map((time) => h('option', { value: time, selected: time === '1h' }, windowName(time))));
        return h('form', {
            class: 'fields', id: 'add-silence',
            onsubmit: (event) => {
                event.preventDefault();
                act('POST', '/api/v1/silences', {
                    for: length.value, ...(rule.value && { rule: rule.value }), ...(match.value && { match: match.value }), ...(scope.value && { scope: scope.value }),
                });
            },
        }, h('label', {}, t('rulePattern'), rule), h('label', {}, t('scope'), scope), h('label', {}, t('match'), match),
        h('label', {}, t('forTime'), length), h('button', { type: 'submit' }, t('addSilence')));
    }

    return {
        title: t('alerts'),
        node: h('div', { class: 'page' },
            h('h1', {}, t('alerts')),
            h('section', { class: 'card' }, none, h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('alerts') }, table)),
            may ? h('div', { class: 'card fields' }, h('label', {}, t('by'), by), h('label', {}, t('note'), note), said) : null,
            h('section', { class: 'card' }, h('h2', {}, t('silences')), quiet, silences, may ? silenceForm() : null),
            !may && meta.may_login ? h('section', { class: 'card' }, h('p', {}, t('mayNot')), signInPage(again)) : null),
        update(feed) {
            const firing = sortedAlerts(feed.alerts);
            list(rows, firing, (item) => item.id, makeRow, (node, item) => changeRow(node, item, feed));
            list(silences, feed.alerts.silences, (item) => item.id, makeSilence, (node, item) => changeSilence(node, item, feed));
            none.hidden = firing.length > 0;
            table.hidden = !firing.length;
            quiet.hidden = feed.alerts.silences.length > 0;
        },
    };
}
