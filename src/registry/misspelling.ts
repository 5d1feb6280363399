/** A mistake in an entry of `registries` or `allowed-account-ids`, and what to tell its author. */
type Misspelling = { readonly form: RegExp; readonly reason: (text: string) => string };

/** Mistakes in account IDs. */
const OF_ACCOUNT_IDS: readonly Misspelling[] = [
  {
    form: /^\d{1,11}$/,
    reason: ({ length }) =>
      `has ${length} digits, not the 12 of an account ID: a leading zero was lost, as YAML takes it for a number; ` +
      'quote it in YAML',
  },
  { form: /^\d{13,}$/, reason: ({ length }) => `has ${length} digits, not the 12 of an account ID` },
  {
    form: /^(?:[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?|0[xob][\da-f]+|[\d_]+)$/i,
    reason: () => 'is a number, which YAML made of an account ID; quote it in YAML',
  },
  { form: /^\d{4}-\d{4}-\d{4}$/, reason: () => 'has dashes; write the 12 digits of the account ID alone' },
];

/** The mistakes that the text of an entry shows. The first that matches is reported. */
const OF_ENTRIES: readonly Misspelling[] = [
  ...OF_ACCOUNT_IDS,
  {
    form: /^["'`[{]|["'`\]}]$/,
    reason: () => 'has quotes or brackets; write entries without, separated by commas or line breaks',
  },
  {
    form: /^[-*]\s/,
    reason: () => 'begins with a list mark; write entries without, separated by commas or line breaks',
  },
  { form: /^arn:/i, reason: () => 'is an ARN; use the account ID or the registry host' },
  { form: /\s/, reason: () => 'contains a space; separate entries by commas or line breaks' },
  { form: /^(?!https:)[a-z][a-z0-9+.-]*:\/\//i, reason: () => "has another scheme than 'https://'" },
  {
    // The characters of hosts, paths, tags and digests; none that has a meaning in a shell.
    form: /[^\w.:/@+-]/,
    reason: () => 'has characters that are not allowed in an account ID, registry host or image URI',
  },
];

/** Why a text is not a valid entry, where its form alone shows that. */
export function lexicalProblem(text: string): string | undefined {
  return reasonFor(text, OF_ENTRIES);
}

/** Why a text is not an account ID, where it looks as if it was one. */
export function accountIdProblem(text: string): string | undefined {
  return reasonFor(text, OF_ACCOUNT_IDS);
}

function reasonFor(text: string, misspellings: readonly Misspelling[]): string | undefined {
  return misspellings.find(({ form }) => form.test(text))?.reason(text);
}
