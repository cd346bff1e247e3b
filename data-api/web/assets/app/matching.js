// Looks for words in what is loaded, as the API's search does: each has to occur, case and accents do not matter.

/** Text without case and accents. */
function plain(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * @param {string} words as they were typed
 * @returns {(...texts: any[]) => boolean} whether each of the words occurs in one of the texts; what is no text is left out
 */
export function matcher(words) {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  return (...texts) => {
    const searched = plain(texts.flat().filter(Boolean).join(' '));
    return wanted.every((word) => searched.includes(word));
  };
}

/** What of a client is looked in. */
export function textsOfClient(client) {
  return [client.name, client.aliases, client.address, client.phone_number, (client.sites ?? []).map((site) => site.address)].flat();
}
