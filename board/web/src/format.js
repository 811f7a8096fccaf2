// Numbers for people. What is absent is a dash, never 0.
import { language, t } from './i18n.js';

export const DASH = '–';
const missing = (value) => value === undefined || value === null;

export const count = (value) => missing(value) ? DASH : value.toLocaleString(language());

export function percent(value, digits = 0) {
    return missing(value) ? DASH : `${(100 * value).toFixed(digits)}%`;
}

export const points = (value) => missing(value) ? DASH : value.toFixed(1);

const two = (number) => String(number).padStart(2, '0');

// A clock: 0:07, 12:30, 1:02:03.
export function clock(ms) {
    if (missing(ms))
        return DASH;
    const s = Math.max(0, Math.floor(ms / 1000));
    return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}`
        : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

// How old: "4 s", "12 min", "3 h", in words that both languages read.
export function age(ms) {
    const s = Math.max(0, Math.floor(ms / 1000)), zh = language() === 'zh';
    if (s < 120)
        return `${s} ${zh ? '秒' : 's'}`;
    if (s < 7200)
        return `${Math.floor(s / 60)} ${zh ? '分钟' : 'min'}`;
    return s < 172800 ? `${Math.floor(s / 3600)} ${zh ? '小时' : 'h'}`
        : `${Math.floor(s / 86400)} ${zh ? '天' : 'days'}`;
}

// A length of time for tables: 0.8 s, 12 s, 3:20, 1:02:03.
export function span(ms) {
    if (missing(ms))
        return DASH;
    const s = language() === 'zh' ? '秒' : 's';
    return ms < 10000 ? `${(ms / 1000).toFixed(1)} ${s}` : ms < 60000 ? `${Math.round(ms / 1000)} ${s}` : clock(ms);
}

export function figure(value, unit) {
    if (missing(value) || typeof value === 'object')
        return DASH;
    if (typeof value === 'string')
        return value;
    switch (unit) {
    case 'ms': return span(value);
    case 'share': return percent(value, 1);
    case 'score': return points(value);
    case 'ratio': return value.toFixed(2);
    case 'flag': return value ? '✓' : '✕';
    default: return count(value);
    }
}

export function timeOfDay(ms) {
    return new Date(ms).toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

export const windowName = (label) => label
    .replace(/^(\d+)m$/, language() === 'zh' ? '$1 分钟' : '$1 min')
    .replace(/^(\d+)h$/, language() === 'zh' ? '$1 小时' : '$1 h')
    .replace(/^(\d+)s$/, language() === 'zh' ? '$1 秒' : '$1 s')
    .replace(/^(\d+)d$/, language() === 'zh' ? '$1 天' : label === '1d' ? '1 day' : '$1 days');

// The same behind "the last".
export const lastName = (label) => language() === 'en' && { '1m': 'minute', '1h': 'hour' }[label] || windowName(label);

// The longest wait as a running clock, for as long as what is known is how it is.
export const longestWait = (gauges, feed) => clock(gauges?.oldest_waiting_ms === undefined ? undefined
    : gauges.oldest_waiting_ms + (feed.fresh() ? Math.max(0, feed.now() - gauges.as_of_ms) : 0));

// How a value stands to a target: 'met', 'near' (within a tenth of the way), 'missed', '' (absent).
export function standing(value, { floor, target } = {}) {
    if (missing(value) || missing(target))
        return '';
    const lower = floor !== undefined && target < floor;
    if (lower ? value <= target : value >= target)
        return 'met';
    const way = Math.abs((floor ?? 0) - target) * (floor === undefined ? 0.1 : 0.5);
    return Math.abs(value - target) <= way ? 'near' : 'missed';
}

export const marks = { met: '✓', near: '▲', missed: '✕', '': '' };
export const standingText = (standing) => standing ? t(standing) : t('noData');
