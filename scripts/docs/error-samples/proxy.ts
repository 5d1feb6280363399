import type { ErrorSamples } from './sample.ts';

export const PROXY_SAMPLES: ErrorSamples = {
  'proxy-url-invalid': ["Invalid proxy URL in input 'http-proxy': invalid host or port."],
  'proxy-login': [
    "The proxy http://proxy.example.com:3128 (input 'http-proxy') refused the connection to sts.eu-west-1.amazonaws.com: 407 Proxy Authentication Required",
  ],
  'proxy-refused': [
    'The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) refused the connection to sts.eu-west-1.amazonaws.com: 403 Filtered',
  ],
  'proxy-without-tls': [
    'The proxy https://proxy.example.com:3128 (variable HTTPS_PROXY) cannot be reached: write EPROTO C0D7:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:77:',
  ],
  'proxy-untrusted': [
    'The proxy https://proxy.example.com:3128 (variable HTTPS_PROXY) cannot be reached: self-signed certificate in certificate chain',
  ],
  'proxy-unreachable': [
    'The proxy http://proxy.example.com:3128 (variable https_proxy) cannot be reached: connect ECONNREFUSED 10.0.0.1:3128',
  ],
};
