// An authorization server by `oidc-provider`, and an API behind it, at `/me`. `/control` counts and breaks.
// Its argument is JSON: `seconds` that an access token lives, whether requests can be `pushed`, the `path` of
// the issuer, and how many `callers` the clock waits for.
import * as crypto from 'node:crypto';
import http from 'node:http';

// They would come before the port. The library warns that this is no setup for production.
console.info = console.warn = () => {};
// Debian 12 has Node 18, which lacks what version 9 uses.
const { default: Provider } = await import(crypto.hash ? 'oidc-provider' : 'oidc-provider-8');

const { seconds = 60, pushed = true, path = '', callers = 0 } = JSON.parse(process.argv[2] ?? '{}');
const counts = {};
const count = (name) => { counts[name] = (counts[name] ?? 0) + 1; };
// What happens to the next requests to the token endpoint: a kind, and how often.
let fault = { kind: 'none', left: 0 };

const server = http.createServer();
// With `callers`, the clock goes no faster than the work: while it moves on by a second, each of them can be
// answered four times. Otherwise a busy machine lets a token of 2 s lapse on its way, and its replay as well.
if (callers) {
  const real = Date.now;
  let now = real();
  server.on('request', () => { now = Math.min(real(), now + 250 / callers); });
  Date.now = () => Math.floor(now);
}
await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
const { port } = server.address();

const callback = {
  redirect_uris: ['http://127.0.0.1/callback'], response_types: ['code'], application_type: 'native',
};
const user = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];
const machine = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
// The keys of the programs that sign statements. The tests get them from `/control/key`.
const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const signers = { ES256: crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }), RS256: rsa, PS256: rsa };
const secret = 's3:cret /+%&="\\~';
const provider = new Provider(`http://127.0.0.1:${port}${path}`, {
  clients: [
    { client_id: 'cli', token_endpoint_auth_method: 'none', grant_types: user, ...callback },
    { client_id: 'web app:1', client_secret: secret, grant_types: user, ...callback },
    {
      client_id: 'post', client_secret: secret, grant_types: user, ...callback,
      token_endpoint_auth_method: 'client_secret_post',
    },
    { client_id: 'machine', client_secret: secret, ...machine },
    ...Object.entries(signers).map(([alg, { publicKey }]) => ({
      client_id: `signer ${alg}`, grant_types: user, ...callback,
      token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg,
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg }] },
    })),
    {
      client_id: 'machine post', client_secret: secret, ...machine,
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    // Each proof has a nonce of the server's, at the token endpoint and at `/userinfo`.
    dPoP: { enabled: true, nonceSecret: crypto.randomBytes(32), requireNonce: () => true },
    devInteractions: { enabled: true },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: pushed },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, audience) => ({ scope: 'read', audience, accessTokenFormat: 'opaque' }),
    },
    revocation: { enabled: true },
  },
  // Each refresh token is spent once. The second use of one revokes the grant.
  rotateRefreshToken: true,
  // The library's own API. It checks proofs by itself, as `/me` does not.
  routes: { userinfo: '/userinfo' },
  scopes: ['openid', 'offline_access', 'read'],
  cookies: { keys: ['of the tests'] },
  ttl: {
    AccessToken: seconds, ClientCredentials: seconds, DeviceCode: 120,
    RefreshToken: 3600, Grant: 3600, Session: 3600,
  },
});

provider.on('grant.success', (ctx) => count(ctx.oidc.params.grant_type));
provider.on('grant.error', (ctx, error) => {
  count(error.error_detail === 'refresh token already used' ? 'reused' : error.error);
});
provider.on('authorization_code.saved', (code) => { if (code.dpopJkt) count('code with a key'); });
provider.on('grant.revoked', () => count('revoked'));
const handle = provider.callback();
// As routers do that have a server below a path.
const oidc = (request, response) => {
  request.originalUrl = request.url;
  request.url = request.url.slice(path.length);
  handle(request, response);
};

const json = (response, status, value, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
};

async function me(request, response) {
  const [, bearer] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const { AccessToken, ClientCredentials } = provider;
  const token = bearer && (await AccessToken.find(bearer) ?? await ClientCredentials.find(bearer));
  // The library lets a token live on for 15 s, as for a clock that is wrong. This API does not.
  if (!token || token.isExpired) {
    count('me 401');
    json(response, 401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer error="invalid_token"' });
    return;
  }
  count('me 200');
  json(response, 200, {
    user: token.accountId ?? null,
    program: token.clientId,
    scope: token.scope ?? '',
    audience: [token.aud ?? []].flat(),
  });
}

async function token(request, response) {
  const kind = fault.left > 0 ? fault.kind : 'none';
  fault.left -= 1;
  count(`fault ${kind}`);
  switch (kind) {
    case '503': json(response, 503, { error: 'down' }); return;
    case 'slow_down': json(response, 400, { error: 'slow_down' }); return;
    case 'slow': await new Promise((later) => { setTimeout(later, 700); }); break;
    // The provider does all that it does, and its answer is lost.
    case 'cut':
      response.write = () => true;
      response.end = () => { request.socket.destroy(); return response; };
      break;
    default:
  }
  oidc(request, response);
}

server.on('request', (request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  response.once('finish', () => count(`${request.method} ${url.pathname} ${response.statusCode}`));
  if (url.pathname === '/control/counts') json(response, 200, counts);
  else if (url.pathname === '/control/key') {
    const [, alg] = url.searchParams.get('of').split(' ');
    response.end(signers[alg].privateKey.export({ type: 'pkcs8', format: 'pem' }));
  } else if (url.pathname === '/control/fault') {
    fault = { kind: url.searchParams.get('kind'), left: Number(url.searchParams.get('times')) };
    json(response, 200, {});
  } else if (url.pathname === '/me') me(request, response);
  else if (url.pathname === `${path}/token`) token(request, response);
  else if (url.pathname.startsWith(path)) oidc(request, response);
  else json(response, 404, {});
});
// Kept-alive connections outlive the pauses between two calls.
server.keepAliveTimeout = 60_000;

process.stdin.resume();
process.stdin.on('end', () => process.exit());
console.log(port);
