const addresses = new WeakMap<Request, string>();

/** The guard says where a request came from, before any route sees it. */
export const setClientAddress = (request: Request, address: string): void => void addresses.set(request, address);

/** The network address that this request came from, or null where nobody knows. */
export const clientAddress = (request: Request): string | null => addresses.get(request) ?? null;
