import type { ErrorSamples } from './sample.ts';

export const PROXY_SAMPLES: ErrorSamples = {
  'proxy-url-invalid': ["Invalid proxy URL in input 'http-proxy': invalid host or port."],
  'proxy-login': [
    "The proxy http://proxy.example.com:3128 (input 'http-proxy') refused the connection to sts.eu-west-1.amazonaws.com: 407 Proxy Authentication Required",
  ],
  'proxy-refused': [
    'The proxy http://proxy.example.com:3128 (variable HTTPS_PROXY) refused the connection to sts.eu-west-1.amazonaws.com: 403 Filtered',
  ],
  'proxy-unreachable': [
    'The proxy http://proxy.example.com:3128 (variable https_proxy) cannot be reached: connect ECONNREFUSED 10.0.0.1:3128',
  ],
};
