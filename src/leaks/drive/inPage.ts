// Functions that run in the page, in our isolated world: they use nothing from outside.

/** What a page shows of work that goes on in its document. */
export interface DocumentState {
  /** False when the DOM still changed at the limit. */
  readonly quiet: boolean;
  /** Milliseconds until the last animation that ends by itself has ended; 0 where none runs. */
  readonly animationMs: number;
  readonly viewTransition: boolean;
  readonly seen: DocumentSeen;
}

/** What happened in a document since it was made. */
export interface DocumentSeen {
  /** When it was made: tells it from others. */
  readonly document: number;
  readonly mutations: number;
  /** Presses of a pointer on something that the browser itself does nothing with. */
  readonly presses: number;
  /** Signs that anything else was done: keys, scrolling, a field that changed, a press on a link or a field. */
  readonly effects: number;
}

interface Scope {
  leakwrightMutations?: { last: number; count: number; presses: number; effects: number };
  /** Animations that outlived a wait: they are the page's own, like those without an end. */
  leakwrightEndless?: WeakSet<Animation>;
}

/** @returns mutations of the document since it was made */
export function countMutations(): number {
  return (globalThis as typeof globalThis & Scope).leakwrightMutations?.count ?? 0;
}

/** The observer stays, so that the time an iteration itself was quiet at its end counts for the next. */
export function watchMutations(): void {
  const scope = globalThis as typeof globalThis & Scope;
  if (scope.leakwrightMutations) return;
  const state = { last: performance.now(), count: 0, presses: 0, effects: 0 };
  scope.leakwrightMutations = state;
  // Events that the browser sends when something happens in a page without a script, or by one.
  const effects =
    'keydown input change scroll wheel toggle beforetoggle close cancel submit reset invalid dragstart contextmenu copy cut paste play pause fullscreenchange hashchange popstate resize visibilitychange';
  const noteEffect = (): void => {
    state.effects += 1;
  };
  for (const type of effects.split(' ')) addEventListener(type, noteEffect, { capture: true, passive: true });
  addEventListener(
    'click',
    (event) => {
      if (!event.isTrusted) noteEffect();
    },
    { capture: true, passive: true },
  );
  document.addEventListener('selectionchange', () => {
    if (getSelection()?.isCollapsed === false) noteEffect();
  });
  // A disabled button gets no click, but a press. A press on these does something without a script.
  const active =
    'a[href], area[href], input, select, textarea, option, label, summary, audio, video, iframe, frame, embed, object, [contenteditable], [popovertarget], [command], [draggable="true"], form button';
  addEventListener(
    'pointerdown',
    (event) => {
      const isActive = event
        .composedPath()
        .some((node) => node instanceof Element && node.matches(active) && !node.matches(':disabled'));
      if (isActive || !event.isTrusted) noteEffect();
      else state.presses += 1;
    },
    { capture: true, passive: true },
  );
  new MutationObserver((records) => {
    state.last = performance.now();
    state.count += records.length;
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}

/** @returns null where nothing watches this document yet */
export async function waitForQuiet(frames: number, quietMs: number, limitMs: number): Promise<DocumentState | null> {
  const scope = globalThis as typeof globalThis & Scope;
  const start = performance.now();
  const mutations = scope.leakwrightMutations;
  if (!mutations) return null;
  // A page in the background has no frames: it must not be waited for.
  const frame = (): Promise<unknown> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, 100);
      requestAnimationFrame(() => {
        clearTimeout(timer);
        resolve(undefined);
      });
    });
  for (let count = 0; count < frames; count += 1) await frame();
  let quiet = true;
  for (;;) {
    const now = performance.now();
    const rest = quietMs - (now - mutations.last);
    if (rest <= 0) break;
    if (now - start >= limitMs) {
      quiet = false;
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(rest, limitMs)));
  }
  let animationMs = 0;
  for (const animation of document.getAnimations()) {
    if (animation.playState !== 'running' || scope.leakwrightEndless?.has(animation)) continue;
    // Scroll-driven animations follow the reader's scrolling, not time.
    if (animation.timeline !== document.timeline || animation.playbackRate <= 0) continue;
    const end = Number(animation.effect?.getComputedTiming().endTime ?? 0);
    const left = (end - Number(animation.currentTime ?? 0)) / animation.playbackRate;
    if (Number.isFinite(left) && left > animationMs) animationMs = left;
  }
  const { activeViewTransition } = document as Document & { activeViewTransition?: object | null };
  const { count, presses, effects } = mutations;
  const seen = { document: performance.timeOrigin, mutations: count, presses, effects };
  return { quiet, animationMs, viewTransition: Boolean(activeViewTransition), seen };
}

/** Brings animations that end by themselves to their end; the page hears of it as of any other end. */
export function finishAnimations(): void {
  const { leakwrightEndless } = globalThis as typeof globalThis & Scope;
  for (const animation of document.getAnimations()) {
    if (animation.playState !== 'running' || leakwrightEndless?.has(animation)) continue;
    if (animation.timeline !== document.timeline || animation.playbackRate <= 0) continue;
    if (Number.isFinite(Number(animation.effect?.getComputedTiming().endTime ?? Infinity))) animation.finish();
  }
}

/** Whatever is animated now is not waited for again. */
export function leaveAnimations(): void {
  const scope = globalThis as typeof globalThis & Scope;
  scope.leakwrightEndless ??= new WeakSet();
  for (const animation of document.getAnimations()) scope.leakwrightEndless.add(animation);
}

export async function waitForFrame(): Promise<void> {
  await new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** Idle callbacks run in the order of their requests: after ours, those that were requested before it have run. */
export async function waitForIdle(): Promise<void> {
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 500 }));
}

/** Which of the names are interfaces that script knows. */
export function filterInterfaces(names: readonly string[]): string[] {
  return names.filter((name) => {
    const known: unknown = Reflect.get(globalThis, name);
    if (typeof known !== 'function') return false;
    // Entries that the page did not ask for come by themselves.
    const isEntry = (known.prototype as unknown) instanceof PerformanceEntry;
    return !isEntry || name === 'PerformanceMark' || name === 'PerformanceMeasure';
  });
}
