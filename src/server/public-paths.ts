/** The routes that need no credential, exactly: every other one is closed outside mode none, those that do not exist too. */
const PUBLIC: readonly RegExp[] = [
  /^GET \/(health|ready)\/?$/,
  /^GET \/(api|v1)\/auth\/config\/?$/,
  /^POST \/(api|v1)\/auth\/(login|register|refresh|reset-password)\/?$/,
  /^GET \/(api|v1)\/auth\/(oauth|callback)\/[^/]+\/?$/,
  // Looks at the refresh token too, since a browser must be able to sign out when its access token is over; strangers get 401 from the route.
  /^POST \/(api|v1)\/auth\/logout\/?$/,
];

export function isPublicRoute({ method, url }: Request): boolean {
  const line = `${method} ${new URL(url).pathname}`;
  return PUBLIC.some((pattern) => pattern.test(line));
}
