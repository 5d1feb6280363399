/** What stands in the place of a secret, as in the runner's own log. */
const REDACTED = '***';

/** A shorter text cannot be told from a word, and taking it out would spoil what is quoted. */
const SHORTEST_SECRET = 8;

const FIELDS = 'SecretAccessKey|SessionToken|aws_secret_access_key|aws_session_token|authorizationToken';
/** A value of such a field. It reaches past no blank: what follows there is of another text. */
const VALUE = String.raw`(?:\\+[/u]|[^\s"'<>&,;\\])+`;

/**
 * What is a secret by its form, whoever it belongs to: what node quotes of a text that is not JSON (it may be a response
 * with a key in it), JSON Web Tokens, user and password in a URL, values of Authorization headers, the ID of the
 * credentials of an ECS task (any task on that instance gets them with it), and the fields of credentials: in JSON, also
 * within a string of JSON, in XML, and as `key=value`. Each looks at a place of the text only once, since the text can be
 * long and made to be slow.
 */
const SECRET_FORMS: readonly (readonly [form: RegExp, instead: string])[] = [
  [/(\/v\d\/credentials(?:\/|\?id=))[\w-]+/g, `$1${REDACTED}`],
  [/(Unexpected token) .{1,4}, (?:\.{3})?".{0,48}?"(?:\.{3})?( is not valid JSON)/gs, `$1 ${REDACTED}$2`],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, REDACTED],
  [/(\w:\/\/)[^\s/@]+@/g, `$1${REDACTED}@`],
  [/(Authorization"?\s*[:=]\s*"?(?:(?:Basic|Bearer)\s+)?)[\w+/.=~-]{8,}/gi, `$1${REDACTED}`],
  [new RegExp(String.raw`(["'](?:Token|${FIELDS})\\*["']\s?:\s?\\*["'])${VALUE}`, 'gi'), `$1${REDACTED}`],
  [new RegExp(`(<(?:Token|${FIELDS})>)${VALUE}`, 'gi'), `$1${REDACTED}`],
  [new RegExp(String.raw`(\b(?:${FIELDS})\s?[=:]\s?)${VALUE}`, 'gi'), `$1${REDACTED}`],
];

/** Takes out of a text whatever has the form of a secret. */
export function redactForms(text: string): string {
  let result = text;
  for (const [form, instead] of SECRET_FORMS) result = result.replace(form, instead);
  return result.replace(/[\w+/-]{120,}={0,2}/g, (run) => (isBase64(run) ? REDACTED : run));
}

/** How much of a run of base64 is looked at at once, in characters. */
const WINDOW = 120;

/**
 * Whether a run of letters, digits and a few signs is base64, and not the path of a file: in base64 about two
 * of five characters are capitals, some are digits, and most have neighbours of another kind.
 */
function isBase64(run: string): boolean {
  for (let start = 0; start + WINDOW <= run.length; start += WINDOW / 2) {
    const part = run.slice(start, start + WINDOW);
    const capitals = part.replace(/[^A-Z]/g, '').length;
    const changes = part.match(/[a-z](?=[^a-z])|[A-Z](?=[^A-Z])|\d(?=\D)/g)?.length ?? 0;
    if (/\d/.test(part) && capitals >= 0.23 * WINDOW && changes >= 0.4 * WINDOW) return true;
  }
  return false;
}

/** Longest piece that one pattern is made of: a multiple of three, so that the base64 of the next one goes on behind it. */
const LONGEST_PIECE = 300;

/** Takes known secrets out of texts. */
export class Redactor {
  readonly #known = new Set<string>();
  /**
   * Secrets in pieces, since the engine takes no pattern of some thousand characters. Longer secrets come first: one can
   * contain another, and would no longer be found whole without it.
   */
  readonly #pieces: SecretPiece[] = [];

