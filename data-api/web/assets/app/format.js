// Times, days, durations, sizes and amounts as people write them, in the reader's own locale and time zone.

const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat(undefined, {
  weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit',
});

function valid(instant) {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** For a list: the time today, the weekday and day this year, else the date. */
export function shortTime(instant, now = new Date()) {
  const date = valid(instant);
  if (!date) return '';
  if (date.toDateString() === now.toDateString()) return time.format(date);
  return date.getFullYear() === now.getFullYear() ? dayAndMonth.format(date) : dayMonthYear.format(date);
}

/** The time alone, for a list under a heading that says the day. */
export function timeOfDay(instant) {
  const date = valid(instant);
  return date ? time.format(date) : '';
}

/** Weekday, day and time. */
export function fullTime(instant) {
  const date = valid(instant);
  return date ? full.format(date) : '';
}

/** The heading a note of this moment is listed under. */
export function dayHeading(instant, now = new Date()) {
  const date = valid(instant);
  if (!date) return 'Without a time';
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return 'Today';
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return date.getFullYear() === now.getFullYear() ? dayAndMonth.format(date) : dayMonthYear.format(date);
}

/** A civil day (`2026-11-20`), which is the same day wherever it is read. */
export function day(text) {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? '');
  if (!match) return text ?? '';
  const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return date.getFullYear() === new Date().getFullYear() ? dayAndMonth.format(date) : dayMonthYear.format(date);
}

/** A civil time (`09:30:00`) without its seconds. */
export function civilTime(text) {
  return (text ?? '').slice(0, 5);
}

/** Whether a civil day is before today. */
export function isPast(text, now = new Date()) {
  return Boolean(text) && text < civilDay(now);
}

/** Seconds as `0:07`. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return '';
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

/** Bytes as kB or MB. */
export function size(bytes) {
  if (!Number.isFinite(bytes)) return '';
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** US dollars, with as many places as a small amount needs. */
export function dollars(amount) {
  if (!Number.isFinite(amount)) return '';
  const places = amount === 0 || amount >= 0.1 ? 2 : 4;
  return `US$${amount.toFixed(places)}`;
}

/** A number as people write it. */
export function number(value) {
  return new Intl.NumberFormat().format(value);
}

/** A WhatsApp address or number without the channel. */
export function address(text) {
  return (text ?? '').replace(/^whatsapp:/, '');
}

/** A local day (`2026-11-20` from a date field) as the instant it starts at, plus so many days. */
export function startOfDay(text, plusDays = 0) {
  const [year, month, date] = text.split('-').map(Number);
  const start = new Date(year, month - 1, date + plusDays);
  return Number.isNaN(start.getTime()) ? null : start.toISOString();
}

/** The local day of a moment as a date field has it: `2026-11-20`. */
export function civilDay(date) {
  return [date.getFullYear(), String(date.getMonth() + 1).padStart(2, '0'), String(date.getDate()).padStart(2, '0')].join('-');
}
