declare module 'proxy-from-env' {
  /** The proxy for a URL by the variables of this process's environment; an empty string means none. */
  export function getProxyForUrl(url: { protocol: string; host: string; port: string }): string;
}
