import { Failure } from '../errors/failure.ts';
import type { RegistryLogin } from '../registry/login.ts';
import type { AuthFileLocation } from './auth-file-location.ts';
import type { Tool } from './tool.ts';

/** A container client, and where it keeps its logins. It either runs a program or writes the auth file itself. */
export type ContainerClient = {
  readonly tool: Tool;
  readonly location: AuthFileLocation;
  /**
   * Makes one login attempt.
   * Throws a ClientError where it fails.
   */
  readonly logIn: (login: RegistryLogin, attempt: LoginAttempt) => Promise<void>;
  /**
   * Logs out of a registry. It is no error where the client is not logged in.
   * Throws a ClientError with the reason where it fails.
   */
  readonly logOut: (registry: string, signal: AbortSignal) => Promise<void>;
};

/** What a login attempt depends on besides client and registry. */
export type LoginAttempt = {
  readonly signal: AbortSignal;
  /**
   * Called before the login can be written: from then on, an attempt that does not end may leave a login behind, also in
   * the draft of an auth file that this action writes.
   */
  readonly onMayBeWritten: (draft?: string) => void;
};

/** A login attempt, or a logout, that failed. */
export class ClientError extends Failure {
  /** Whether the next attempt may succeed. */
  readonly isTransient: boolean;
  /** Whether the client was ended from outside, so that it is not known what it has written. */
  readonly isInterrupted: boolean;

  constructor(
    what: string,
    { isTransient = false, isInterrupted = false, ...options }: ClientErrorOptions = {},
  ) {
    super({ what }, options);
    this.isTransient = isTransient;
    this.isInterrupted = isInterrupted;
  }
}

type ClientErrorOptions = ErrorOptions & {
  readonly isTransient?: boolean;
  readonly isInterrupted?: boolean;
};
