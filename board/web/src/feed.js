// What the server tells of a view: all of it once, then what changes. Looks after the connection:
// silence for 4 s is a lost one; then it tries again until there is one.

const SILENT_MS = 4000, RETRY_MS = 1500, STALE_MS = 6000;
const TREND_POINTS = 780, TREND_MIN_MS = 300000;

export class Feed extends EventTarget {
    constructor(view) {
        super();
        this.view = view;
        this.scopes = new Map();
        this.trends = new Map();
        this.alerts = { alerts: [], acks: {}, silences: [] };
        this.detail = { windows: null, periods: null };
        this.pipeline = null;
        this.live = this.loaded = this.redis = this.complete = false;
        this.updated = 0;
        this.offset = 0; // the server's clock less this one
        this.heard = performance.now();
        this.open();
        this.timer = setInterval(() => this.watch(), 500);
    }

    close() {
        clearInterval(this.timer);
        this.source?.close();
    }

    now() {
        return Date.now() + this.offset;
    }

    // Nothing new for too long: the pipeline is behind or stopped.
    stale() {
        return this.now() - this.updated > STALE_MS;
    }

    // What is shown is how it is now.
    fresh() {
        return this.live && this.redis && this.complete && !this.stale();
    }

    open() {
        this.source?.close();
        this.tried = performance.now();
        this.source = new EventSource(`/api/v1/stream?view=${encodeURIComponent(this.view)}`);
        for (const name of ['snapshot', 'delta', 'beat'])
            this.source.addEventListener(name, (event) => this.take(name, JSON.parse(event.data)));
        this.source.onerror = () => this.lose();
    }

    lose() {
        if (this.live) {
            this.live = false;
            this.tell('state');
        }
        this.tell('trouble');
    }

    watch() {
        const now = performance.now();
        if (now - this.heard > SILENT_MS)
            this.lose();
        if (!this.live && now - this.tried > RETRY_MS && (now - this.heard > SILENT_MS ||
            this.source.readyState === EventSource.CLOSED))
            this.open();
    }

    take(name, data) {
        this.heard = performance.now();
        this.live = true;
        this.offset = data.now_ms - Date.now();
        this.redis = data.connected;
        this.complete = data.complete;
        this.updated = data.updated_ms;
        if (name === 'snapshot')
            this.takeSnapshot(data);
        else if (name === 'delta')
            this.takeDelta(data);
        this.tell('state');
    }

    takeSnapshot(data) {
        this.loaded = true;
        this.pipeline = data.pipeline;
        this.scopes = new Map(Object.entries(data.scopes));
        this.trends = new Map(Object.entries(data.trends));
        if (data.alerts)
            this.alerts = data.alerts;
        if (data.detail)
            this.detail = { ...this.detail, ...data.detail };
    }

    takeDelta(data) {
        for (const [name, scope] of Object.entries(data.scopes))
            this.scopes.set(name, scope);
        for (const name of data.gone)
            this.scopes.delete(name);
        for (const [name, points] of Object.entries(data.trends || {}))
            this.trends.set(name, [...(this.trends.get(name) || []), ...points].slice(-TREND_POINTS));
        if (data.alerts)
            this.alerts = data.alerts;
        if (data.detail)
            this.detail = { ...this.detail, ...data.detail };
    }

    tell(what) {
        this.dispatchEvent(new Event(what));
    }
}

// What trends are drawn over: since the first point, five minutes at least and `most` at most. Its end
// moves on every ten seconds, so that not every second all lines are drawn anew.
export function trendSpan(feed, most) {
    const to = Math.ceil(feed.now() / 10000) * 10000;
    let from = to - TREND_MIN_MS;
    for (const points of feed.trends.values())
        from = Math.min(from, points.length ? points[0][0] : from);
    return { from: Math.max(from, to - most), to };
}

// A scope's points, [time, service level, count], and behind them how it is now.
export function trendOf(feed, name, now) {
    const points = feed.trends.get(name) || [], last = points.length ? points[points.length - 1][0] : 0;
    return now[0] > last ? [...points, now] : points;
}

// Those of a kind, by id.
export function ofKind(feed, kind) {
    return [...feed.scopes.values()].filter((scope) => scope.kind === kind)
        .sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
}
