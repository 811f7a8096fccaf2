// What the server tells of a view: all of it once, then what changes. Looks after the connection:
// silence for 4 s is a lost one; then it tries again until there is one.

const SILENT_MS = 4000, RETRY_MS = 1500;

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
            this.trends.set(name, [...(this.trends.get(name) || []), ...points].slice(-720));
        if (data.alerts)
            this.alerts = data.alerts;
        if (data.detail)
            this.detail = { ...this.detail, ...data.detail };
    }

    tell(what) {
        this.dispatchEvent(new Event(what));
    }
}

// Those of a kind, by id.
export function ofKind(feed, kind) {
    return [...feed.scopes.values()].filter((scope) => scope.kind === kind)
        .sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
}
