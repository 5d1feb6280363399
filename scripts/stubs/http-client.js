/*
 * Stands in for @actions/http-client in the bundle and in the tests.
 *
 * @actions/core loads that package, and undici and tunnel with it, for its OpenID Connect client alone. This
 * action never asks for such a token, so more than a megabyte of code would be loaded in every job for nothing.
 */

/** Refuses to be made: nothing in this action may need it. */
export class HttpClient {
  constructor() {
    throw new Error('The OpenID Connect client of @actions/core is not part of this action.');
  }
}

/** Is only ever handed to an HttpClient. */
export class BearerCredentialHandler {}