  /** Makes a secret known, unless it is too short to be told from a word. */
  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET || this.#known.has(secret)) return;
    // Stryker disable next-line CallExpression: a secret that is known twice is taken out once
    this.#known.add(secret);
    const count = Math.max(1, Math.floor(secret.length / LONGEST_PIECE));
    for (let index = 0; index < count; index += 1) {
      const [start, end] = [index * LONGEST_PIECE, (index + 1) * LONGEST_PIECE];
      const piece = secret.slice(start, index === count - 1 ? undefined : end);
      this.#pieces.push(new SecretPiece(piece, secret.length));
    }
    this.#pieces.sort((one, other) => other.secretLength - one.secretLength);
  }

  /** Takes out of a text all known secrets, and whatever has the form of one. */
  redact(text: string): string {
    let result = text;
    let lower = text.toLowerCase();
    for (const piece of this.#pieces) {
      if (!piece.mayBeIn(lower)) continue;
      result = piece.takeOutOf(result);
      lower = result.toLowerCase();
    }
    // Pieces that stood side by side are one secret.
    return redactForms(result).replace(/(?:\*{3}){2,}/g, REDACTED);
  }
}

/**
 * A piece of a secret in all forms in which services, tools and encoders show it: as it is, in a URL, in JSON, in XML, and
 * in base64 and base64url, also in that of a longer text, where it can begin at any of three places.
 */
class SecretPiece {
  /** Of the whole secret, in UTF-16 code units. */
  readonly secretLength: number;
  readonly #plain: string;
  /** The base64 of all but the first bytes, which stand in one group of characters with what is before them. */
  readonly #base64: readonly { readonly text: string; readonly hasRest: boolean }[];
  /** The longest run of letters and digits of each, which no form changes. */
  readonly #runs: readonly string[];
  /** Made once it is needed: there can be thousands of secrets, each with a long pattern. */
  #pattern: RegExp | undefined;

  constructor(piece: string, secretLength: number) {
    const bytes = Buffer.from(piece);
    this.secretLength = secretLength;
    this.#plain = piece;
    this.#base64 = [0, 1, 2].map((start) => {
      const rest = (bytes.length - start) % 3;
      return { text: bytes.toString('base64', start, bytes.length - rest), hasRest: rest > 0 };
    });
    this.#runs = [piece, ...this.#base64.map(({ text }) => text)].map(longestRun);
  }

  /** A quick look, which most texts fail. */
  mayBeIn(lowerCaseText: string): boolean {
    return this.#runs.some((run) => lowerCaseText.includes(run));
  }

  takeOutOf(text: string): string {
    this.#pattern ??= this.#makePattern();
    return text.replace(this.#pattern, REDACTED);
  }

  #makePattern(): RegExp {
    const base64 = this.#base64.map(
      ({ text, hasRest }) => `${writtenAs(text, BASE64URL)}${hasRest ? REST : ''}`,
    );
    return new RegExp([writtenAs(this.#plain), ...base64].join('|'), 'gi');
  }
}

/** The group of base64 that the last bytes stand in, with what is behind them. */
const REST = '(?:[\\w+/-]|%2[bf]){0,4}(?:=|%3d){0,2}';

function longestRun(text: string): string {
  const runs = text.toLowerCase().match(/[a-z\d]+/g) ?? [];
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

/** Base64url's letters for two of base64's. */
const BASE64URL: Readonly<Record<string, string>> = { '+': '-', '/': '_' };

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * The pattern of a text, with each of its characters as it is or escaped.
 *
 * @param others characters that can stand in the place of another
 */
function writtenAs(text: string, others: Readonly<Record<string, string>> = {}): string {
  return [...text]
    .map((character) => {
      if (/^[a-z\d]$/i.test(character)) return character;
      const written = new Set([character, character.toWellFormed(), others[character] ?? character]);
      // Each form once: a pattern that can match a text in two ways takes ages where many such texts follow each other.
      return `(?:${[...new Set([...written].flatMap(escapesOf))].join('|')})`;
    })
    .join('');
}

/** Patterns of a character as it is (with backslashes before it, in JSON), in a URL, as a code of JSON, and in XML. */
function escapesOf(character: string): readonly string[] {
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  const inUrl = [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const codeInJson = units.map((unit) => `\\\\+u${unit}`).join('');
  // A line break is \n in JSON, and a blank on a line of the log. A blank is a plus sign in the form that a page sends.
  if (/\s/.test(character)) return ['\\\\*\\s', inUrl, codeInJson, '\\\\+[nrt]', '\\+'];
  const itself = `\\\\*${units.map((unit) => `\\u${unit}`).join('')}`;
  return [itself, inUrl, codeInJson, XML_ENTITIES[character] ?? itself];
}
