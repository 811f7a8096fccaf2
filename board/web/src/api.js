// What is asked of the server apart from the stream.

export class Refused extends Error {
    constructor(status, text) {
        super(text);
        this.status = status;
    }
}

export async function ask(method, path, body) {
    const response = await fetch(path, {
        method,
        headers: method === 'GET' ? {} : { 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body),
        cache: 'no-store',
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok)
        throw new Refused(response.status, answer.error || response.statusText);
    return answer;
}
