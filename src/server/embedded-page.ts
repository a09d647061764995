/**
 * Where the page's files are, by their address: `/index.html`, `/assets/…`, each also with `.br` and `.gz`. The build of the executable puts
 * a module with all of them in the place of this one; from the sources there are none in here.
 */
export const embeddedPage: Readonly<Record<string, string>> | undefined = undefined;
