// What a note is called.

/** Longest title that is shown, characters. */
const LONGEST = 120;

/** The most telling line a note has. */
export function titleOf(note) {
  const line = [note.title, note.job, note.summary, note.text].map((text) => (text ?? '').trim()).find(Boolean);
  const letters = [...(line ?? titleOfTag(note.tag))];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : letters.join('');
}

/** The title a row shows: where there were no words, it is the tag. */
export function titleOfRow(row) {
  return row.title === row.tag ? titleOfTag(row.tag) : row.title;
}

/** `document-without-words` → `Document without words`. */
function titleOfTag(tag) {
  const words = tag.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
