/** How an entry of the `registries` input goes wrong, and what to tell its writer. */
type Misspelling = { readonly form: RegExp; readonly reason: (text: string) => string };

/** The mistakes that the text of an entry shows by itself. The first that matches is named. */
const MISSPELLINGS: readonly Misspelling[] = [
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
  {
    form: /^["'`[{]|["'`\]}]$/,
    reason: () => 'has quotes or brackets; write entries bare, between commas or line breaks',
  },
  {
    form: /^[-*]\s/,
    reason: () => 'begins with a list mark; write entries bare, between commas or line breaks',
  },
  { form: /^arn:/i, reason: () => 'is an ARN; write the account ID or the registry host' },
  { form: /\s/, reason: () => 'has a space in it; put commas or line breaks between entries' },
  { form: /^(?!https:)[a-z][a-z0-9+.-]*:\/\//i, reason: () => "has another scheme than 'https://'" },
  {
    // All that a host, a path, a tag and a digest are made of; what means something to a shell is not among it.
    form: /[^\w.:/@+-]/,
    reason: () => 'has characters that no account ID, registry host or image URI has',
  },
];

/** Why a text cannot be an entry, where its form alone shows that. */
export function lexicalProblem(text: string): string | undefined {
  return MISSPELLINGS.find(({ form }) => form.test(text))?.reason(text);
}
