// The key someone signed in with: kept for this tab alone, or on this device when that was asked for.

const NAME = 'ai-voice-tool/session';

/** Browsers that keep no data throw on the first touch. */
function store(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}

const stores = () => [store('sessionStorage'), store('localStorage')];

/** The session `{key, company, stay}` of this tab or device, or null. */
export function load() {
  for (const kept of stores()) {
    try {
      const session = JSON.parse(kept?.getItem(NAME) ?? 'null');
      if (typeof session?.key === 'string') return session;
    } catch {
      // Not ours, or no storage: as if there were nothing.
    }
  }
  return null;
}

/** Keeps a session; on the device only with `stay`. */
export function save(session) {
  const [tab, device] = stores();
  const text = JSON.stringify(session);
  try {
    tab?.setItem(NAME, text);
    if (session.stay) device?.setItem(NAME, text);
    else device?.removeItem(NAME);
  } catch {
    // Without storage the session lasts as long as the page does.
  }
}

/** Forgets it everywhere. */
export function clear() {
  for (const kept of stores()) {
    try {
      kept?.removeItem(NAME);
    } catch {
      // Nothing was kept then.
    }
  }
}

/** Calls back when another tab signs out. */
export function onSignedOutElsewhere(listener) {
  window.addEventListener('storage', (event) => {
    if (event.key === NAME && event.newValue === null && event.oldValue !== null) listener();
  });
}
