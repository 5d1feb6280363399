/** A token as a service gave it. */
export type Authorization = {
  /** The registry that the answer names, with a port where it has one; ECR Public's names none. */
  readonly registry?: string;
  readonly username: string;
  readonly password: string;
  /** The authorization token as it came: base64 of `username:password`. */
  readonly token: string;
  /** When the password stops working, where the answer says so. */
  readonly expiresAt?: Date;
};

/** What logs a container client in to one registry. */
export type RegistryLogin = Authorization & { readonly registry: string };
