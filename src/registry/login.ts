/** An authorization token as a service returned it. */
export type Authorization = {
  /** The registry host in the response, with a port where it has one; responses of ECR Public have none. */
  readonly registry?: string;
  readonly username: string;
  readonly password: string;
  /** The authorization token itself: base64 of `username:password`. */
  readonly token: string;
  /** When the password expires, where the response says so. */
  readonly expiresAt?: Date;
};

/** What logs a container client in to one registry. */
export type RegistryLogin = Authorization & { readonly registry: string };
