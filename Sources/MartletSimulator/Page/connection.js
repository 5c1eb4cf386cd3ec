// The wire to the simulator: the whole state once, then events, resumed by number after every interruption.

const names = [
  'user', 'chat', 'menu', 'call', 'connection', 'message', 'draft', 'action', 'callback_answer', 'inline_results',
  'guest_answer', 'fault', 'webhook', 'clock', 'bot', 'reset',
];

/** What the simulator refused, in its own words. */
export class Refusal extends Error {}

/** Asks the simulator to let somebody do something. */
export async function act(body) {
  let response;
  try {
    response = await fetch('/simulator/act', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
  } catch {
    throw new Refusal('');
  }
  const answer = await response.json().catch(() => ({}));
  if (answer.ok) return answer;
  throw new Refusal(answer.error ?? answer.results?.find(result => result.error)?.error ?? `HTTP ${response.status}`);
}

/** Listens to the simulator for as long as the page is open. */
export class Listener {
  #last = 0;
  #source;
  #pause = 400;
  #timer;

  /**
   * `loaded` gets the whole state; `happened` gets every event's name and data, in order and once;
   * `isConnected` hears when the wire breaks and when it holds again.
   */
  constructor({ loaded, happened, isConnected }) {
    Object.assign(this, { loaded, happened, isConnected });
    addEventListener('online', () => this.#retryNow());
    document.addEventListener('visibilitychange', () => { if (!document.hidden && !this.#source) this.#retryNow(); });
  }

  /** Lets go of the wire, as a network that fails does; it is taken up again by itself. */
  interrupt() {
    this.#source?.close();
    this.#again(() => this.#resume());
  }

  /** Reads everything and goes on from there. */
  async start() {
    try {
      const response = await fetch('/simulator/state', { cache: 'no-store' });
      if (!response.ok) throw new Error(String(response.status));
      const state = await response.json();
      this.#last = state.event ?? 0;
      this.loaded(state);
      this.#listen();
    } catch {
      this.#again(() => this.start());
    }
  }

  #listen() {
    this.#source?.close();
    const source = this.#source = new EventSource('/simulator/events?after=' + this.#last);
    source.onopen = () => { this.#pause = 400; this.isConnected(true); };
    source.onerror = () => {
      if (this.#source === source) this.interrupt();
    };
    for (const name of names) source.addEventListener(name, event => this.#take(source, name, event));
  }

  // A simulator that was started anew counts from the beginning: its state is read again instead of waiting for more.
  async #resume() {
    try {
      const state = await (await fetch('/simulator/state', { cache: 'no-store' })).json();
      if ((state.event ?? 0) < this.#last) {
        this.#last = state.event ?? 0;
        this.loaded(state);
      }
      this.#listen();
    } catch {
      this.#again(() => this.#resume());
    }
  }

  #take(source, name, event) {
    if (source !== this.#source) return;
    const id = Number(event.lastEventId);
    if (name === 'reset') {
      source.close();
      this.#source = undefined;
      this.start();
      return;
    }
    if (id && id <= this.#last) return;
    if (id) this.#last = id;
    let data;
    try { data = JSON.parse(event.data); } catch { return; }
    this.happened(name, data);
  }

  #again(work) {
    this.#source = undefined;
    this.isConnected(false);
    clearTimeout(this.#timer);
    this.#work = work;
    this.#timer = setTimeout(work, this.#pause);
    this.#pause = Math.min(this.#pause * 1.7, 5000);
  }

  #work = () => this.start();

  #retryNow() {
    if (this.#source) return;
    clearTimeout(this.#timer);
    this.#pause = 400;
    this.#work();
  }
}
