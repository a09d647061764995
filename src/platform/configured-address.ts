import { addressKind, isAddress, isMetadataHost, plainHost } from "./address-rules";
import { invalid } from "./app-error";

/**
 * Refuses an address that nobody has reason to set up: one that carries a password, which would be shown to everyone who reads it, a cloud's
 * metadata service, and addresses of no server. Private networks stay allowed. A name is judged when it is called, by what it then stands for.
 */
export function checkConfiguredAddress(address: string, field: string, secretField: string): void {
  const { username, password, hostname } = new URL(address);
  if (username !== "" || password !== "") throw invalid(`${field} must not carry a user or a password: put the key into ${secretField}`);
  if (isMetadataHost(hostname)) throw invalid(`${field} must not be the address of a cloud's metadata service`);
  if (isAddress(hostname) && addressKind(plainHost(hostname)) === "never")
    throw invalid(`${field} must be an address that a server can have: not a link-local, multicast or reserved one`);
}
