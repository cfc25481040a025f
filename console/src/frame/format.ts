// How values are written: by the reader's own language and time zone.

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });

export const moment = (at: string) => moments.format(new Date(at));
export const day = (at: string) => days.format(new Date(at));
// A date of no time zone is that day everywhere.
export const date = (on: string) => calendar.format(new Date(`${on}T00:00:00Z`));

// An amount as a text, exactly as it is: a number would lose digits.
export function money(of: { amount?: string; currency?: string } | null | undefined): string | undefined {
  if (!of?.amount || !of.currency) {
    return undefined;
  }
  const digits = of.amount.split('.')[1]?.length ?? 0;
  return new Intl.NumberFormat(undefined, {
    style: 'currency', currency: of.currency, minimumFractionDigits: digits, maximumFractionDigits: Math.max(digits, 2),
  }).format(of.amount as Intl.StringNumericLiteral);
}

// The value of an enum as words.
export const wordsOf = (value: string | null | undefined) => (value ? value.toLowerCase().replaceAll('_', ' ') : undefined);

export const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

// A message of the gateway as a sentence.
export const ended = (text: string) => sentence(text) + (/[.!?]$/.test(text) ? '' : '.');
