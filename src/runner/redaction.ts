/** What stands in the place of a secret, as in the runner's own log. */
const REDACTED = '***';

/** A shorter text cannot be told from a word, and taking it out would spoil what is quoted. */
const SHORTEST_SECRET = 8;

/**
 * What is a secret by its form, whoever it belongs to: what node quotes of a text that is no JSON (it may be an answer with
 * a key in it), JSON Web Tokens, user and password in a URL, values of Authorization headers, fields of a credentials
 * answer, and runs of base64 that are longer than any text. Each looks at a place of the text only once, since the text can
 * be long and made to be slow.
 */
const SECRET_FORMS: readonly (readonly [form: RegExp, instead: string])[] = [
  [/(Unexpected token) .{1,4}, (?:\.{3})?".{0,48}?"(?:\.{3})?( is not valid JSON)/gs, `$1 ${REDACTED}$2`],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, REDACTED],
  [/(\w:\/\/)[^\s/@]+@/g, `$1${REDACTED}@`],
  [/(Authorization"?\s*[:=]\s*"?(?:(?:Basic|Bearer)\s+)?)[\w+/.=~-]{8,}/gi, `$1${REDACTED}`],
  [/("(?:SecretAccessKey|Token|SessionToken|authorizationToken)"\s*:\s*")[^"]*/gi, `$1${REDACTED}`],
  [/[\w+/-]{120,}={0,2}/g, REDACTED],
];

/**
 * Takes the secrets out of a text that is about to be shown: those that are known, in the forms in which services and
 * tools quote them (as they are, in a URL, in JSON, in base64), and whatever has the form of one.
 */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let result = text;
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const form of formsOf(secret)) result = result.replaceAll(form, REDACTED);
  }
  for (const [form, instead] of SECRET_FORMS) result = result.replace(form, instead);
  return result;
}

function formsOf(secret: string): readonly string[] {
  return [
    secret,
    // Half a surrogate pair has no form in a URL.
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ];
}
