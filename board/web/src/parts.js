// Pieces that several pages show.
import { h, text } from './dom.js';
import { marks, standingText } from './format.js';
import { t } from './i18n.js';

export const states = ['available', 'busy', 'wrapup', 'break', 'training', 'meeting', 'offline'];
const icons = { available: '○', busy: '●', wrapup: '◐', break: '‖', training: '△', meeting: '□', offline: '–' };

export const stateName = (state) => t(`s_${state in icons ? state : 'none'}`);
export const stateIcon = (state) => icons[state] || '?';

export const pathOf = (kind, id) => `/${kind}/${encodeURIComponent(id)}`;

// A sign beside a figure that says how it stands to its target, with a text for who does not see it.
export function mark() {
    return h('span', { class: 'mark' }, h('span', { 'aria-hidden': 'true' }), h('span', { class: 'hidden' }));
}

export function setMark(node, standing) {
    if (node.standing === standing)
        return;
    node.standing = standing;
    node.className = `mark ${standing}`;
    text(node.firstChild, marks[standing]);
    text(node.lastChild, standing ? ` ${standingText(standing)}` : '');
}

export function mean(values) {
    return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined;
}

export function medianOf(values) {
    const sorted = values.filter((value) => value !== undefined && value !== null).sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length ? sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2 : undefined;
}

// How many agents are in each state: a bar, and the numbers.
export function stateBoard() {
    const bar = h('div', { class: 'state-bar', 'aria-hidden': 'true' });
    const rows = h('ul', { class: 'state-list' });
    const parts = states.map((state) => {
        const segment = h('i', { class: `state-${state}` }), number = h('b');
        bar.append(segment);
        rows.append(h('li', {}, h('span', { class: `state-icon state-${state}`, 'aria-hidden': 'true' }, stateIcon(state)),
            h('span', {}, stateName(state)), number));
        return { state, segment, number };
    });
    return {
        node: h('div', { class: 'state-board' }, bar, rows),
        update(now) {
            for (const { state, segment, number } of parts) {
                segment.style.flexGrow = now?.[state] || 0;
                segment.hidden = !now?.[state];
                text(number, now && now[state] !== undefined ? String(now[state]) : '–');
            }
        },
    };
}
