import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type TestCertificate = { folder: string; authority: string; key: string; certificate: string };

/** A certificate for one name, of an authority of its own that nobody else trusts. */
export function certificateFor(name: string): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), "everruns-certificate-"));
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(folder, ["req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=An authority"]);
  openssl(folder, [
    "req",
    ...newKey,
    "-keyout",
    "own.key",
    "-out",
    "own.csr",
    "-subj",
    `/CN=${name}`,
    "-addext",
    `subjectAltName=DNS:${name}`,
  ]);
  const sign = ["x509", "-req", "-in", "own.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
  openssl(folder, [...sign, "-copy_extensions", "copy", "-out", "own.pem"]);
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  return { folder, authority: read("ca.pem"), key: read("own.key"), certificate: read("own.pem") };
}

function openssl(cwd: string, args: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], { cwd, stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`openssl failed: ${stderr}`);
}
